// What a handler sees of HTTP: a request already parsed, bounded and normalised, and the response it makes. Plain
// values.
#pragma once

#include <any>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lintel::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] const char* name_of(Method method);  // "GET", "DELETE", …
[[nodiscard]] Method method_of(std::string_view name);

// Ordered name/value pairs. Header names compare without case, query names with it.
using Fields = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string_view header_of(const Fields& fields, std::string_view name);  // the first, or empty

struct Request {
  Method method = Method::get;
  std::string path = {};  // normalised and percent-decoded exactly once (path.hpp); what was authorised is what is used
  std::string target = {};  // as it came; only for what signs it (digest)
  Fields query = {};        // decoded once, in order
  Fields parameters = {};   // of the route's pattern: {number} → ("number", "101")
  Fields headers = {};
  std::string body = {};
  std::string remote_address = {};  // of the socket, never of a header; IPv4-mapped addresses are written as IPv4
  std::uint16_t remote_port = 0;
  bool secure = false;     // came over TLS
  std::any identity = {};  // who calls: set by the router's gate, read by the handlers of the same room

  [[nodiscard]] std::string_view header(std::string_view name) const { return header_of(headers, name); }
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;  // the first of that name
  [[nodiscard]] std::string_view cookie(std::string_view name) const;                 // RFC 6265 §5.4, or empty
  [[nodiscard]] std::string_view content_type() const;  // without its parameters, e.g. "application/json"
};

struct Response {
  int status = 200;
  Fields headers =
      {};  // Content-Type and what else matters; Content-Length, Date and the security headers are the server's
  std::string body = {};
  bool close = false;  // end the connection after it

  Response& set(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
};

[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response text_response(int status, std::string body, std::string_view type = "text/plain; charset=utf-8");
// {"error":{"code":…,"message":…}}, the one shape of every refusal; see also web's errors with fields.
[[nodiscard]] Response error_response(int status, std::string_view code, std::string_view message);

}  // namespace lintel::http
