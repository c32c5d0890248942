#include "sip/message.hpp"

#include <cstring>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

constexpr grammar::CharacterSet special("\\\"<>,", false);  // what can change where a value ends
constexpr Fault unreadable{400, "Unreadable Message"};

bool begins_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && text::equals_ignoring_case(text.substr(0, start.size()), start);
}

std::string_view next_token(std::string_view& rest) {
  rest = grammar::trim(rest);
  std::size_t end = 0;
  while (end < rest.size() && grammar::is_token(rest[end])) ++end;
  const auto token = rest.substr(0, end);
  rest = grammar::trim(rest.substr(end));
  return token;
}

bool take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Via> Via::parse(std::string_view text) {
  Via via;
  via.text = text = grammar::trim(text);
  std::string_view rest = text;
  if (!text::equals_ignoring_case(next_token(rest), "SIP") || !take(rest, '/')) return std::nullopt;
  if (next_token(rest) != "2.0" || !take(rest, '/')) return std::nullopt;
  via.transport = next_token(rest);
  if (via.transport.empty()) return std::nullopt;
  std::string_view left;
  if (!grammar::split_host_port(rest, via.host, via.port, left)) return std::nullopt;
  via.parameters = grammar::trim(left);
  if (!via.parameters.empty() && (via.parameters.front() != ';' || !grammar::valid_parameters(via.parameters)))
    return std::nullopt;
  return via;
}

bool next_value(std::string_view& rest, std::string_view& value) {
  while (!rest.empty() && (grammar::is_space(rest.front()) || rest.front() == ',')) rest.remove_prefix(1);
  if (rest.empty()) return false;
  bool quoted = false;
  bool bracketed = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    const char c = rest[end];
    if (!special(c)) continue;
    if (quoted) {
      if (c == '\\')
        ++end;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '<') {
      bracketed = true;
    } else if (c == '>') {
      bracketed = false;
    } else if (c == ',' && !bracketed) {
      break;
    }
  }
  if (end > rest.size()) end = rest.size();
  value = grammar::trim(rest.substr(0, end));
  rest.remove_prefix(end);
  return true;
}

Fault Message::parse_start_line(std::string_view line) {
  status_ = 0;
  method_ = Method::other;
  method_length_ = 0;
  uri_begin_ = uri_length_ = 0;
  const auto first = line.find(' ');
  if (begins_ignoring_case(line, "SIP/")) {
    if (first == std::string_view::npos || !text::equals_ignoring_case(line.substr(0, first), "SIP/2.0"))
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
  if (last <= first || !begins_ignoring_case(end.substr(last + 1), "SIP/")) return unreadable;
  method_length_ = static_cast<std::uint16_t>(first);
  method_ = method_of(line.substr(0, first));
  uri_begin_ = static_cast<std::uint32_t>(first + 1);
  uri_length_ = static_cast<std::uint32_t>(last - first - 1);
  if (last == first) uri_length_ = 0;
  if (!text::equals_ignoring_case(end.substr(last + 1), "SIP/2.0")) fault_ = {505, "Version Not Supported"};
  if (end.size() != line.size() || request_uri().find_first_of(" \t<>") != std::string_view::npos || uri_length_ == 0)
    fault_ = {400, "Bad Request Line"};
  return {};
}

Fault Message::parse(std::string_view bytes, const Limits& limits) {
  bytes_ = bytes;
  lines_.clear();
  first_ = {};
  cached_.via.reset();
  cached_.from.reset();
  cached_.to.reset();
  cached_.cseq.reset();
  fault_ = {};
  body_length_ = 0;
  if (bytes.size() > limits.bytes) return {513, "Message Too Large"};
  const char* const begin = bytes.data();
  const std::size_t size = bytes.size();
  std::size_t at = 0;
  // The start line.
  const auto line_end = [&](std::size_t from) -> std::size_t {
    const void* found = from < size ? std::memchr(begin + from, '\n', size - from) : nullptr;
    return found == nullptr ? std::string_view::npos
                            : static_cast<std::size_t>(static_cast<const char*>(found) - begin);
  };
  const std::size_t first = line_end(0);
  if (first == std::string_view::npos || first == 0 || first > limits.header_bytes || begin[first - 1] != '\r')
    return unreadable;
  first_line_end_ = static_cast<std::uint32_t>(first + 1);
  if (const Fault fault = parse_start_line(bytes.substr(0, first - 1))) return fault;
  at = first + 1;
  while (true) {
    if (at >= size) return unreadable;  // the empty line never came
    if (begin[at] == '\r' && at + 1 < size && begin[at + 1] == '\n') break;
    // One header line with its folds.
    std::size_t end = at;
    do {
      end = line_end(end);
      if (end == std::string_view::npos || end == 0 || begin[end - 1] != '\r') return unreadable;
      ++end;
    } while (end < size && (begin[end] == ' ' || begin[end] == '\t'));
    if (end > limits.header_bytes || lines_.size() >= limits.lines) return {400, "Too Many Headers"};
    const auto whole = bytes.substr(at, end - at - 2);
    const auto colon = whole.find(':');
    if (colon == std::string_view::npos) return unreadable;
    std::string_view name = whole.substr(0, colon);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
    if (!grammar::is_token(name) || name.size() > 255) return unreadable;
    auto value = whole.substr(colon + 1);
    value = grammar::trim(value);
    Line line{};
    line.begin = static_cast<std::uint32_t>(at);
    line.end = static_cast<std::uint32_t>(end);
    line.value =
        static_cast<std::uint32_t>(value.empty() ? at + colon + 1 : static_cast<std::size_t>(value.data() - begin));
    line.value_length = static_cast<std::uint32_t>(value.size());
    line.name_length = static_cast<std::uint16_t>(name.size());
    line.field = field_of(name);
    // A lone CR (one that starts no fold) would read as a line end elsewhere.
    for (auto cr = value.find('\r'); cr != std::string_view::npos; cr = value.find('\r', cr + 1))
      if (cr + 1 >= value.size() || value[cr + 1] != '\n') return unreadable;
    lines_.push_back(line);
    if (auto& first_of_kind = first_[static_cast<std::size_t>(line.field)];
        first_of_kind == 0 && lines_.size() <= std::numeric_limits<std::uint8_t>::max())
      first_of_kind = static_cast<std::uint8_t>(lines_.size());
    at = end;
  }
  headers_end_ = static_cast<std::uint32_t>(at);
  body_begin_ = static_cast<std::uint32_t>(at + 2);
  body_length_ = static_cast<std::uint32_t>(size - body_begin_);
  if (const Line* line = find(Field::content_length); line != nullptr) {
    std::uint64_t length = 0;
    if (!grammar::to_number(value(*line), length)) {
      fault_ = {400, "Bad Content-Length"};
    } else if (length > body_length_) {
      fault_ = {400, "Content-Length Exceeds Body"};
    } else {
      body_length_ = static_cast<std::uint32_t>(length);
    }
  }
  return {};
}

Fault Message::check() const {
  if (fault_) return fault_;
  std::size_t vias = 0, froms = 0, tos = 0, call_ids = 0, cseqs = 0, lengths = 0, max_forwards = 0, events = 0,
              types = 0;
  static constexpr std::size_t most_values = Limits{}.values;
  for (const Line& line : lines_) {
    switch (line.field) {
      case Field::via:
        ++vias;
        break;
      case Field::from:
        ++froms;
        break;
      case Field::to:
        ++tos;
        break;
      case Field::call_id:
        ++call_ids;
        break;
      case Field::cseq:
        ++cseqs;
        break;
      case Field::content_length:
        ++lengths;
        break;
      case Field::max_forwards:
        ++max_forwards;
        break;
      case Field::content_type:
        ++types;
        break;
      case Field::expires:
        ++events;
        break;
      default:
        break;
    }
    if (line.value_length > 512 && (line.field == Field::via || line.field == Field::route ||
                                    line.field == Field::record_route || line.field == Field::contact)) {
      std::string_view rest = value(line);
      std::string_view one;
      std::size_t values = 0;
      while (next_value(rest, one))
        if (++values > most_values) return {400, "Too Many Values"};
    }
  }
  if (vias == 0 || vias > most_values) return {400, "Bad Via"};
  if (froms != 1) return {400, froms == 0 ? "Missing From" : "More Than One From"};
  if (tos != 1) return {400, tos == 0 ? "Missing To" : "More Than One To"};
  if (call_ids != 1) return {400, call_ids == 0 ? "Missing Call-ID" : "More Than One Call-ID"};
  if (cseqs != 1) return {400, cseqs == 0 ? "Missing CSeq" : "More Than One CSeq"};
  if (lengths > 1) return {400, "More Than One Content-Length"};
  if (max_forwards > 1) return {400, "More Than One Max-Forwards"};
  if (types > 1) return {400, "More Than One Content-Type"};
  if (events > 1) return {400, "More Than One Expires"};
  if (!top_via()) return {400, "Bad Via"};
  bool top = true;
  for (const Line& line : lines_) {
    if (line.field != Field::via) continue;
    std::string_view rest = value(line);
    std::string_view one;
    bool any = false;
    for (; next_value(rest, one); any = true)
      if (!std::exchange(top, false) && !Via::parse(one)) return {400, "Bad Via"};
    if (!any) return {400, "Bad Via"};
  }
  const auto sequence = cseq();
  if (!sequence) return {400, "Bad CSeq"};
  if (call_id().empty() || call_id().find_first_of(" \t\r\n") != std::string_view::npos) return {400, "Bad Call-ID"};
  if (!from()) return {400, "Bad From"};
  if (!to()) return {400, "Bad To"};
  if (is_request()) {
    if (sequence->method != method_name()) return {400, "CSeq Method Does Not Match"};
    if (max_forwards == 1) {
      const auto hops = number(Field::max_forwards);
      if (!hops || *hops > 255) return {400, "Bad Max-Forwards"};
    }
    const auto request = uri();
    if (!request) return {400, "Bad Request-URI"};
    if (request->scheme == Uri::Scheme::other) return {416, "Unsupported URI Scheme"};
    if (!request->headers.empty()) return {400, "Headers In Request-URI"};
    if (body_length_ > 0 && types == 0) return {400, "Missing Content-Type"};
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

const Message::Line* Message::find(Field field, std::size_t nth) const {
  const std::size_t first = first_[static_cast<std::size_t>(field)];
  if (first == 0 && lines_.size() <= std::numeric_limits<std::uint8_t>::max()) return nullptr;
  for (std::size_t i = first == 0 ? 0 : first - 1; i < lines_.size(); ++i)
    if (lines_[i].field == field && nth-- == 0) return &lines_[i];
  return nullptr;
}

std::string_view Message::value(Field field) const {
  const Line* line = find(field);
  return line == nullptr ? std::string_view{} : value(*line);
}

std::string_view Message::value(std::string_view wanted) const {
  const Field field = field_of(wanted);
  if (field != Field::other) return value(field);
  for (const Line& line : lines_)
    if (line.field == Field::other && text::equals_ignoring_case(name(line), wanted)) return value(line);
  return {};
}

std::size_t Message::count(Field field) const {
  std::size_t result = 0;
  for (const Line& line : lines_) result += line.field == field ? 1 : 0;
  return result;
}

std::vector<std::string_view> Message::list(Field field) const {
  std::vector<std::string_view> result;
  for (const Line& line : lines_) {
    if (line.field != field) continue;
    std::string_view rest = value(line);
    std::string_view one;
    while (next_value(rest, one)) result.push_back(one);
  }
  return result;
}

std::string_view Message::first_of_list(Field field) const {
  std::string_view rest = value(field);
  std::string_view one;
  return next_value(rest, one) ? one : std::string_view{};
}

bool Message::lists(Field field, std::string_view token) const {
  for (const Line& line : lines_) {
    if (line.field != field) continue;
    std::string_view rest = value(line);
    std::string_view one;
    while (next_value(rest, one))
      if (text::equals_ignoring_case(one, token)) return true;
  }
  return false;
}

const std::optional<Via>& Message::top_via() const {
  if (!cached_.via) cached_.via.emplace(Via::parse(first_of_list(Field::via)));
  return *cached_.via;
}

const std::optional<Address>& Message::from() const {
  if (!cached_.from) cached_.from.emplace(Address::parse(value(Field::from)));
  return *cached_.from;
}

const std::optional<Address>& Message::to() const {
  if (!cached_.to) cached_.to.emplace(Address::parse(value(Field::to)));
  return *cached_.to;
}

const std::optional<CSeq>& Message::cseq() const {
  if (!cached_.cseq) cached_.cseq.emplace(parse_cseq(value(Field::cseq)));
  return *cached_.cseq;
}

std::optional<CSeq> Message::parse_cseq(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && grammar::is_digit(text[end])) ++end;
  std::uint64_t number = 0;
  if (!grammar::to_number(text.substr(0, end), number) || number >= (1ULL << 31)) return std::nullopt;
  const std::string_view rest = text.substr(end);
  const std::string_view method = grammar::trim(rest);
  if (method.size() == rest.size() || !grammar::is_token(method)) return std::nullopt;
  return CSeq{static_cast<std::uint32_t>(number), method};
}

std::string_view Message::from_tag() const {
  const auto& address = from();
  return address ? address->tag() : std::string_view{};
}

std::string_view Message::to_tag() const {
  const auto& address = to();
  return address ? address->tag() : std::string_view{};
}

std::optional<std::uint32_t> Message::number(Field field) const {
  std::uint64_t result = 0;
  if (!grammar::to_number(value(field), result) || result > 0xffffffffULL) return std::nullopt;
  return static_cast<std::uint32_t>(result);
}

}  // namespace lintel::sip
