// A SIP message as views into the received bytes. One pass finds the lines; a value is parsed when it is asked for, and
// says whether it is well formed. Forwarding copies the unchanged ranges and adds the edits (builder.hpp). RFC 3261 §7,
// §25.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/uri.hpp"

namespace lintel::sip {

enum class Method : std::uint8_t {
  other,
  invite,
  ack,
  bye,
  cancel,
  options,
  registration,
  info,
  update,
  message,
  notify,
  subscribe,
  prack,
  refer,
  publish  // the last: see method_count
};
inline constexpr std::size_t method_count = static_cast<std::size_t>(Method::publish) + 1;
[[nodiscard]] Method method_of(std::string_view name);  // case-sensitive, RFC 3261 §7.1
[[nodiscard]] std::string_view name_of(Method method);  // "INVITE"; empty for `other`

// The header fields the core looks at. Every other one is Field::other and is found by its name.
enum class Field : std::uint8_t {
  other,
  via,
  from,
  to,
  call_id,
  cseq,
  contact,
  max_forwards,
  route,
  record_route,
  path,
  content_length,
  content_type,
  expires,
  authorization,
  proxy_authorization,
  www_authenticate,
  proxy_authenticate,
  require,
  proxy_require,
  supported,
  allow,
  user_agent,
  min_expires,
  reason,
  event,
  session_expires,
  min_se,
  rseq,
  rack,
  retry_after,
  authentication_info,
  accept,
  date,
  server,
  content_encoding,
  refer_to,
  subject,
  replaces,
  privacy,
  p_asserted_identity,
  p_preferred_identity,
  content_disposition,
  unsupported,
  warning,
  service_route  // the last: see field_count
};
inline constexpr std::size_t field_count = static_cast<std::size_t>(Field::service_route) + 1;
[[nodiscard]] Field field_of(std::string_view name);  // long or compact form, ignoring case

// The caps of one message. What exceeds them is refused before anything else looks at it.
struct Limits {
  std::size_t bytes = 65'535;
  std::size_t header_bytes = 32'768;  // start line and headers together
  std::size_t lines = 128;            // header lines
  std::size_t values = 64;            // comma-separated values in one header kind (Via, Route, Contact)
};

// Why a message is not to be used, and the answer a request then gets (RFC 4475). Code 0: all is well.
struct Fault {
  int code = 0;
  std::string_view reason;  // a constant, e.g. "Bad CSeq"
  explicit operator bool() const { return code != 0; }
};

struct CSeq {
  std::uint32_t number = 0;  // below 2^31
  std::string_view method;
};

// RFC 3261 §18.2.1, §20.42; RFC 3581.
struct Via {
  std::string_view text;       // the whole value
  std::string_view transport;  // "UDP"
  std::string_view host;       // an IPv6 literal keeps its brackets
  std::uint16_t port = 0;      // 0: not given
  std::string_view parameters;
  std::string_view branch;  // of the parameters; empty when absent
  bool rport = false;       // whether they ask for it
  [[nodiscard]] static std::optional<Via> parse(std::string_view text);
  [[nodiscard]] bool read(std::string_view from);  // the same in place; after false what it holds means nothing
};

class Message {
 public:
  struct Line {
    std::uint32_t begin;  // of the whole line in bytes()
    std::uint32_t end;    // after its CRLF, folds included
    std::uint32_t value;  // the value, without space around it
    std::uint32_t value_length;
    std::uint16_t name_length;  // the name begins at `begin`
    Field field;
  };

  Message() = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // Finds the lines of `bytes` in one pass, which must stay alive and unchanged as long as this Message is used (see
  // keep()). Only what makes the rest unreadable is a Fault here; check() looks closer. Reusing one Message saves
  // allocations. For streams `bytes` is one whole message as the Framer cut it; for datagrams what is after
  // Content-Length is ignored.
  [[nodiscard]] Fault parse(std::string_view bytes, const Limits& limits = {});
  // What every element must refuse: missing or doubled From, To, Call-ID, CSeq, Via; method mismatch; bad numbers;
  // a body shorter than Content-Length; a version other than 2.0 (505); a malformed Request-URI.
  [[nodiscard]] Fault check() const;
  // A copy that owns its bytes, for whoever needs the message after the callback.
  [[nodiscard]] std::shared_ptr<const Message> keep() const;

  [[nodiscard]] bool is_request() const { return status_ == 0; }
  [[nodiscard]] Method method() const { return method_; }  // of the start line; `other` for responses
  [[nodiscard]] std::string_view method_name() const { return view(0, method_length_); }
  [[nodiscard]] std::string_view request_uri() const { return view(uri_begin_, uri_length_); }
  [[nodiscard]] int status() const { return status_; }                                     // 100…699; 0 for requests
  [[nodiscard]] std::string_view reason() const { return view(uri_begin_, uri_length_); }  // the phrase of a response
  [[nodiscard]] std::string_view bytes() const { return bytes_; }                          // headers and body
  [[nodiscard]] std::string_view body() const { return bytes_.substr(body_begin_, body_length_); }
  [[nodiscard]] std::size_t header_end() const { return headers_end_; }  // offset of the empty line
  [[nodiscard]] std::size_t first_line_end() const { return first_line_end_; }
  [[nodiscard]] std::size_t uri_begin() const { return uri_begin_; }

  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] std::string_view value(const Line& line) const { return view(line.value, line.value_length); }
  [[nodiscard]] std::string_view name(const Line& line) const { return view(line.begin, line.name_length); }
  [[nodiscard]] const Line* find(Field field, std::size_t nth = 0) const;  // the nth line of that kind, or null
  [[nodiscard]] std::string_view value(Field field) const;                 // of its first line; empty when absent
  [[nodiscard]] std::string_view value(std::string_view name) const;       // any header, ignoring case
  [[nodiscard]] bool has(Field field) const { return (present_ & bit(field)) != 0; }
  [[nodiscard]] std::size_t count(Field field) const;  // lines, not values
  // All comma-separated values of all lines of that kind, in order. Commas in quotes and <> do not separate.
  [[nodiscard]] std::vector<std::string_view> list(Field field) const;
  // The same for one look, without allocation.
  template <typename Visit>
  void for_each(Field field, Visit visit) const;
  [[nodiscard]] std::string_view first_of_list(Field field) const;  // the topmost of them, without allocation
  // Whether a token list such as Supported or Require names `token`, ignoring case.
  [[nodiscard]] bool lists(Field field, std::string_view token) const;

  // Typed access: nothing when absent or not well formed.
  // These five are parsed once and remembered (so a Message is for one thread at a time).
  [[nodiscard]] const std::optional<Uri>& uri() const;
  [[nodiscard]] const std::optional<Via>& top_via() const;
  [[nodiscard]] const std::optional<Address>& from() const;
  [[nodiscard]] const std::optional<Address>& to() const;
  [[nodiscard]] const std::optional<CSeq>& cseq() const;
  [[nodiscard]] std::optional<Address> contact() const { return Address::parse(first_of_list(Field::contact)); }
  [[nodiscard]] std::string_view call_id() const { return value(Field::call_id); }
  [[nodiscard]] std::string_view from_tag() const;  // empty when absent
  [[nodiscard]] std::string_view to_tag() const;
  [[nodiscard]] std::optional<std::uint32_t> number(Field field) const;  // Max-Forwards, Expires, Content-Length …

 private:
  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t length) const {
    return bytes_.substr(begin, length);
  }
  [[nodiscard]] static constexpr std::uint64_t bit(Field field) {
    return std::uint64_t{1} << static_cast<unsigned>(field);
  }
  [[nodiscard]] Fault parse_start_line(std::string_view line);
  [[nodiscard]] bool parse_line(std::size_t& at);
  void measure_body();
  [[nodiscard]] Fault check_counts() const;
  [[nodiscard]] Fault check_vias() const;
  [[nodiscard]] static std::optional<CSeq> parse_cseq(std::string_view text);

  std::string_view bytes_;
  std::unique_ptr<char[]> owned_;
  std::vector<Line> lines_;
  std::array<std::uint8_t, field_count>
      first_{};  // the first line of each kind, counted from 1; 0: none (or beyond 255)
  // The kinds that are there, and those with more than one line. Field::other counts like any.
  std::uint64_t present_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint32_t longest_value_ = 0;
  std::uint32_t first_line_end_ = 0;
  std::uint32_t headers_end_ = 0;
  std::uint32_t body_begin_ = 0;
  std::uint32_t body_length_ = 0;
  std::uint32_t uri_begin_ = 0;
  std::uint32_t uri_length_ = 0;
  std::uint16_t method_length_ = 0;
  std::int16_t status_ = 0;
  Method method_ = Method::other;
  Fault fault_;  // of the start line, kept for check()
  enum Remembered : std::uint8_t { the_uri = 1, the_via = 2, the_from = 4, the_to = 8, the_cseq = 16 };
  [[nodiscard]] bool recall(Remembered what) const;  // whether it was read before; from now on it was
  mutable std::uint8_t remembered_ = 0;
  mutable bool single_via_ = false;  // the first Via line holds one value
  mutable std::optional<Uri> uri_;
  mutable std::optional<Via> via_;
  mutable std::optional<Address> from_, to_;
  mutable std::optional<CSeq> cseq_;
};
static_assert(field_count <= 64, "the kinds are bits of one number");

using KeptMessage = std::shared_ptr<const Message>;

// Cuts comma-separated values out of one header value, one a call; false at the end. RFC 3261 §7.3.1.
bool next_value(std::string_view& rest, std::string_view& value);
template <typename Visit>
void Message::for_each(Field field, Visit visit) const {
  if (!has(field)) return;
  for (const Line& line : lines_) {
    if (line.field != field) continue;
    std::string_view rest = value(line);
    std::string_view one;
    while (next_value(rest, one)) visit(one);
  }
}
// The standard phrase of a status code ("Busy Here"), or "Unknown".
[[nodiscard]] std::string_view phrase_of(int status);

}  // namespace lintel::sip
