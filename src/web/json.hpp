// JSON of the REST API: bounded reading with an error for each field, and writing. Private to the room; only .cpp files
// include this, nlohmann-json is slow to compile.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace lintel::web {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t deepest_json = 8;
inline constexpr std::size_t most_json_values = 4'096;

// Nothing for text that is not JSON, is nested deeper than deepest_json, or holds more than most_json_values values.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
[[nodiscard]] std::string write_json(const Json& json);  // never throws: wrong UTF-8 becomes U+FFFD
[[nodiscard]] std::string write_time(WallTime time);     // "2026-01-01T00:00:00.000Z"
[[nodiscard]] std::optional<WallTime> read_time(
    std::string_view text);  // the same, seconds' fraction optional; or a date

[[nodiscard]] http::Response answer(int status, const Json& json);
[[nodiscard]] http::Response answer(const Error& error);  // by its code: 422, 404, 409, 403, 401, 429, 503, 500
[[nodiscard]] http::Response answer(const std::vector<Error>& errors);  // 422; all of them in "errors"
[[nodiscard]] int status_of(ErrorCode code);
// What was asked for is in force, though the answer may be that the disk does not keep it.
template <typename T>
[[nodiscard]] bool in_force(const Result<T>& done) {
  return done.ok() || done.error().code == ErrorCode::not_kept;
}

// Reads an object field by field. Every wrong field becomes an error; unknown ones too. Ask refusal() before using
// anything.
class Body {
 public:
  // Error response when it is not a JSON object at all.
  explicit Body(const http::Request& request);

  std::string text(const char* field, std::size_t most, bool required = true);  // printable; `most` in code points
  std::optional<std::string> maybe_text(const char* field, std::size_t most);
  std::string secret(const char* field, std::size_t most = 1024);  // as text, but never repeated in an error
  std::optional<bool> maybe_boolean(const char* field);
  std::optional<std::int64_t> maybe_integer(const char* field, std::int64_t least, std::int64_t most);
  std::int64_t integer(const char* field, std::int64_t least, std::int64_t most);
  std::optional<std::vector<int>> maybe_integers(const char* field, int least, int most, std::size_t count);
  std::vector<std::string> texts(const char* field, std::size_t most, std::size_t count);
  std::string choice(const char* field, std::initializer_list<const char*> allowed);
  [[nodiscard]] bool has(const char* field) const { return json_.contains(field); }
  [[nodiscard]] const Json& json() const { return json_; }
  void fail(std::string field, std::string message, std::string value, std::string limit);
  // Settings have their own names: nothing is unknown here.
  void allow_any_field() { any_field_ = true; }

  [[nodiscard]] std::optional<http::Response> refusal();

 private:
  const Json* find(const char* field, bool required);
  Json json_ = Json::object();
  std::vector<std::string> known_;
  std::vector<Error> errors_;
  bool malformed_ = false, any_field_ = false;
};

}  // namespace lintel::web
