// SIP over TLS: whom the station lets in by its certificate, and whose it trusts.
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdlib>

#include "app/telephony.hpp"
#include "base/handle.hpp"

namespace lintel::app {
namespace {

using Context = Handle<SSL_CTX, SSL_CTX_free>;

Result<Context> accepting_context(const std::string& chain, const std::string& key) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  const Handle<BIO, BIO_free> chain_bytes(BIO_new_mem_buf(chain.data(), static_cast<int>(chain.size())));
  const Handle<BIO, BIO_free> key_bytes(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  const Handle<X509, X509_free> own(PEM_read_bio_X509(chain_bytes.get(), nullptr, nullptr, nullptr));
  const Handle<EVP_PKEY, EVP_PKEY_free> secret(PEM_read_bio_PrivateKey(key_bytes.get(), nullptr, nullptr, nullptr));
  if (own == nullptr || secret == nullptr || SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), secret.get()) != 1)
    return Error{ErrorCode::invalid, "The certificate for SIP over TLS cannot be read."};
  while (X509* next = PEM_read_bio_X509(chain_bytes.get(), nullptr, nullptr, nullptr))
    SSL_CTX_add0_chain_cert(context.get(), next);
  return context;
}

}  // namespace

Result<void> Telephony::use_certificate(const std::string& chain, const std::string& key) {
  const auto accepting = accepting_context(chain, key);
  if (!accepting.ok() && needs_.settings.get(settings::sip_server::tls)) return accepting.error();
  // A server elsewhere is asked by TLS also where nobody is let in by it.
  const Context connecting(SSL_CTX_new(TLS_client_method()));
  // The folder and not the one file: an authority is read when its name is met, not all of them at every start.
  SSL_CTX_set_default_verify_dir(connecting.get());
  if (std::getenv(X509_get_default_cert_file_env()) != nullptr) SSL_CTX_set_default_verify_file(connecting.get());
  SSL_CTX_set_verify(connecting.get(), SSL_VERIFY_PEER, nullptr);
  network_.set_tls(accepting.ok() ? accepting->get() : nullptr, connecting.get());
  return {};
}

}  // namespace lintel::app
