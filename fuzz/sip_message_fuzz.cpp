// SIP messages, URIs, addresses, framing and flow tokens from hostile bytes: nothing crashes, every view stays inside,
// and what a message says survives being kept, edited and read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sip/builder.hpp"
#include "sip/flow_token.hpp"
#include "sip/framing.hpp"
#include "sip/message.hpp"

namespace {

using namespace lintel::sip;

void require(bool holds) {
  if (!holds) std::abort();
}

void whole(const Message& message) {
  const bool fine = !message.check();
  (void)message.contact();
  (void)message.lists(Field::supported, "outbound");
  (void)message.number(Field::expires);
  for (const Field field : {Field::via, Field::contact, Field::route, Field::record_route, Field::path})
    for (const auto value : message.list(field)) {
      (void)Via::parse(value);
      if (const auto address = Address::parse(value); address && address->uri.is_sip()) {
        (void)address->uri.unescaped_user();
        require(same_user(address->uri.user, address->uri.user));
        (void)equivalent(address->uri, address->uri);  // not reflexive for doubled parameters, which RFC 3261 forbids
      }
    }
  const auto kept = message.keep();
  require(kept->call_id() == message.call_id() && kept->body() == message.body());
  if (!fine) return;
  const Hop hop{TransportKind::udp, 16, *SocketAddress::parse("192.0.2.1", 5060), {}};
  Message again;
  if (message.is_request()) {
    const std::string answer = Builder::response(message, hop, 486, {}, "tag").finish();
    require(!again.parse(answer) && !again.check() && again.call_id() == message.call_id());
  }
  static const FlowTokens tokens(std::string(32, 'k'));
  (void)tokens.read(message.call_id(), message.call_id(), message.from_tag(), message.to_tag());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Message message;
  if (!message.parse(bytes)) whole(message);
  std::size_t scanned = 0;
  const Frame frame = next_frame(bytes, {}, scanned);
  if (frame.kind == Frame::Kind::incomplete)
    require(frame.length == 0 || (frame.length > size && frame.length <= Limits().bytes));
  else
    require(frame.length <= size);
  if (frame.kind == Frame::Kind::message && !message.parse(bytes.substr(0, frame.length))) whole(message);
  (void)Uri::parse(bytes);
  (void)Address::parse(bytes);
  std::string_view rest = bytes;
  std::string_view value;
  std::size_t count = 0;
  while (next_value(rest, value)) require(++count <= size);
  return 0;
}
