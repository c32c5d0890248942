#include "app/accounts.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::app {

namespace {

constexpr std::string_view main_monitor = "#0";  // `101` is another name of `101#0` (H04)
constexpr std::size_t fewest_slots = 64;

// Both spellings are found in one place.
std::uint64_t hash_of(std::string_view user) {
  if (user.ends_with(main_monitor)) user.remove_suffix(main_monitor.size());
  return std::hash<std::string_view>{}(user);
}

}  // namespace

bool touches_accounts(const household::Change& change) {
  using household::Collection;
  return change.collection == Collection::monitors || change.collection == Collection::stations ||
         change.collection == Collection::centres;
}

Accounts::Accounts(Loop& loop, household::Household& household, std::function<bool()> group_call)
    : loop_(loop), household_(household), group_call_(std::move(group_call)) {
  changes_ = household_.on_change([this](const household::Change& change) {
    if (!touches_accounts(change)) return;
    // The server may still hold an account of this turn: the old ones go at the next.
    auto retired = std::make_shared<Cache>(std::move(cache_));
    cache_ = {};
    loop_.post([retired] {});
  });
}

Accounts::Kept* Accounts::kept(std::string_view user) const {
  if (cache_.slots.empty()) return nullptr;
  const std::size_t mask = cache_.slots.size() - 1;
  const std::uint64_t hash = hash_of(user);
  for (std::size_t slot = hash & mask; cache_.slots[slot].number != 0; slot = (slot + 1) & mask) {
    if (cache_.slots[slot].hash != static_cast<std::uint32_t>(hash >> 32U)) continue;
    Kept& one = cache_.accounts[cache_.slots[slot].number - 1];
    if (one.account.is_called(user)) return cache_.last = &one;
  }
  return nullptr;
}

const sip::Account* Accounts::keep(const std::string& name) const {
  auto& [accounts, slots, last] = cache_;
  const auto enter = [&slots = slots](const std::string& its_name, std::uint32_t number) {
    const std::size_t mask = slots.size() - 1;
    const std::uint64_t hash = hash_of(its_name);
    std::size_t slot = hash & mask;
    while (slots[slot].number != 0) slot = (slot + 1) & mask;
    slots[slot] = {number, static_cast<std::uint32_t>(hash >> 32U)};
  };
  if ((accounts.size() + 1) * 4 > slots.size() * 3) {
    slots = std::vector<Slot>(std::max(fewest_slots, slots.size() * 2));
    for (std::uint32_t i = 0; i < accounts.size(); ++i) enter(accounts[i].account.name, i + 1);
  }
  Kept& one = accounts.emplace_back();
  one.account.name = name;
  if (name.ends_with(main_monitor)) one.account.alias_length = static_cast<std::uint8_t>(name.size() - main_monitor.size());
  enter(name, static_cast<std::uint32_t>(accounts.size()));
  last = &one;
  return &one.account;
}

const sip::Account* Accounts::find(std::string_view user) const {
  if (const Kept* const known = kept(user)) return &known->account;
  const auto account = household_.sip_account(user);
  if (!account) return nullptr;
  if (const Kept* const known = kept(account->user)) return &known->account;
  return keep(account->user);
}

std::optional<Accounts::Ha1> Accounts::ha1(const sip::Account& account, std::string_view user,
                                           lintel::digest::Algorithm algorithm) const {
  Kept* const known = cache_.last != nullptr && &cache_.last->account == &account ? cache_.last : kept(account.name);
  if (known == nullptr || &known->account != &account) return std::nullopt;
  const bool md5 = algorithm == lintel::digest::Algorithm::md5;
  const auto of = md5 ? Kept::Of::md5 : Kept::Of::sha256;
  const bool of_alias = user != account.name;
  const bool is_usual = account.is_called(user);  // else it is escaped in some way, and worked out each time
  const std::size_t size = md5 ? 16 : known->hash.size();
  if (known->of != of || known->of_alias != of_alias || !is_usual) {
    const auto asked = household_.sip_account(user);
    const auto raw = asked ? bytes::from_hex(md5 ? asked->ha1_md5 : asked->ha1_sha256) : std::nullopt;
    if (!raw || raw->size() != size) return std::nullopt;
    std::copy(raw->begin(), raw->end(), known->hash.begin());
    known->of = is_usual ? of : Kept::Of::nothing;
    known->of_alias = of_alias;
  }
  return Ha1(std::string_view(known->hash.data(), size));
}

std::vector<const sip::Account*> Accounts::expand(std::string_view user) const {
  std::vector<const sip::Account*> out;
  const auto account = household::parse_account(user);
  if (account && account->extension == 0 && group_call_()) {
    for (const household::Monitor* monitor : household_.monitors_of(account->room))
      if (const sip::Account* found = find(monitor->account)) out.push_back(found);
    // What has monitors is a room. A room without rings nobody, and is no account by itself.
    if (!out.empty() || household_.room(account->room) != nullptr) return out;
  }
  if (const sip::Account* found = find(user)) out.push_back(found);
  return out;
}

calls::Resolution Directory::resolve(std::string_view number) const {
  calls::Resolution answer;
  const auto account = household::parse_account(number);
  if (number == household_.identity().centre_number) {
    answer.kind = calls::Resolution::Kind::centre;
    answer.number = std::string(number);
  } else if (const auto* room = account ? household_.room(account->room) : nullptr) {
    answer.kind = calls::Resolution::Kind::room;
    answer.number = account->extension == 0 ? room->number : household::account_of(room->number, account->extension);
    answer.name = room->nick_name.empty() ? text::trim(room->first_name + " " + room->last_name) : room->nick_name;
  } else if (const auto station = household_.station(number); station && !station->own) {
    answer.kind = calls::Resolution::Kind::station;
    answer.number = station->number;
    answer.name = station->name;
  }
  if (server_ == nullptr) {
    // Another machine is the server and has the directory: it knows the number, or says that it does not.
    if (answer.kind == calls::Resolution::Kind::nothing) answer.kind = calls::Resolution::Kind::station;
    answer.number = std::string(number);
    answer.contacts.push_back({.account = answer.number});
    return answer;
  }
  if (answer.kind == calls::Resolution::Kind::nothing) return answer;
  std::string_view account_before;
  const household::Monitor* monitor = nullptr;
  server_->for_each_reachable(answer.number, [&](const sip::Server::Reachable& contact) {
    if (contact.kind == sip::TransportKind::local) return;  // ourselves
    if (contact.account != account_before) monitor = household_.monitor(contact.account);
    account_before = contact.account;
    if (monitor != nullptr && monitor->kind == household::MonitorKind::panel) return;
    calls::Contact& line = answer.contacts.emplace_back();
    line.id = contact.id;
    line.account = contact.account;
    line.own_address = contact.own_host;
    line.host = contact.host;
    line.kind = sip::is_websocket(contact.kind) ? calls::ContactKind::browser : calls::ContactKind::phone;
    if (monitor != nullptr) {
      line.room = monitor->room;
      line.name = monitor->name;
      line.monitor = true;
    }
  });
  return answer;
}

std::string Directory::centre_number() const { return household_.identity().centre_number; }

}  // namespace lintel::app
