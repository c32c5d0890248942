// Values of settings as a request body or an import may carry them: what passes is kept, read back and the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "settings/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::settings;
  if (size == 0) return 0;
  const Entry& entry = table()[data[0] % table().size()];
  const std::string words(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto value = check(entry, words);
  if (!value.ok()) {
    if (value.error().field != entry.key || value.error().message.empty()) __builtin_trap();
    if (entry.type == Type::secret && !value.error().value.empty()) __builtin_trap();
    return 0;
  }
  const auto again = std::visit([&](const auto& kept) { return check(entry, Given(kept)); }, value.value());
  if (!again.ok() || again.value() != value.value()) __builtin_trap();
  return 0;
}
