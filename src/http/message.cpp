#include "http/message.hpp"

#include <array>

#include "base/text.hpp"

namespace lintel::http {
namespace {

constexpr std::array<std::pair<Method, const char*>, 7> method_names{{{Method::get, "GET"},
                                                                      {Method::head, "HEAD"},
                                                                      {Method::post, "POST"},
                                                                      {Method::put, "PUT"},
                                                                      {Method::patch, "PATCH"},
                                                                      {Method::delete_, "DELETE"},
                                                                      {Method::options, "OPTIONS"}}};

// A JSON string's inside. Only for our own sentences: bytes that are not UTF-8 never reach it.
std::string json_escaped(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

const char* name_of(Method method) {
  for (const auto& [known, name] : method_names)
    if (known == method) return name;
  return "OTHER";
}

Method method_of(std::string_view name) {
  for (const auto& [method, known] : method_names)
    if (name == known) return method;
  return Method::other;
}

std::string_view header_of(const Fields& fields, std::string_view name) {
  for (const auto& [known, value] : fields)
    if (text::equals_ignoring_case(known, name)) return value;
  return {};
}

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters)
    if (known == name) return value;
  return {};
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  for (const auto& [known, value] : query)
    if (known == name) return value;
  return std::nullopt;
}

std::string_view Request::cookie(std::string_view name) const {
  for (const std::string_view part : text::split(header("Cookie"), ';')) {
    const std::string_view pair = text::trim(part);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

std::string_view Request::content_type() const {
  const std::string_view whole = header("Content-Type");
  return text::trim(whole.substr(0, whole.find(';')));
}

Response json_response(int status, std::string body) {
  Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.set("Content-Type", "application/json").set("Cache-Control", "no-store");
  return response;
}

Response text_response(int status, std::string body, std::string_view type) {
  Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.set("Content-Type", type).set("Cache-Control", "no-store");
  return response;
}

Response error_response(int status, std::string_view code, std::string_view message) {
  return json_response(
      status, "{\"error\":{\"code\":\"" + json_escaped(code) + "\",\"message\":\"" + json_escaped(message) + "\"}}");
}

}  // namespace lintel::http
