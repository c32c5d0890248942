#include "app/lines.hpp"

#include "app/line.hpp"
#include "media/sdp.hpp"
#include "system/memory.hpp"

namespace lintel::app {
namespace {

constexpr Duration refusals_window = std::chrono::minutes(1);
constexpr std::size_t most_refusals_told = 10;  // in that time
constexpr Duration transactions_end = std::chrono::seconds(40);  // after a call: all that it held is free (64*T1)

}  // namespace

Lines::Lines(Loop& loop, household::Household& household, media::Legs& legs, LinesOptions options)
    : loop_(loop), household_(household), legs_(legs) {
  set_options(std::move(options));
}
Lines::~Lines() = default;

void Lines::connect(calls::Calls& calls, sip::Endpoint& endpoint) {
  calls_ = &calls;
  endpoint_ = &endpoint;
}

void Lines::set_options(LinesOptions options) {
  options_ = std::move(options);
  legs_.expect(phone_kind(options_.encryption), leg_options(options_.encryption, options_));
}

void Lines::network_changed(const std::string& address) {
  LinesOptions changed = options_;
  changed.address = address;
  set_options(std::move(changed));
}

void Lines::forget(calls::LegId leg) {
  const auto found = lines_.find(leg);
  if (found == lines_.end()) return;
  // Often called from inside the line: it goes on the next turn, or with us where there is none.
  retired_.push_back(std::move(found->second));
  retiring_ = loop_.clock().after(Duration::zero(), [this] { std::exchange(retired_, {}).clear(); });
  lines_.erase(found);
  tidying_ = loop_.clock().after(transactions_end, &system::tidy_memory);
}

void Lines::dial(const std::vector<std::pair<calls::LegId, calls::Contact>>& legs, const calls::DialFor& call) {
  std::vector<std::pair<std::shared_ptr<Line>, const calls::Contact*>> dialled;
  dialled.reserve(legs.size());
  for (const auto& [leg, contact] : legs) {
    dialled.emplace_back(std::make_shared<Line>(*this, leg), &contact);
    lines_[leg] = dialled.back().first;
  }
  for (const auto& [line, contact] : dialled) {
    line->dial(*contact, call);
    if (endpoint_ != nullptr) endpoint_->hurry();
  }
}

void Lines::accept(calls::LegId leg) {
  const auto found = lines_.find(leg);
  if (found == lines_.end()) return;
  const auto line = found->second;
  line->accept();
}

void Lines::end(calls::LegId leg, calls::LegEnd reason) {
  const auto found = lines_.find(leg);
  if (found == lines_.end()) return;
  const auto line = found->second;
  line->end(reason);
  forget(leg);
}

void Lines::on_call(sip::Call call, const sip::IncomingCall& about) {
  if (calls_ == nullptr) return;
  calls::Arrival arrival;
  arrival.leg = calls_->new_leg();
  arrival.account = about.user;
  if (about.trust == sip::Trust::built_in_server) {
    if (const household::Monitor* monitor = household_.monitor(about.user); monitor != nullptr) {
      arrival.account = monitor->account;
      arrival.room = monitor->room;
      arrival.monitor = monitor->kind != household::MonitorKind::panel;
    }
    arrival.allowed =
        arrival.monitor || household_.station(about.user).has_value() || about.user == household_.identity().centre_number;
  } else {
    // Who comes by a registration of ours was authenticated by that server, which we chose. But anybody there may have
    // the name of somebody or something here: his has the address with it, which no name here has.
    arrival.allowed = about.trust == sip::Trust::registration;
    arrival.account += "@" + about.address;
  }
  if (const auto offer = media::sdp::parse(about.offer.bytes); offer.ok())
    for (const auto& line : offer->media)
      if (line.kind == "audio") arrival.wants_to_talk = line.port != 0 && media::sends(line.direction);
  arrival.lacks_encryption = options_.encryption == media::Encryption::compulsory && !about.offer.empty() && !media::is_encrypted(about.offer.bytes);
  auto line = std::make_shared<Line>(*this, arrival.leg);
  lines_[arrival.leg] = line;
  line->arrived(std::move(call), about);
  if (!arrival.lacks_encryption) line->ring();
  calls_->arrive(arrival);
}

void Lines::on_refused_call(const std::string& from, const std::string& address, const std::string& why) {
  // Anybody can make these: they must not push everything else out of the journal.
  const Monotonic now = loop_.clock().monotonic();
  if (now - refusals_since_ >= refusals_window) {
    refusals_since_ = now;
    refusals_told_ = 0;
  }
  if (++refusals_told_ <= most_refusals_told && on_refused) on_refused(from, address, why);
}

}  // namespace lintel::app
