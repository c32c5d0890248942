// What the header fields of a message say.
#include "base/text.hpp"
#include "sip/grammar.hpp"
#include "sip/message.hpp"

namespace lintel::sip {
namespace {

namespace classes = grammar::classes;

std::string_view next_token(std::string_view& rest) {
  rest = grammar::trim(rest);
  const std::size_t end = grammar::skip(rest, 0, classes::token);
  const auto token = rest.substr(0, end);
  rest = grammar::trim(rest.substr(end));
  return token;
}

bool take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

// Where `value` was read before, its memory is used again.
template <typename Value>
void read_into(std::optional<Value>& value, std::string_view text) {
  if (!value) value.emplace();
  if (!value->read(text)) value.reset();
}

}  // namespace

bool Via::read(std::string_view from) {
  constexpr std::string_view usual = "SIP/2.0/";
  *this = {};
  text = from = grammar::trim(from);
  std::string_view rest = from;
  if (from.starts_with(usual)) {
    rest.remove_prefix(usual.size());
  } else {
    if (!text::equals_ignoring_case(next_token(rest), "SIP") || !take(rest, '/')) return false;
    if (next_token(rest) != "2.0" || !take(rest, '/')) return false;
  }
  if (const std::size_t end = grammar::skip(rest, 0, classes::token);
      end > 0 && end < rest.size() && rest[end] == ' ') {
    transport = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    rest = grammar::trim(rest);
  } else {
    transport = next_token(rest);
    if (transport.empty()) return false;
  }
  std::string_view left;
  if (!grammar::split_host_port(rest, host, port, left)) return false;
  parameters = grammar::trim(left);
  if (parameters.empty()) return true;
  bool branched = false;
  return parameters.front() == ';' && grammar::read_parameters(parameters, [&](auto name, auto value) {
           if (name.size() == 6 && !branched && grammar::is_lower_of(name, "branch")) {
             branch = value;
             branched = true;
           }
           if (name.size() == 5 && grammar::is_lower_of(name, "rport")) rport = true;
         });
}

std::optional<Via> Via::parse(std::string_view text) {
  std::optional<Via> via(std::in_place);
  if (!via->read(text)) via.reset();
  return via;
}

bool next_value(std::string_view& rest, std::string_view& value) {
  while (!rest.empty() && (grammar::is_space(rest.front()) || rest.front() == ',')) rest.remove_prefix(1);
  if (rest.empty()) return false;
  bool quoted = false;
  bool bracketed = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    end = grammar::skip_to(rest, end, classes::ends_value);
    if (end == rest.size()) break;
    const char c = rest[end];
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

const Message::Line* Message::find(Field field, std::size_t nth) const {
  if (!has(field)) return nullptr;
  const std::size_t first = first_[static_cast<std::size_t>(field)];
  if (nth == 0 && first != 0) return lines_.data() + (first - 1);
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
  if (!has(field)) return 0;
  if ((repeated_ & bit(field)) == 0) return 1;
  std::size_t result = 0;
  for (const Line& line : lines_) result += line.field == field ? 1 : 0;
  return result;
}

std::vector<std::string_view> Message::list(Field field) const {
  std::vector<std::string_view> result;
  for_each(field, [&](std::string_view one) { result.push_back(one); });
  return result;
}

std::string_view Message::first_of_list(Field field) const {
  std::string_view rest = value(field);
  std::string_view one;
  return next_value(rest, one) ? one : std::string_view{};
}

bool Message::lists(Field field, std::string_view token) const {
  if (!has(field)) return false;
  for (const Line& line : lines_) {
    if (line.field != field) continue;
    std::string_view rest = value(line);
    std::string_view one;
    while (next_value(rest, one))
      if (text::equals_ignoring_case(one, token)) return true;
  }
  return false;
}

bool Message::recall(Remembered what) const {
  const bool known = (remembered_ & what) != 0;
  remembered_ = static_cast<std::uint8_t>(remembered_ | what);
  return known;
}

const std::optional<Uri>& Message::uri() const {
  if (!recall(the_uri)) read_into(uri_, request_uri());
  return uri_;
}

const std::optional<Via>& Message::top_via() const {
  if (recall(the_via)) return via_;
  // A text that reads as one Via holds no comma outside of quotes, and one without a comma is one.
  const auto line = value(Field::via);
  via_.reset();
  if (line.find(',') == std::string_view::npos) read_into(via_, line);
  single_via_ = via_.has_value();
  if (!single_via_) read_into(via_, first_of_list(Field::via));
  return via_;
}

const std::optional<Address>& Message::from() const {
  if (!recall(the_from)) read_into(from_, value(Field::from));
  return from_;
}

const std::optional<Address>& Message::to() const {
  if (!recall(the_to)) read_into(to_, value(Field::to));
  return to_;
}

const std::optional<CSeq>& Message::cseq() const {
  if (!recall(the_cseq)) cseq_ = parse_cseq(value(Field::cseq));
  return cseq_;
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
  return address ? address->tag : std::string_view{};
}

std::string_view Message::to_tag() const {
  const auto& address = to();
  return address ? address->tag : std::string_view{};
}

std::optional<std::uint32_t> Message::number(Field field) const {
  std::uint64_t result = 0;
  if (!grammar::to_number(value(field), result) || result > 0xffffffffULL) return std::nullopt;
  return static_cast<std::uint32_t>(result);
}

}  // namespace lintel::sip
