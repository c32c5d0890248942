// Making and checking the station's certificates with OpenSSL. Private to the room.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/handle.hpp"
#include "system/certificates.hpp"

namespace lintel::system {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Handle<X509, X509_free>;

struct Pair {
  Certificate certificate;
  Key key;
};

[[nodiscard]] std::string to_pem(X509* certificate);
[[nodiscard]] std::string to_pem(EVP_PKEY* key);
// Empty handles when the text is no such thing.
[[nodiscard]] Certificate certificate_from_pem(const std::string& pem);
[[nodiscard]] Key key_from_pem(const std::string& pem);

[[nodiscard]] std::optional<Pair> make_root(WallTime now, const std::string& host);
[[nodiscard]] std::optional<Pair> make_server(WallTime now, const CertificateNames& names, const Pair& root);

[[nodiscard]] bool belong_together(const Pair& pair);
[[nodiscard]] bool issued_by(X509* certificate, const Pair& root);
[[nodiscard]] bool names_all(X509* certificate, const CertificateNames& names);
[[nodiscard]] WallTime begins(X509* certificate);
[[nodiscard]] WallTime ends(X509* certificate);

// Every DNS name, and every address, that a server certificate for `names` holds.
struct AlternativeNames {
  std::vector<std::string> dns, addresses;
};
[[nodiscard]] AlternativeNames alternatives(const CertificateNames& names);

}  // namespace lintel::system
