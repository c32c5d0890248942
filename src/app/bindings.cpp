#include "app/bindings.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace lintel::app {
namespace {

constexpr char separator = '\x1f';  // a part that holds one spoils its own record only: the count of parts is checked
constexpr std::size_t parts = 10;

void put_key(std::string& out, const std::string& account, const std::string& id) {
  out.assign(account).append(1, separator).append(id);
}

void pack(std::string& out, const sip::StoredBinding& binding) {
  std::array<char, 24> digits{};
  const auto number = [&digits](std::int64_t value) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return std::string_view(digits.data(), end);
  };
  out.clear();
  for (const std::string_view part : {std::string_view(binding.account), std::string_view(binding.id),
                                      std::string_view(binding.contact), std::string_view(binding.parameters),
                                      std::string_view(binding.call_id)})
    out.append(part).push_back(separator);
  out.append(number(binding.cseq)).push_back(separator);
  for (const std::string_view part :
       {std::string_view(binding.path), std::string_view(binding.user_agent), std::string_view(binding.received)})
    out.append(part).push_back(separator);
  out.append(number(binding.expires.time_since_epoch().count()));
}

std::optional<sip::StoredBinding> unpack(std::string_view value) {
  const auto all = text::split(value, separator);
  if (all.size() != parts) return std::nullopt;
  const auto cseq = text::to_unsigned(all[5]);
  const auto expires = text::to_signed(all[9]);
  if (!cseq || !expires) return std::nullopt;
  sip::StoredBinding out;
  out.account = all[0];
  out.id = all[1];
  out.contact = all[2];
  out.parameters = all[3];
  out.call_id = all[4];
  out.cseq = static_cast<std::uint32_t>(*cseq);
  out.path = all[6];
  out.user_agent = all[7];
  out.received = all[8];
  out.expires = WallTime(std::chrono::microseconds(*expires));
  return out;
}

}  // namespace

void Bindings::save(const sip::StoredBinding& binding) {
  put_key(key_, binding.account, binding.id);
  removals_.erase(key_);
  pack(value_, binding);
  // Text on the disk ends at a NUL: a phone that names itself so registers again after a restart.
  if (value_.find('\0') == std::string::npos) batch_.save(key_, value_);
}

void Bindings::remove(const std::string& account, const std::string& id) {
  put_key(key_, account, id);
  batch_.remove(key_);
  if (removals_.size() < most_refused) removals_[key_] = {++turns_, Way::in_batch};
}

void Bindings::write() {
  Removed removed;
  for (auto& [key, removal] : removals_) {
    if (removal.way == Way::to_the_disk) continue;
    if (removal.way == Way::refused) batch_.remove(key);
    removal.way = Way::to_the_disk;
    removed.emplace_back(key, removal.turn);
  }
  if (batch_.empty()) return;
  records_.write(std::exchange(batch_, {}), [this, alive = std::weak_ptr(alive_), removed = std::move(removed)](const Result<void>& done) {
    if (!done.ok()) log::warning("sip", "Registrations are not kept over a restart now: {}", done.error().message);
    if (!alive.expired()) written(removed, done.ok());
  });
}

void Bindings::written(const Removed& removed, bool done) {
  for (const auto& [key, turn] : removed) {
    const auto found = removals_.find(key);
    if (found == removals_.end() || found->second.turn != turn) continue;  // it came back, or went once more
    if (done)
      removals_.erase(found);
    else
      found->second.way = Way::refused;
  }
}

std::vector<sip::StoredBinding> Bindings::load() {
  std::vector<sip::StoredBinding> out;
  const auto records = records_.load();
  if (!records.ok()) {
    log::warning("sip", "The kept registrations cannot be read; monitors register again by themselves: {}", records.error().message);
    return out;
  }
  for (const auto& record : *records)
    if (auto binding = unpack(record.value)) out.push_back(std::move(*binding));
  return out;
}

}  // namespace lintel::app
