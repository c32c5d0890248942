// Where this machine is reached, and what must follow when that changes: a cable that is back, another address by DHCP, a
// station that was up before its network was. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/options.hpp"
#include "base/addresses.hpp"
#include "base/clock.hpp"
#include "base/workers.hpp"
#include "journal/journal.hpp"
#include "system/certificates.hpp"

namespace lintel::app {

class Whereabouts {
 public:
  struct Needs {
    Loop& loop;
    Workers& workers;
    journal::Journal& journal;
    const Options& options;
    Clock& clock;
  };
  static constexpr Duration renewal_period = std::chrono::hours(24);  // how often the certificate's end is looked at
  explicit Whereabouts(const Needs& needs);

  // For the names and addresses of this moment; takes some milliseconds when it must be made, so at the start only.
  // Where the disk refuses, one that the next start does not have.
  [[nodiscard]] Result<system::ServerCertificate> certificate();
  // To tell peers of whom nothing is known. Without any network the last one that there was; "127.0.0.1" for a station that
  // listens there.
  [[nodiscard]] const std::string& address() const { return address_; }

  std::function<void()> on_change;  // the addresses are others than when this was made; on the loop's later turns
  // A new one, for them, some moments later; or because the old one is about to end.
  std::function<void(const system::ServerCertificate&)> on_certificate;
  [[nodiscard]] bool renewing() const { return renewing_; }

 private:
  void changed();
  void renew_certificate();

  Needs needs_;
  system::Certificates certificates_;
  std::unique_ptr<addresses::Changes> changes_;  // before the address is taken; none for a station on loopback alone
  std::string address_;
  bool lost_ = false;     // and that was journalled
  bool renewing_ = false; // a change in the meantime asks once more
  bool again_ = false;
  Timer daily_;
};

}  // namespace lintel::app
