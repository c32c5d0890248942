#include "web/json.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.hpp"

namespace lintel::web {
namespace {

constexpr std::size_t longest_shown = 64;

// Bounds before parsing, so that the parser never builds what is refused.
bool within_bounds(std::string_view text) {
  std::size_t depth = 0, values = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') {
      ++values;
      if (++depth > deepest_json) return false;
    }
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == ',' && ++values > most_json_values) return false;
  }
  return values <= most_json_values;
}

Json error_json(const Error& error) {
  Json json{{"code", name_of(error.code)}, {"message", error.message}};
  if (!error.field.empty()) json["field"] = error.field;
  if (!error.value.empty()) json["value"] = error.value;
  if (!error.limit.empty()) json["limit"] = error.limit;
  return json;
}

std::string shown(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  std::string text = value.is_string() ? value.get<std::string>() : write_json(value);
  if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "…";
  return text;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (!within_bounds(text)) return std::nullopt;
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

std::string write_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string write_time(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::optional<WallTime> read_time(std::string_view text) {
  if (text.size() != 10 && (text.size() < 20 || text.size() > 27 || text.back() != 'Z')) return std::nullopt;
  const auto number = [&text](std::size_t at, std::size_t count) -> int {
    const auto value = text::to_unsigned(text.substr(at, count));
    return value ? static_cast<int>(*value) : -1;
  };
  const bool dashes = text[4] == '-' && text[7] == '-';
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!dashes || number(0, 4) < 1970 || !date.ok()) return std::nullopt;
  WallTime time = std::chrono::sys_days(date);
  if (text.size() == 10) return time;
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60)
    return std::nullopt;
  time += std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  if (text.size() == 20) return time;
  std::string fraction(text.substr(20, text.size() - 21));
  fraction.resize(6, '0');
  const auto micros = text::to_unsigned(fraction);
  if (text[19] != '.' || !micros) return std::nullopt;
  return time + std::chrono::microseconds(*micros);
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 422;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::denied:
      return 403;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::limited:
      return 429;
    case ErrorCode::unavailable:
    case ErrorCode::full:
    case ErrorCode::not_kept:
    case ErrorCode::timeout:
      return 503;
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

http::Response answer(int status, const Json& json) {
  return http::json_response(status, write_json(json));
}

http::Response answer(const Error& error) {
  http::Response response = answer(status_of(error.code), Json{{"error", error_json(error)}});
  if (error.code == ErrorCode::limited) response.set("Retry-After", "60");
  return response;
}

http::Response answer(const std::vector<Error>& errors) {
  if (errors.empty()) return answer(Error{});
  // A conflict or a full disk is not the fields' fault.
  if (errors.size() == 1 && errors.front().code != ErrorCode::invalid && errors.front().code != ErrorCode::not_found)
    return answer(errors.front());
  Json json = error_json(errors.front());
  json["code"] = "invalid";
  if (errors.size() > 1)
    json["message"] = std::to_string(errors.size()) + " fields are not right. " + errors.front().message;
  json["errors"] = Json::array();
  for (const Error& error : errors) json["errors"].push_back(error_json(error));
  return answer(422, Json{{"error", json}});
}

Body::Body(const http::Request& request) {
  std::optional<Json> json = request.body.empty() ? Json::object() : parse_json(request.body);
  if (json && json->is_object())
    json_ = std::move(*json);
  else
    malformed_ = true;
}

void Body::fail(std::string field, std::string message, std::string value, std::string limit) {
  errors_.push_back({.code = ErrorCode::invalid,
                     .message = std::move(message),
                     .field = std::move(field),
                     .value = std::move(value),
                     .limit = std::move(limit)});
}

const Json* Body::find(const char* field, bool required) {
  known_.emplace_back(field);
  const auto found = json_.find(field);
  if (found != json_.end() && !found->is_null()) return &*found;
  if (required) fail(field, std::string("Give '") + field + "'.", {}, "required");
  return nullptr;
}

std::optional<std::string> Body::maybe_text(const char* field, std::size_t most) {
  const Json* value = find(field, false);
  if (value == nullptr) return std::nullopt;
  const std::string limit = "text of at most " + std::to_string(most) + " characters";
  if (!value->is_string()) {
    fail(field, std::string("'") + field + "' must be a text.", shown(*value), limit);
    return std::nullopt;
  }
  std::string text = value->get<std::string>();
  if (text::utf8_length(text) > most) {
    fail(field, std::string("'") + field + "' is too long.", shown(*value), limit);
    return std::nullopt;
  }
  if (!text::printable(text)) {
    fail(field, std::string("'") + field + "' holds a control character.", {}, "no control characters");
    return std::nullopt;
  }
  return text;
}

std::string Body::text(const char* field, std::size_t most, bool required) {
  const std::size_t before = errors_.size();
  std::optional<std::string> value = maybe_text(field, most);
  if (!value && required && errors_.size() == before) fail(field, std::string("Give '") + field + "'.", {}, "required");
  return value.value_or(std::string());
}

std::string Body::secret(const char* field, std::size_t most) {
  const std::size_t before = errors_.size();
  std::string value = text(field, most);
  for (std::size_t at = before; at < errors_.size(); ++at) errors_[at].value.clear();
  return value;
}

std::optional<bool> Body::maybe_boolean(const char* field) {
  const Json* value = find(field, false);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  fail(field, std::string("'") + field + "' must be true or false.", shown(*value), "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Body::maybe_integer(const char* field, std::int64_t least, std::int64_t most) {
  const Json* value = find(field, false);
  if (value == nullptr) return std::nullopt;
  const bool fits =
      value->is_number_integer() && !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX);
  if (fits && value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most)
    return value->get<std::int64_t>();
  const std::string limit = std::to_string(least) + " to " + std::to_string(most);
  fail(field, std::string("'") + field + "' must be a whole number from " + limit + ".", shown(*value), limit);
  return std::nullopt;
}

std::int64_t Body::integer(const char* field, std::int64_t least, std::int64_t most) {
  if (!has(field)) (void)find(field, true);
  return maybe_integer(field, least, most).value_or(least);
}

std::optional<std::vector<int>> Body::maybe_integers(const char* field, int least, int most, std::size_t count) {
  const Json* value = find(field, false);
  if (value == nullptr) return std::nullopt;
  std::vector<int> numbers;
  bool good = value->is_array() && value->size() <= count;
  for (std::size_t at = 0; good && at < value->size(); ++at) {
    const Json& one = (*value)[at];
    good = one.is_number_integer() && one >= least && one <= most;
    if (good) numbers.push_back(one.get<int>());
  }
  if (good) return numbers;
  const std::string limit =
      "at most " + std::to_string(count) + " numbers from " + std::to_string(least) + " to " + std::to_string(most);
  fail(field, std::string("'") + field + "' must be a list of " + limit + ".", shown(*value), limit);
  return std::nullopt;
}

std::vector<std::string> Body::texts(const char* field, std::size_t most, std::size_t count) {
  std::vector<std::string> list;
  const Json* value = find(field, true);
  if (value == nullptr) return list;
  bool good = value->is_array() && value->size() <= count;
  for (std::size_t at = 0; good && at < value->size(); ++at) {
    const Json& one = (*value)[at];
    good = one.is_string() && one.get_ref<const std::string&>().size() <= most;
    if (good) list.push_back(one.get<std::string>());
  }
  if (good) return list;
  fail(field, std::string("'") + field + "' must be a list of at most " + std::to_string(count) + " texts.",
       shown(*value), "a list of texts");
  return {};
}

std::string Body::choice(const char* field, std::initializer_list<const char*> allowed) {
  const Json* value = find(field, true);
  if (value == nullptr) return {};
  std::string list;
  for (const char* one : allowed) {
    if (value->is_string() && value->get_ref<const std::string&>() == one) return one;
    list += (list.empty() ? "" : ", ") + std::string(one);
  }
  fail(field, std::string("'") + field + "' must be one of: " + list + ".", shown(*value), list);
  return {};
}

std::optional<http::Response> Body::refusal() {
  if (malformed_) return http::error_response(400, "invalid", "The body must be a JSON object, nested at most 8 deep.");
  if (!any_field_)
    for (const auto& [name, value] : json_.items())
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        fail(text::printable(name) ? name.substr(0, longest_shown) : "?", "There is no such field here.", {},
             "a known field");
  if (errors_.empty()) return std::nullopt;
  return answer(errors_);
}

}  // namespace lintel::web
