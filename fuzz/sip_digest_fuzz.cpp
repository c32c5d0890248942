// Challenges and credentials as any stranger may send them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sip/digest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::sip;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto challenge = digest::parse_challenge(text); challenge.ok()) {
    // What we answer must be readable again, whatever stands in the challenge.
    const auto answer = digest::make_credentials(*challenge, "101#1", "secret", "INVITE", "sip:VDP", 1, "abc");
    if (auto again = digest::parse_credentials(answer); again.ok() && again->realm != challenge->realm)
      __builtin_trap();
  }
  if (auto credentials = digest::parse_credentials(text); credentials.ok()) {
    const digest::NonceSigner nonces("0123456789abcdef0123456789abcdef", std::chrono::minutes(5));
    (void)digest::verify(*credentials, digest::decoy_secrets(), "INVITE", "VDP", nonces, lintel::Monotonic{});
  }
  return 0;
}
