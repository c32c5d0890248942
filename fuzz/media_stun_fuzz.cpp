// STUN messages of strangers: whatever comes must be refused or understood, and an answer to it must be well formed.
#include <cstddef>
#include <cstdint>

#include "media/stun.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::media;
  const auto message = stun::parse({data, size});
  if (!message) return 0;
  (void)stun::authentic(*message, "password");
  const auto success = stun::binding_success(*message, message->mapped.value_or(Endpoint{}), "password");
  const auto read = stun::parse(success);
  if (!read || !stun::authentic(*read, "password") || read->transaction != message->transaction) __builtin_trap();
  if (!stun::parse(stun::binding_error(*message, 420, "password"))) __builtin_trap();
  return 0;
}
