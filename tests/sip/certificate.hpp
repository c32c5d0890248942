// A certificate of "station.test" that vouches for itself.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/handle.hpp"

namespace lintel::sip::test {

struct Certificate {
  Certificate() {
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("station.test"), -1, -1,
                               0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(accepting.get(), certificate.get());
    SSL_CTX_use_PrivateKey(accepting.get(), key.get());
    X509_STORE_add_cert(SSL_CTX_get_cert_store(connecting.get()), certificate.get());
  }

  const Handle<EVP_PKEY, EVP_PKEY_free> key{EVP_EC_gen("P-256")};
  const Handle<X509, X509_free> certificate{X509_new()};
  const Handle<SSL_CTX, SSL_CTX_free> accepting{SSL_CTX_new(TLS_server_method())};
  const Handle<SSL_CTX, SSL_CTX_free> connecting{SSL_CTX_new(TLS_client_method())};  // trusts it
};

}  // namespace lintel::sip::test
