#include "storage/vault.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/bytes.hpp"
#include "base/handle.hpp"
#include "storage/data_folder.hpp"

namespace lintel::storage {
namespace {

constexpr std::size_t key_size = 32, nonce_size = 12, tag_size = 16;
constexpr std::string_view prefix = "v1.";  // says how it was sealed
constexpr const char* key_file = "install.key";
using Cipher = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

const unsigned char* in(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}
unsigned char* out(std::string& data) {
  return reinterpret_cast<unsigned char*>(data.data());
}

Error key_error(const std::string& path, const std::string& what) {
  return {ErrorCode::unavailable, fmt::format("The key file {} {}", path, what)};
}

// Written beside, made durable, then named: a power cut leaves the whole key or none. The name is not taken from
// another program that was quicker: who comes second reads the key that is there.
Result<void> write_key(const std::string& folder, const std::string& path, const std::string& key) {
  std::string beside = path + ".XXXXXX";
  const auto failed = [&] {
    return key_error(path, "cannot be written: " + std::generic_category().message(errno) + ".");
  };
  const int file = mkostemp(beside.data(), O_CLOEXEC);  // with mode 0600
  if (file < 0) return failed();
  const bool written = ::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
  close(file);
  bool named = written && (link(beside.c_str(), path.c_str()) == 0 || errno == EEXIST);
  // A card formatted for cameras knows no links; two programs that begin on one at once are not told apart.
  if (written && !named) named = rename(beside.c_str(), path.c_str()) == 0;
  if (!named) {
    const int problem = errno;
    unlink(beside.c_str());
    errno = problem;
    return failed();
  }
  unlink(beside.c_str());
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = directory >= 0 && fsync(directory) == 0;
  if (directory >= 0) close(directory);
  if (!kept) return failed();
  return {};
}

Result<std::string> read_key(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return key_error(path, "cannot be read: " + std::generic_category().message(errno) + ".");
  struct stat status {};
  const bool known = fstat(file, &status) == 0;
  std::string key(key_size + 1, '\0');
  const ssize_t size = ::read(file, key.data(), key.size());
  close(file);
  if (!known || (status.st_mode & 077) != 0)
    return key_error(path, "may be read by others; make it private with: chmod 600 " + path);
  if (size != static_cast<ssize_t>(key_size))
    return key_error(path, "is damaged: it must have 32 bytes. Restore it from a backup.");
  key.resize(key_size);
  return key;
}

}  // namespace

Result<Vault> Vault::open(const std::string& folder) {
  const auto private_folder = DataFolder::open(folder, false);
  if (!private_folder.ok()) return private_folder.error();
  const std::string path = folder + "/" + key_file;
  std::error_code problem;  // another one than that there is no such file
  const bool found = std::filesystem::exists(path, problem);
  const bool begun = !problem && std::filesystem::exists(folder + "/lintel.db", problem);
  if (problem) return key_error(path, "cannot be looked for: " + problem.message() + ".");
  if (!found) {
    if (begun)
      return key_error(
          path,
          "is missing, but there is a database whose secrets it protects. Restore it from a backup, or move the "
          "database away to begin anew.");
    LINTEL_CHECK(write_key(folder, path, bytes::random(key_size)));
  }
  LINTEL_TRY(std::string key, read_key(path));
  return Vault(std::move(key));
}

Vault Vault::ephemeral() {
  return Vault(bytes::random(key_size));
}

Vault::~Vault() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

std::string Vault::seal(std::string_view secret, std::string_view purpose) const {
  std::string sealed = bytes::random(nonce_size);
  sealed.resize(nonce_size + secret.size() + tag_size);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  int rest = 0;
  const bool done =
      cipher != nullptr && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, in(key_), in(sealed)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, in(purpose), static_cast<int>(purpose.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), out(sealed) + nonce_size, &length, in(secret), static_cast<int>(secret.size())) ==
          1 &&
      EVP_EncryptFinal_ex(cipher.get(), out(sealed) + nonce_size + length, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size),
                          out(sealed) + nonce_size + secret.size()) == 1;
  if (!done) throw std::bad_alloc();  // the cipher has no other way to fail
  return std::string(prefix) + bytes::to_base64url(sealed);
}

Result<std::string> Vault::open_sealed(std::string_view sealed, std::string_view purpose) const {
  const Error refused{
      ErrorCode::internal,
      fmt::format("A stored secret ({}) was altered or sealed with another key; set it again.", purpose)};
  if (!sealed.starts_with(prefix)) return refused;
  auto data = bytes::from_base64(sealed.substr(prefix.size()));
  if (!data || data->size() < nonce_size + tag_size) return refused;
  // One spelling only: unused bits at the end of base64 must not be a place to flip.
  if (bytes::to_base64url(*data) != sealed.substr(prefix.size())) return refused;
  const std::size_t size = data->size() - nonce_size - tag_size;
  std::string secret(size, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  int rest = 0;
  const bool done =
      cipher != nullptr && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, in(key_), in(*data)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, in(purpose), static_cast<int>(purpose.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), out(secret), &length, in(*data) + nonce_size, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size),
                          out(*data) + nonce_size + size) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), out(secret) + length, &rest) == 1;
  if (!done) return refused;
  return secret;
}

std::string Vault::derive(std::string_view purpose) const {
  return bytes::hmac_sha256(key_, purpose);
}

}  // namespace lintel::storage
