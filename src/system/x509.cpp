#include "system/x509.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "base/bytes.hpp"

namespace lintel::system {
namespace {

using Bio = Handle<BIO, BIO_free_all>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using BigNumber = Handle<BIGNUM, BN_free>;

constexpr std::chrono::hours skew{1};  // clocks of browsers that are a little behind
constexpr std::chrono::hours root_life{24 * 3650};
constexpr std::chrono::hours server_life{24 * 397};  // what browsers accept at most
constexpr int serial_bits = 127;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

bool set_time(ASN1_TIME* field, WallTime time) {
  return ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(
                                  std::chrono::time_point_cast<std::chrono::system_clock::duration>(time))) != nullptr;
}

WallTime time_of(const ASN1_TIME* field) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(field, &parts) != 1) return WallTime{};
  return std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::from_time_t(timegm(&parts)));
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  const BigNumber number(BN_new());
  return number != nullptr && BN_rand(number.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509_NAME* name, const std::string& common_name) {
  const std::string cut = common_name.substr(0, 64);  // ub-common-name, RFC 5280
  return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Lintel"), -1, -1,
                                    0) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(cut.c_str()), -1,
                                    -1, 0) == 1;
}

std::optional<Pair> begin_certificate(WallTime now, std::chrono::hours life, const std::string& common_name) {
  Pair pair{Certificate(X509_new()), Key(EVP_EC_gen("P-256"))};
  X509* certificate = pair.certificate.get();
  if (certificate == nullptr || pair.key == nullptr || X509_set_version(certificate, X509_VERSION_3) != 1 ||
      !set_serial(certificate) || !set_time(X509_getm_notBefore(certificate), now - skew) ||
      !set_time(X509_getm_notAfter(certificate), now - skew + life) ||
      !set_name(X509_get_subject_name(certificate), common_name) || X509_set_pubkey(certificate, pair.key.get()) != 1)
    return std::nullopt;
  return pair;
}

}  // namespace

std::string to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), certificate) == 1 ? text_of(bio.get()) : std::string();
}

std::string to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  const bool done = PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  return done ? text_of(bio.get()) : std::string();
}

Certificate certificate_from_pem(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Key key_from_pem(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

std::optional<Pair> make_root(WallTime now, const std::string& host) {
  // The name differs between installs, so that a browser with two of them does not mix them up.
  std::optional<Pair> pair =
      begin_certificate(now, root_life, "Lintel root of " + host + " " + bytes::to_hex(bytes::random(4)));
  if (!pair) return std::nullopt;
  X509* certificate = pair->certificate.get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) != 1 ||
      !add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(certificate, certificate, NID_subject_key_identifier, "hash") ||
      X509_sign(certificate, pair->key.get(), EVP_sha256()) == 0)
    return std::nullopt;
  return pair;
}

AlternativeNames alternatives(const CertificateNames& names) {
  AlternativeNames all{.dns = {"localhost"}, .addresses = {"127.0.0.1", "::1"}};
  const auto add = [](std::vector<std::string>& list, const std::string& entry) {
    if (!entry.empty() && std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(entry);
  };
  add(all.dns, names.host);
  if (names.host.find('.') == std::string::npos && !names.host.empty()) add(all.dns, names.host + ".local");
  for (const std::string& address : names.addresses) add(all.addresses, address);
  return all;
}

std::optional<Pair> make_server(WallTime now, const CertificateNames& names, const Pair& root) {
  std::optional<Pair> pair = begin_certificate(now, server_life, names.host.empty() ? "lintel" : names.host);
  if (!pair) return std::nullopt;
  std::string san;
  const AlternativeNames all = alternatives(names);
  for (const std::string& name : all.dns) san += (san.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : all.addresses) san += ",IP:" + address;
  X509* certificate = pair->certificate.get();
  X509* issuer = root.certificate.get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1 ||
      !add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") ||
      !add_extension(certificate, issuer, NID_subject_key_identifier, "hash") ||
      !add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always") ||
      !add_extension(certificate, issuer, NID_subject_alt_name, san) ||
      X509_sign(certificate, root.key.get(), EVP_sha256()) == 0)
    return std::nullopt;
  return pair;
}

bool belong_together(const Pair& pair) {
  return pair.certificate != nullptr && pair.key != nullptr &&
         X509_check_private_key(pair.certificate.get(), pair.key.get()) == 1;
}

bool issued_by(X509* certificate, const Pair& root) {
  return X509_check_issued(root.certificate.get(), certificate) == X509_V_OK &&
         X509_verify(certificate, root.key.get()) == 1;
}

bool names_all(X509* certificate, const CertificateNames& names) {
  const AlternativeNames all = alternatives(names);
  for (const std::string& name : all.dns)
    if (X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) != 1)
      return false;
  for (const std::string& address : all.addresses)
    if (X509_check_ip_asc(certificate, address.c_str(), 0) != 1) return false;
  return true;
}

WallTime begins(X509* certificate) {
  return time_of(X509_get0_notBefore(certificate));
}
WallTime ends(X509* certificate) {
  return time_of(X509_get0_notAfter(certificate));
}

}  // namespace lintel::system
