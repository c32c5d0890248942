// Where this machine is reached, and what must follow when that changes: a cable that is back, another address by DHCP, a
// station that was up before its network was. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "base/addresses.hpp"
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
  };
  explicit Whereabouts(const Needs& needs);

  // For the names and addresses of this moment; takes some milliseconds when it must be made, so at the start only.
  [[nodiscard]] Result<system::ServerCertificate> certificate();
  // To tell peers of whom nothing is known. Without any network the last one that there was; "127.0.0.1" for a station that
  // listens there.
  [[nodiscard]] const std::string& address() const { return address_; }

  void watch();  // from now on, unless the station listens on loopback alone, which stays
  std::function<void()> on_change;  // the addresses are others
  std::function<void(const system::ServerCertificate&)> on_certificate;  // a new one, for them; some moments later

 private:
  void changed();
  void renew_certificate();

  Needs needs_;
  system::Certificates certificates_;
  std::vector<std::string> own_;  // when address_ was taken
  std::string address_;
  bool lost_ = false;     // and that was journalled
  bool renewing_ = false; // a change in the meantime asks once more
  bool again_ = false;
  std::unique_ptr<addresses::Changes> changes_;
};

}  // namespace lintel::app
