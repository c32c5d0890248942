// Finding the lines of a message, and what every element must refuse. What the values say: message_values.cpp.
#include "sip/message.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

namespace classes = grammar::classes;

constexpr Fault unreadable{400, "Unreadable Message"};
constexpr std::string_view version = "SIP/2.0";

bool begins_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && text::equals_ignoring_case(text.substr(0, start.size()), start);
}

bool is_long_list(Field field) {
  return field == Field::via || field == Field::route || field == Field::record_route || field == Field::contact;
}

}  // namespace

Fault Message::parse_start_line(std::string_view line) {
  status_ = 0;
  method_ = Method::other;
  method_length_ = 0;
  uri_begin_ = uri_length_ = 0;
  const auto first = line.find(' ');
  if (const auto said = line.substr(0, first); said == version || begins_ignoring_case(said, "SIP/")) {
    if (first == std::string_view::npos || (said != version && !text::equals_ignoring_case(said, version)))
      return unreadable;
    const auto rest = line.substr(first + 1);
    if (rest.size() < 3 || (rest.size() > 3 && rest[3] != ' ')) return unreadable;
    std::uint64_t code = 0;
    if (!grammar::to_number(rest.substr(0, 3), code) || code < 100 || code > 699) return unreadable;
    status_ = static_cast<std::int16_t>(code);
    uri_begin_ = static_cast<std::uint32_t>(first + 5);
    if (uri_begin_ > line.size()) uri_begin_ = static_cast<std::uint32_t>(line.size());
    uri_length_ = static_cast<std::uint32_t>(line.size() - uri_begin_);
    return {};
  }
  if (first == std::string_view::npos || first == 0 || first > 64 || !grammar::is_token(line.substr(0, first)))
    return unreadable;
  const auto end = grammar::trim(line);
  const auto last = end.rfind(' ');
  if (last <= first) return unreadable;
  const auto said = end.substr(last + 1);
  if (said != version) {
    if (!begins_ignoring_case(said, "SIP/")) return unreadable;
    if (!text::equals_ignoring_case(said, version)) fault_ = {505, "Version Not Supported"};
  }
  method_length_ = static_cast<std::uint16_t>(first);
  method_ = method_of(line.substr(0, first));
  uri_begin_ = static_cast<std::uint32_t>(first + 1);
  uri_length_ = static_cast<std::uint32_t>(last - first - 1);
  if (end.size() != line.size() || uri_length_ == 0) fault_ = {400, "Bad Request Line"};  // the rest is uri()'s to say
  return {};
}

// The header line at `at` with its folds, which moves behind it; false: unreadable. Inline, as it is all that most of
// parse() is.
[[gnu::always_inline]] inline bool Message::parse_line(std::size_t& at) {
  const char* const text = bytes_.data();
  const std::size_t begin = at;
  const std::size_t name_end = grammar::skip(bytes_, begin, classes::token);
  const std::size_t name_length = name_end - begin;
  std::size_t colon = name_end;
  while (colon < bytes_.size() && (text[colon] == ' ' || text[colon] == '\t')) ++colon;
  if (colon >= bytes_.size() || text[colon] != ':' || name_length == 0 || name_length > 255) return false;
  // A CR or LF by itself would read as a line end elsewhere.
  for (at = colon + 1;;) {
    at = grammar::find_line_break(bytes_, at);
    if (at + 2 > bytes_.size() || text[at] != '\r' || text[at + 1] != '\n') return false;
    at += 2;
    if (at == bytes_.size() || (text[at] != ' ' && text[at] != '\t')) break;
  }
  const std::size_t whole = at - 2;
  const std::size_t value_begin = grammar::skip({text, whole}, colon + 1, classes::space);
  std::size_t value_end = whole;
  while (value_end > value_begin && grammar::is_space(text[value_end - 1])) --value_end;
  const Field field = field_of({text + begin, name_length});
  lines_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at),
                    static_cast<std::uint32_t>(value_end == value_begin ? colon + 1 : value_begin),
                    static_cast<std::uint32_t>(value_end - value_begin), static_cast<std::uint16_t>(name_length),
                    field});
  longest_value_ = std::max(longest_value_, lines_.back().value_length);
  const std::uint64_t kind = bit(field);
  if ((present_ & kind) != 0) {
    repeated_ |= kind;
  } else {
    present_ |= kind;
    const std::size_t number = lines_.size();
    if (number <= std::numeric_limits<std::uint8_t>::max())
      first_[static_cast<std::size_t>(field)] = static_cast<std::uint8_t>(number);
  }
  return true;
}

Fault Message::parse(std::string_view bytes, const Limits& limits) {
  constexpr auto none = std::string_view::npos;
  bytes_ = bytes;
  lines_.clear();
  first_ = {};
  present_ = repeated_ = 0;
  longest_value_ = 0;
  remembered_ = 0;
  single_via_ = false;
  fault_ = {};
  body_length_ = 0;
  if (bytes.size() > limits.bytes) return {513, "Message Too Large"};
  const std::size_t first = bytes.find('\n');
  if (first == none || first == 0 || first > limits.header_bytes || bytes[first - 1] != '\r') return unreadable;
  first_line_end_ = static_cast<std::uint32_t>(first + 1);
  if (const Fault fault = parse_start_line(bytes.substr(0, first - 1))) return fault;
  std::size_t at = first + 1;
  while (true) {
    if (at >= bytes.size()) return unreadable;  // the empty line never came
    if (bytes[at] == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n') break;
    if (lines_.size() >= limits.lines) return {400, "Too Many Headers"};
    if (!parse_line(at)) return unreadable;
    if (at > limits.header_bytes) return {400, "Too Many Headers"};
  }
  headers_end_ = static_cast<std::uint32_t>(at);
  measure_body();
  return {};
}

void Message::measure_body() {
  body_begin_ = headers_end_ + 2;
  body_length_ = static_cast<std::uint32_t>(bytes_.size() - body_begin_);
  const Line* const line = find(Field::content_length);
  if (line == nullptr) return;
  std::uint64_t length = 0;
  if (!grammar::to_number(value(*line), length))
    fault_ = {400, "Bad Content-Length"};
  else if (length > body_length_)
    fault_ = {400, "Content-Length Exceeds Body"};
  else
    body_length_ = static_cast<std::uint32_t>(length);
}

Fault Message::check_counts() const {
  static constexpr std::size_t most_values = Limits{}.values;
  static constexpr std::uint32_t can_hold_too_many = 512;  // bytes: fewer cannot hold so many values
  for (const Line& line : lines_) {
    if (longest_value_ <= can_hold_too_many) break;  // nearly always
    if (line.value_length <= can_hold_too_many || !is_long_list(line.field)) continue;
    std::string_view rest = value(line);
    std::string_view one;
    std::size_t values = 0;
    while (next_value(rest, one))
      if (++values > most_values) return {400, "Too Many Values"};
  }
  if (!has(Field::via) || ((repeated_ & bit(Field::via)) != 0 && count(Field::via) > most_values))
    return {400, "Bad Via"};
  struct Rule {
    Field field;
    bool needed;
    std::string_view missing, repeated;
  };
  static constexpr std::array rules{Rule{Field::from, true, "Missing From", "More Than One From"},
                                    Rule{Field::to, true, "Missing To", "More Than One To"},
                                    Rule{Field::call_id, true, "Missing Call-ID", "More Than One Call-ID"},
                                    Rule{Field::cseq, true, "Missing CSeq", "More Than One CSeq"},
                                    Rule{Field::content_length, false, {}, "More Than One Content-Length"},
                                    Rule{Field::max_forwards, false, {}, "More Than One Max-Forwards"},
                                    Rule{Field::content_type, false, {}, "More Than One Content-Type"},
                                    Rule{Field::expires, false, {}, "More Than One Expires"}};
  static constexpr auto bits_of = [](bool needed) {
    std::uint64_t bits = 0;
    for (const Rule& rule : rules)
      if (rule.needed || !needed) bits |= bit(rule.field);
    return bits;
  };
  constexpr std::uint64_t needed = bits_of(true);
  constexpr std::uint64_t once = bits_of(false);
  if ((present_ & needed) == needed && (repeated_ & once) == 0) return {};
  for (const Rule& rule : rules) {
    if (rule.needed && !has(rule.field)) return {400, rule.missing};
    if ((repeated_ & bit(rule.field)) != 0) return {400, rule.repeated};
  }
  return {};
}

Fault Message::check_vias() const {
  constexpr Fault bad{400, "Bad Via"};
  if (!top_via()) return bad;
  if (single_via_ && (repeated_ & bit(Field::via)) == 0) return {};
  bool top = true;
  for (const Line& line : lines_) {
    if (line.field != Field::via) continue;
    const bool first = std::exchange(top, false);
    // A text that reads as one Via holds no comma outside of quotes.
    if (Via whole; first ? single_via_ : whole.read(value(line))) continue;
    std::string_view rest = value(line);
    if (first) rest.remove_prefix(static_cast<std::size_t>(via_->text.end() - rest.begin()));  // read already
    std::string_view one;
    std::size_t count = first ? 1 : 0;
    for (; next_value(rest, one); ++count)
      if (Via other; !other.read(one)) return bad;
    if (count == 0) return bad;
  }
  return {};
}

Fault Message::check() const {
  if (fault_) return fault_;
  if (const Fault fault = check_counts()) return fault;
  if (const Fault fault = check_vias()) return fault;
  const auto& sequence = cseq();
  if (!sequence) return {400, "Bad CSeq"};
  const auto id = call_id();
  if (id.empty() || grammar::skip_to(id, 0, classes::space) != id.size()) return {400, "Bad Call-ID"};
  if (!from()) return {400, "Bad From"};
  if (!to()) return {400, "Bad To"};
  if (is_request()) {
    if (sequence->method != method_name()) return {400, "CSeq Method Does Not Match"};
    if (has(Field::max_forwards)) {
      const auto hops = number(Field::max_forwards);
      if (!hops || *hops > 255) return {400, "Bad Max-Forwards"};
    }
    const auto& request = uri();
    if (!request) return {400, "Bad Request-URI"};
    if (request->scheme == Uri::Scheme::other) return {416, "Unsupported URI Scheme"};
    if (!request->headers.empty()) return {400, "Headers In Request-URI"};
    if (body_length_ > 0 && !has(Field::content_type)) return {400, "Missing Content-Type"};
  }
  return {};
}

std::shared_ptr<const Message> Message::keep() const {
  auto copy = std::make_shared<Message>();
  const std::size_t size = body_begin_ + body_length_;
  copy->owned_ = std::make_unique_for_overwrite<char[]>(size);
  std::memcpy(copy->owned_.get(), bytes_.data(), size);
  copy->bytes_ = std::string_view(copy->owned_.get(), size);
  copy->lines_ = lines_;
  copy->first_ = first_;
  copy->present_ = present_;
  copy->repeated_ = repeated_;
  copy->longest_value_ = longest_value_;
  copy->first_line_end_ = first_line_end_;
  copy->headers_end_ = headers_end_;
  copy->body_begin_ = body_begin_;
  copy->body_length_ = body_length_;
  copy->uri_begin_ = uri_begin_;
  copy->uri_length_ = uri_length_;
  copy->method_length_ = method_length_;
  copy->status_ = status_;
  copy->method_ = method_;
  copy->fault_ = fault_;
  return copy;
}

}  // namespace lintel::sip
