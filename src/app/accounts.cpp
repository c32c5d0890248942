#include "app/accounts.hpp"

#include "base/text.hpp"

namespace lintel::app {

Accounts::Accounts(Loop& loop, household::Household& household, std::function<bool()> group_call)
    : loop_(loop), household_(household), group_call_(std::move(group_call)) {
  changes_ = household_.on_change([this](const household::Change&) {
    // The server may still hold an account of this turn: the old ones go at the next.
    auto retired = std::make_shared<Cache>(std::move(cache_));
    cache_.clear();
    loop_.post([retired] {});
  });
}

const sip::Account* Accounts::find(std::string_view user) const {
  // Asked for with each request: what is known is found under its name, or under that of the main monitor it stands for.
  auto kept = cache_.find(user);
  if (kept == cache_.end()) kept = cache_.find(std::string(user) + "#0");
  if (kept != cache_.end()) return kept->second.get();
  const auto known = household_.sip_account(user);
  if (!known) return nullptr;
  auto& slot = cache_[known->user];
  if (slot != nullptr) return slot.get();
  slot = std::make_unique<sip::Account>();
  slot->name = known->user;
  const auto canonical = known->user == user ? known : household_.sip_account(known->user);
  if (canonical) {
    slot->ha1_md5 = canonical->ha1_md5;
    slot->ha1_sha256 = canonical->ha1_sha256;
  }
  // `101` is another name of `101#0` (H04), and digest hashes the name as it was typed into the phone.
  if (known->user.ends_with("#0")) {
    const std::string alias = known->user.substr(0, known->user.size() - 2);
    if (const auto other = household_.sip_account(alias)) slot->aliases.push_back({alias, other->ha1_md5, other->ha1_sha256});
  }
  return slot.get();
}

std::vector<const sip::Account*> Accounts::expand(std::string_view user) const {
  std::vector<const sip::Account*> out;
  const auto account = household::parse_account(user);
  if (account && account->extension == 0 && group_call_() && household_.room(account->room) != nullptr) {
    for (const household::Monitor* monitor : household_.monitors_of(account->room))
      if (const sip::Account* found = find(monitor->account)) out.push_back(found);
    return out;
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
  for (const sip::ContactInfo& contact : server_->contacts(answer.number)) {
    if (contact.local) continue;  // ourselves
    const household::Monitor* monitor = household_.monitor(contact.account);
    if (monitor != nullptr && monitor->kind == household::MonitorKind::panel) continue;
    calls::Contact line;
    line.id = contact.id;
    line.account = contact.account;
    line.kind = sip::is_websocket(contact.kind) ? calls::ContactKind::browser : calls::ContactKind::phone;
    if (monitor != nullptr) {
      line.room = monitor->room;
      line.name = monitor->name;
      line.monitor = true;
    }
    answer.contacts.push_back(std::move(line));
  }
  return answer;
}

std::string Directory::centre_number() const { return household_.identity().centre_number; }

}  // namespace lintel::app
