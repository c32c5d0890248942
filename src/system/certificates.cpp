#include "system/certificates.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "system/x509.hpp"

namespace lintel::system {
namespace {

constexpr std::chrono::hours renew_before{24 * 30};
constexpr mode_t private_file = 0600;
constexpr mode_t public_file = 0644;
constexpr std::size_t longest_file = 64UL * 1024;

// Empty where there is no such file. Error: it is there and cannot be read.
Result<std::string> read_file(const std::string& path) {
  const auto refused = [&path] {
    return Error{.code = ErrorCode::unavailable,
                 .message = "The certificate file " + path + " cannot be read: " + std::strerror(errno) +
                            ". Look at its owner and at the disk."};
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? Result<std::string>(std::string()) : Result<std::string>(refused());
  std::string content;
  std::array<char, 4096> part{};
  ssize_t got = 0;
  while ((got = ::read(file, part.data(), part.size())) > 0 && content.size() < longest_file)
    content.append(part.data(), static_cast<std::size_t>(got));
  const Result<std::string> read = got < 0 ? Result<std::string>(refused()) : Result<std::string>(std::move(content));
  ::close(file);
  return read;
}

Error cannot_write(const std::string& path) {
  return {.code = ErrorCode::unavailable,
          .message = "The certificate file " + path + " cannot be written: " + std::strerror(errno) +
                     ". Look at the folder's rights and space."};
}

// Whole or not at all, also when the power fails in the middle.
Result<void> write_file(const std::string& path, const std::string& content, mode_t mode) {
  const std::string next = path + ".new";
  ::unlink(next.c_str());
  const int file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return cannot_write(next);
  bool good = ::fchmod(file, mode) == 0;
  std::size_t done = 0;
  while (good && done < content.size()) {
    const ssize_t written = ::write(file, content.data() + done, content.size() - done);
    if (written < 0 && errno == EINTR) continue;
    good = written > 0;
    if (good) done += static_cast<std::size_t>(written);
  }
  good = good && ::fsync(file) == 0;
  ::close(file);
  if (!good || ::rename(next.c_str(), path.c_str()) != 0) return cannot_write(path);
  return {};
}

Result<Pair> read_pair(const std::string& folder, const std::string& name) {
  LINTEL_TRY(const std::string certificate, read_file(folder + "/" + name + ".pem"));
  LINTEL_TRY(const std::string key, read_file(folder + "/" + name + ".key"));
  Pair pair{certificate_from_pem(certificate), key_from_pem(key)};
  ERR_clear_error();  // a file that is no PEM leaves its complaint in the thread's queue
  return pair;
}

Result<void> write_pair(const std::string& folder, const std::string& name, const Pair& pair) {
  LINTEL_CHECK(write_file(folder + "/" + name + ".key", to_pem(pair.key.get()), private_file));
  return write_file(folder + "/" + name + ".pem", to_pem(pair.certificate.get()), public_file);
}

bool in_time(X509* certificate, WallTime now, std::chrono::hours margin) {
  return begins(certificate) <= now && ends(certificate) > now + margin;
}

Error not_made() {
  return {.code = ErrorCode::internal, .message = "A certificate could not be made; the log says more."};
}

Result<Pair> ensure_root(Pair kept, const std::string& folder, const CertificateNames& names, WallTime now) {
  if (belong_together(kept) && in_time(kept.certificate.get(), now, std::chrono::hours(0))) return kept;
  if (kept.certificate != nullptr || kept.key != nullptr)
    log::warning("certificates",
                 "the root certificate cannot be used any more and is replaced; browsers must trust the new one");
  std::optional<Pair> made = make_root(now, names.host.empty() ? "lintel" : names.host);
  if (!made) return not_made();
  LINTEL_CHECK(write_pair(folder, "root", *made));
  return std::move(*made);
}

ServerCertificate as_given(const Pair& server, const Pair& root, bool renewed) {
  ServerCertificate result;
  result.root_pem = to_pem(root.certificate.get());
  result.chain_pem = to_pem(server.certificate.get()) + result.root_pem;
  result.key_pem = to_pem(server.key.get());
  result.expires = ends(server.certificate.get());
  result.renewed = renewed;
  return result;
}

}  // namespace

bool clock_is_synchronised() {
  timex asked{};  // no mode: only read
  const int state = ::adjtimex(&asked);
  return state >= 0 && state != TIME_ERROR;
}

Result<ServerCertificate> Certificates::ensure(const CertificateNames& names) {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) return cannot_write(folder_);
  WallTime now = clock_.wall();
  LINTEL_TRY(Pair kept_root, read_pair(folder_, "root"));
  auto kept_server = read_pair(folder_, "server");
  Pair server = kept_server.ok() ? std::move(*kept_server) : Pair{};  // nobody trusts it for itself: made again
  if (belong_together(kept_root) && begins(kept_root.certificate.get()) > now && !clock_is_right_()) {
    log::warning("certificates", "the clock is not set, and is behind the root certificate, which is kept");
    now = begins(kept_root.certificate.get());  // it is at least as late as what was made then
    if (belong_together(server)) now = std::max(now, begins(server.certificate.get()));
  }
  LINTEL_TRY(Pair root, ensure_root(std::move(kept_root), folder_, names, now));
  X509* kept = server.certificate.get();
  const bool good =
      belong_together(server) && issued_by(kept, root) && in_time(kept, now, renew_before) && names_all(kept, names);
  ERR_clear_error();
  if (!good) {
    std::optional<Pair> made = make_server(now, names, root);
    if (!made) return not_made();
    LINTEL_CHECK(write_pair(folder_, "server", *made));
    server = std::move(*made);
  }
  return as_given(server, root, !good);
}

Result<ServerCertificate> Certificates::unkept(const CertificateNames& names) const {
  const WallTime now = clock_.wall();
  auto kept = read_pair(folder_, "root");
  std::optional<Pair> root;
  if (kept.ok() && belong_together(*kept)) root = std::move(*kept);
  if (!root) root = make_root(now, names.host.empty() ? "lintel" : names.host);
  if (!root) return not_made();
  const std::optional<Pair> made = make_server(std::max(now, begins(root->certificate.get())), names, *root);
  if (!made) return not_made();
  return as_given(*made, *root, true);
}

}  // namespace lintel::system
