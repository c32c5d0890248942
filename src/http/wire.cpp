#include "http/wire.hpp"

#include <array>
#include <ctime>

#include "http/origin.hpp"

namespace lintel::http {
namespace {

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

std::string date_now() {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  const auto two = [](int number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
  return std::string(days[static_cast<std::size_t>(parts.tm_wday)]) + ", " + two(parts.tm_mday) + " " +
         months[static_cast<std::size_t>(parts.tm_mon)] + " " + std::to_string(parts.tm_year + 1900) + " " +
         two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec) + " GMT";
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  out += "\r\n";
}

// 'self' covers the page's own WebSocket only in newer browsers, so it is named; nothing else may be reached.
std::string content_policy(const HeadOptions& options) {
  std::string policy =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
      "font-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action "
      "'self'; "
      "frame-ancestors 'none'; connect-src 'self'";
  if (!options.host.empty() && plain_host(options.host))
    policy.append(options.secure ? " wss://" : " ws://").append(options.host);
  return policy;
}

}  // namespace

std::string write_head(const Response& response, const HeadOptions& options) {
  std::string out;
  out.reserve(1024);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason_of(response.status));
  out += "\r\n";
  append_header(out, "Date", date_now());
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (options.with_length && response.status != 204 && response.status != 304)
    append_header(out, "Content-Length", std::to_string(options.length));
  append_header(out, "Connection", options.keep_alive ? "keep-alive" : "close");
  append_header(out, "Content-Security-Policy", content_policy(options));
  append_header(out, "X-Content-Type-Options", "nosniff");
  append_header(out, "X-Frame-Options", "DENY");
  append_header(out, "Referrer-Policy", "no-referrer");
  append_header(out, "Cross-Origin-Opener-Policy", "same-origin");
  append_header(out, "Cross-Origin-Resource-Policy", "same-origin");
  append_header(out, "Permissions-Policy",
                "camera=(self), microphone=(self), autoplay=(self), fullscreen=(self), screen-wake-lock=(self), "
                "geolocation=(), payment=(), usb=()");
  out += "\r\n";
  return out;
}

}  // namespace lintel::http
