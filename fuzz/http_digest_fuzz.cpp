// Authorization headers: none that was not made with the secret is accepted.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/digest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using lintel::http::DigestAuthority;
  static const lintel::SimulatedClock clock;
  static DigestAuthority authority(clock, {.realm = "Lintel", .allow_no_qop = true});
  lintel::http::Request request{.target = "/api/v1/locks"};
  request.headers.emplace_back("Authorization", "Digest " + std::string(reinterpret_cast<const char*>(data), size));
  const auto verdict = authority.verify(request, [](std::string_view user) -> std::optional<lintel::http::DigestUser> {
    if (user != "door") return std::nullopt;
    return lintel::http::DigestUser{
        .name = "door", .ha1_md5 = std::string(32, 'a'), .ha1_sha256 = std::string(64, 'a')};
  });
  if (verdict.outcome == DigestAuthority::Outcome::accepted) std::abort();
  return 0;
}
