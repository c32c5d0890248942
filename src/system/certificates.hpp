// The station's own certificates (S12): a root that people install once, and a server certificate under it that follows
// the station's addresses. No two installs share a key. Blocking (key generation, files): call at start, or on a
// worker.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::system {

// Names and addresses the server certificate stands for. localhost, 127.0.0.1 and ::1 are always in it.
struct CertificateNames {
  std::string host;                    // e.g. "lintel" ; "lintel.local" is added to it
  std::vector<std::string> addresses;  // textual IPv4/IPv6
};

struct ServerCertificate {
  std::string chain_pem;  // server certificate, then the root
  std::string key_pem;    // secret
  std::string root_pem;   // for download: GET /api/v1/certificate/root.pem
  WallTime expires;       // of the server certificate
  bool renewed = false;   // a new one was made by this call
};

// As the kernel was told: by NTP or PTP. False where it may not be asked. Any thread.
[[nodiscard]] bool clock_is_synchronised();

// Files in a folder (made with 0700 if missing): root.pem, root.key, server.pem, server.key; keys are 0600.
class Certificates {
 public:
  // `clock_is_right`: whether the machine's time was set by somebody who knows it.
  Certificates(std::string folder, const Clock& clock, std::function<bool()> clock_is_right = &clock_is_synchronised)
      : folder_(std::move(folder)), clock_(clock), clock_is_right_(std::move(clock_is_right)) {}

  // Gives the certificate for these names: the kept one, or a new one when there is none, a name or an address is
  // missing from it, it does not fit the root, or fewer than 30 days are left (397 days at most, EC P-256). The root
  // (10 years) is made once and again only when it is gone, damaged or at its end. One that begins later than now is
  // kept, with its server certificate, until the clock is right: a machine that starts without the time must not take
  // its trust from every browser. A damaged file is replaced, and
  // the log says so. Errors: unavailable (the root is there and cannot be read, and is left as it is; or the folder
  // cannot be written; says which file).
  [[nodiscard]] Result<ServerCertificate> ensure(const CertificateNames& names);
  // One that is stored nowhere, for a station whose disk refuses: under the kept root where that can be read, else
  // under one that nobody knows.
  [[nodiscard]] Result<ServerCertificate> unkept(const CertificateNames& names) const;

 private:
  std::string folder_;
  const Clock& clock_;
  std::function<bool()> clock_is_right_;
};

[[nodiscard]] std::string own_host_name();  // the first label, lower case; "lintel" when there is none

}  // namespace lintel::system
