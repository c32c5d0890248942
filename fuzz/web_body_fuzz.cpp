// JSON bodies: bounded, never throwing, every answer well-formed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "web/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::web;
  lintel::http::Request request;
  request.body.assign(reinterpret_cast<const char*>(data), size);
  Body body(request);
  (void)body.text("number", 16);
  (void)body.maybe_text("name", 64);
  (void)body.secret("password");
  (void)body.integer("floors", 1, 999);
  (void)body.maybe_boolean("active");
  (void)body.maybe_integers("locks", 1, 16, 16);
  (void)body.texts("rights", 16, 8);
  (void)body.choice("kind", {"monitor", "panel"});
  if (const auto refused = body.refusal()) {
    const auto json = parse_json(refused->body);
    if (refused->status < 400 || !json || !json->contains("error")) std::abort();
  }
  return 0;
}
