// Writing messages: whole new ones (Builder) and changed copies (Edit). Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sip/buffer.hpp"
#include "sip/message.hpp"
#include "sip/transport.hpp"

namespace lintel::sip {

// What a request is given in memory beyond its own size, so that the Core puts its Via in without moving it elsewhere.
inline constexpr std::size_t room_for_via = 160;

// Builder::request("INVITE", "sip:101@VDP").add("Call-ID", id).body("application/sdp", sdp).finish()
class Builder {
 public:
  // A request without Via: the Core puts its own on top when it sends. No other header is added by itself.
  [[nodiscard]] static Builder request(std::string_view method, std::string_view uri);
  // RFC 3261 §8.2.6: Via (top one with `received` and `rport` of `from`), From, To, Call-ID, CSeq are copied. A To
  // without a tag gets `to_tag` if that is not empty (never for 100). An empty reason is the standard phrase.
  [[nodiscard]] static Builder response(const Message& request, const Hop& from, int status,
                                        std::string_view reason = {}, std::string_view to_tag = {});
  Builder& add(std::string_view name, std::string_view value) &;
  Builder& add(std::string_view name, std::uint64_t value) &;
  Builder& add_line(std::string_view line) &;         // a whole header line without its CRLF
  Builder& copy(const Message& from, Field field) &;  // all lines of that kind as they are (Record-Route into a 200)
  Builder& body(std::string_view content_type, std::string_view bytes) &;  // `bytes` must live until it is finished
  // A header whose value is put together piece by piece: open(), append() to out(), close().
  Builder& open(std::string_view name) &;
  Builder& close() &;
  [[nodiscard]] Buffer& out() { return text_; }
  // Adds Content-Length, the empty line and the body. The text stands in the builder, or is taken out of it.
  [[nodiscard]] std::string_view finish_here();
  [[nodiscard]] std::string finish();

 private:
  Buffer text_;
  std::string_view body_;
};

// Appends the value of a topmost Via with `received` and, where asked for, `rport` of the source (RFC 3261 §18.2.1, RFC
// 3581 §4); whatever the sender wrote there itself is dropped.
void append_via_with_source(Buffer& out, const Via& via, const Hop& from);
[[nodiscard]] std::string new_tag();      // 56 random bits, so short that a string holds them by itself
[[nodiscard]] std::string new_call_id();  // 128 random bits

}  // namespace lintel::sip
