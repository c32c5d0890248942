#include "household/household.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

// How a number sorts: digits by their value, all digits before any text.
std::string_view without_zeros(std::string_view digits) {
  const std::size_t start = digits.find_first_not_of('0');
  return start == std::string_view::npos ? digits.substr(digits.size()) : digits.substr(start);
}
bool only_digits(std::string_view number) {
  return number.find_first_not_of("0123456789") == std::string_view::npos;
}

Error taken(std::string_view number, std::string_view field, const std::string& by) {
  return {ErrorCode::conflict, fmt::format("{} has the number {} already; choose another.", by, number),
          std::string(field), std::string(number), "a number that no room, station or centre has"};
}

}  // namespace

bool NumberOrder::operator()(std::string_view left, std::string_view right) const {
  const bool left_digits = only_digits(left);
  if (left_digits != only_digits(right)) return left_digits;
  if (!left_digits) return left < right;
  const std::string_view left_value = without_zeros(left);
  const std::string_view right_value = without_zeros(right);
  if (left_value.size() != right_value.size()) return left_value.size() < right_value.size();
  if (left_value != right_value) return left_value < right_value;
  return left.size() < right.size();
}

Household::Household(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
Household::~Household() {
  while (!inner_->seen.empty()) inner_->store_seen();
  for (Debt& debt : inner_->debts)
    if (!debt.overtaken) inner_->database.write(std::move(debt.statements));  // it may take them by now
}

bool Household::owes_the_disk() const {
  return !inner_->debts.empty();
}

const Household::Identity& Household::identity() const {
  return inner_->identity;
}

void Household::set_identity(Identity identity) {
  inner_->identity = std::move(identity);
  inner_->tell(Collection::stations, Done::changed, inner_->identity.station_number);
}

storage::Subscription Household::on_change(std::function<void(const Change&)> listener) {
  return inner_->listeners.add(std::move(listener));
}

// A number belongs to one of rooms, stations and centres: calls go to numbers, not to kinds. `except` has it already.
Result<void> Household::Inner::number_free(std::string_view number, std::string_view field,
                                           std::string_view except) const {
  const std::string key = comparable(number);
  if (key == except) return {};
  if (key == identity.station_number) return taken(number, field, "This station");
  if (key == identity.centre_number || centres.contains(key)) return taken(number, field, "The centre");
  if (rooms.contains(key)) return taken(number, field, "A room");
  if (stations.contains(key)) return taken(number, field, "A station");
  return {};
}

Result<void> Household::station_number_free(std::string_view number) const {
  if (number == inner_->identity.station_number) return {};
  return inner_->number_free(number, "station.number");
}

Result<void> Household::centre_number_free(std::string_view number) const {
  if (number == inner_->identity.centre_number || inner_->centres.contains(std::string(number))) return {};
  return inner_->number_free(number, "call.centre_number");
}

SipAccount Household::Inner::sip_account(SipAccount::Kind kind, std::string user, std::string room,
                                         std::string_view asked, const Secret& secret) const {
  const std::string words = fmt::format("{}:{}:{}", asked, identity.realm, secret.plain);
  return {std::move(user), kind, std::move(room), bytes::to_hex(bytes::md5(words)), bytes::to_hex(bytes::sha256(words))};
}

std::optional<SipAccount> Household::sip_account(std::string_view asked) const {
  using Kind = SipAccount::Kind;
  const auto decoded = text::percent_decode(asked);
  if (!decoded) return std::nullopt;
  const std::string& user = *decoded;
  if (user == inner_->identity.station_number) return inner_->sip_account(Kind::station, user, {}, asked, inner_->own);
  if (const MonitorRecord* record = [&]() -> const MonitorRecord* {
        const auto account = parse_account(user);
        if (!account) return nullptr;
        const auto found = inner_->monitors.find(comparable(account_of(account->room, account->extension)));
        return found == inner_->monitors.end() || found->second.monitor.kind == MonitorKind::panel ? nullptr
                                                                                                   : &found->second;
      }())
    return inner_->sip_account(Kind::monitor, record->monitor.account, record->monitor.room, asked, record->secret);
  if (const auto found = inner_->stations.find(user); found != inner_->stations.end())
    return inner_->sip_account(Kind::station, found->second.station.number, {}, asked, found->second.secret);
  if (const auto found = inner_->centres.find(user); found != inner_->centres.end())
    return inner_->sip_account(Kind::centre, found->second.centre.number, {}, asked, found->second.secret);
  return std::nullopt;
}

const std::string& Household::own_sip_password() const {
  return inner_->own.plain;
}

}  // namespace lintel::household
