// Request targets: whatever passes is one plain path, whichever way it is read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "http/path.hpp"
#include "http/router.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

const lintel::http::Router& router() {
  static const lintel::http::Router* table = [] {
    auto* made = new lintel::http::Router;
    for (const char* pattern :
         {"/api/v1/rooms", "/api/v1/rooms/{number}", "/api/v1/rooms/batch", "/api/v1/locks/{number}/unlock"})
      made->add(
          lintel::http::Route{.pattern = pattern, .handler = [](lintel::http::Request, lintel::http::Responder) {}});
    return made;
  }();
  return *table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const auto result = lintel::http::normalise(target);
  if (!result) return 0;
  const std::string_view path = result->path;
  must(path.front() == '/');
  must(path.find("//") == std::string_view::npos);
  must(path.find("/../") == std::string_view::npos && !path.ends_with("/.."));
  must(path.find("/./") == std::string_view::npos && !path.ends_with("/."));
  must(path.find('\0') == std::string_view::npos && path.find('\\') == std::string_view::npos &&
       path.find(';') == std::string_view::npos);
  must(lintel::text::printable(path));
  must(result->query.size() <= 64);
  for (const auto method : {lintel::http::Method::get, lintel::http::Method::post}) {
    const auto match = router().match(method, path);
    for (const auto& [name, value] : match.parameters) must(!value.empty() && value.find('/') == std::string::npos);
  }
  return 0;
}
