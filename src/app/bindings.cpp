#include "app/bindings.hpp"

#include <array>

#include "base/log.hpp"
#include "base/text.hpp"

namespace lintel::app {
namespace {

constexpr char separator = '\x1f';  // a part that holds one spoils its own record only: the count of parts is checked
constexpr std::size_t parts = 10;

std::string key_of(const std::string& account, const std::string& id) { return account + separator + id; }

std::string pack(const sip::StoredBinding& binding) {
  const std::array<std::string, parts> all{
      binding.account, binding.id, binding.contact, binding.parameters, binding.call_id, std::to_string(binding.cseq), binding.path,
      binding.user_agent, binding.received, std::to_string(binding.expires.time_since_epoch().count())};
  std::string out;
  for (const auto& part : all) (out += out.empty() ? "" : std::string(1, separator)) += part;
  return out;
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

void Bindings::write(std::vector<sip::StoredBinding> saved, std::vector<Key> removed) {
  std::vector<household::RecordStore::Record> records;
  records.reserve(saved.size());
  for (const auto& binding : saved) {
    household::RecordStore::Record record{key_of(binding.account, binding.id), pack(binding)};
    // Text on the disk ends at a NUL: a phone that names itself so registers again after a restart.
    if (record.value.find('\0') == std::string::npos) records.push_back(std::move(record));
  }
  const auto told = [](const Result<void>& done) {
    if (!done.ok()) log::warning("sip", "Registrations are not kept over a restart now: {}", done.error().message);
  };
  if (!records.empty()) records_.save(std::move(records), told);
  std::vector<std::string> keys;
  keys.reserve(removed.size());
  for (const auto& key : removed) keys.push_back(key_of(key.account, key.id));
  if (!keys.empty()) records_.remove(std::move(keys), told);
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
