#include <unistd.h>

#include <array>
#include <string_view>

#include "base/text.hpp"
#include "system/certificates.hpp"

namespace lintel::system {

std::string own_host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "lintel";
  const std::string_view whole = name.data();
  const std::string label = text::lower(whole.substr(0, whole.find('.')));
  const bool plain = label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return label.empty() || !plain ? "lintel" : label;
}

}  // namespace lintel::system
