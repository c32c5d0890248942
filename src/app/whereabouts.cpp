#include "app/whereabouts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.hpp"

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;

bool stays_here(const Options& options) { return options.loopback_media || is_loopback(options.bind); }

// Nobody reaches it at another address than the one it was told to serve on.
std::string main_address(const std::string& bind) {
  return is_everywhere(bind) ? addresses::own_main() : bind;
}

}  // namespace

Whereabouts::Whereabouts(const Needs& needs)
    : needs_(needs),
      certificates_(needs.options.data + "/certificates", needs.clock),
      changes_(stays_here(needs.options) ? nullptr : std::make_unique<addresses::Changes>(needs.loop, [this] { changed(); })),
      address_(changes_ == nullptr ? "127.0.0.1" : main_address(needs.options.bind)),
      daily_(needs.clock.every(renewal_period, [this] { renew_certificate(); })) {}

Result<system::ServerCertificate> Whereabouts::certificate() {
  const system::CertificateNames names{system::own_host_name(), addresses::own()};
  auto made = certificates_.ensure(names);
  if (!made.ok()) {  // the doors do not wait for a disk
    log::error("network", "{} A certificate of this run alone is used.", made.error().message);
    made = certificates_.unkept(names);
  }
  if (made.ok() && made->renewed) needs_.journal.record(events::certificate_created, {.fields = {{"names", system::own_host_name()}}});
  return made;
}

void Whereabouts::changed() {
  const auto own = addresses::own();
  if (own.empty()) {
    if (!std::exchange(lost_, true)) needs_.journal.record(events::network_lost);
    return;
  }
  lost_ = false;
  address_ = main_address(needs_.options.bind);
  needs_.journal.record(events::network_changed, {.fields = {{"addresses", fmt::format("{}", fmt::join(own, ", "))}}});
  if (on_change) on_change();
  renew_certificate();
}

void Whereabouts::renew_certificate() {
  if (std::exchange(renewing_, true)) {
    again_ = true;
    return;
  }
  auto made = std::make_shared<Result<system::ServerCertificate>>(Error{});
  const bool queued = needs_.workers.run(
      [made, certificates = certificates_, names = system::CertificateNames{system::own_host_name(), addresses::own()}]() mutable {
        *made = certificates.ensure(names);
      },
      [this, made] {
        renewing_ = false;
        if (!made->ok()) {
          log::warning("network", "No certificate for the new addresses: {}", made->error().message);
        } else if ((*made)->renewed) {
          needs_.journal.record(events::certificate_created, {.fields = {{"names", system::own_host_name()}}});
          if (on_certificate) on_certificate(**made);
        }
        if (std::exchange(again_, false)) renew_certificate();
      });
  if (!queued) renewing_ = false;  // the next change, or the next start
}

}  // namespace lintel::app
