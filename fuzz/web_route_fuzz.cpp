// Every route of the API with any body, as each kind of caller: the real handlers over a household, settings and a
// journal. Whatever comes, the answer is no fault of the server's own, and a refusal says which error it is.
//
// An input: the caller as one byte; a line with the method, the route's pattern, words for its parameters, and a query;
// the body. A line that begins with no route means one of them all the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "house.hpp"

namespace lintel::web::testing {
namespace {

class FuzzedHouse final : public HouseTest {
 public:
  FuzzedHouse() {
    set_up();
    admin_ = log_in();
    (void)ask(http::Method::patch, "/settings", admin_, R"({"security.request_rate":10000})");
    for (const char* number : {"101", "102"}) (void)post("/rooms", {{"number", number}}, admin_);
    monitor_ = pair("monitor", "101", admin_);
    panel_ = pair("panel", "", admin_);
  }
  void TestBody() override {}

  // False once whoever asks is no longer let in: it logged out, or was removed.
  bool play(std::string_view input) {
    if (input.empty()) return true;
    const int caller = static_cast<unsigned char>(input[0]) % 4;
    input.remove_prefix(1);
    const auto line_end = std::min(input.find('\n'), input.size());
    std::string_view line = input.substr(0, line_end);
    const std::string body(input.substr(std::min(line_end + 1, input.size())));
    const http::Route& route = route_of(line);
    // They hash a password, which takes a tenth of a second; their bodies are read as all others are.
    for (const char* slow : {"/login", "/setup", "/pair", "/password", "/email"})
      if (route.pattern.ends_with(slow)) return true;
    const As nobody{.address = "192.0.2.7"};
    clock_.advance(std::chrono::milliseconds(10));
    const std::array<const As*, 4> callers{&nobody, &admin_, &monitor_, &panel_};
    const As& who = *callers[static_cast<std::size_t>(caller)];
    const std::string type = route.body_type.empty() ? "application/json" : route.body_type;
    const Got got = ask(route.method, path_of(route.pattern, line), who, body, type);
    const bool refused = got.status >= 400;
    if (got.status == 500 || got.status < 200 || (refused && got.code().empty())) {
      std::fprintf(stderr, "%s answered %d: %s\n", std::string(route.pattern).c_str(), got.status, got.body.c_str());
      std::abort();
    }
    if (got.stream) got.stream->close();
    return caller == 0 || got.status != 401;
  }

 private:
  // Takes the route from the line.
  const http::Route& route_of(std::string_view& line) const {
    std::size_t sum = 0;
    for (const char c : line.substr(0, std::min(line.find(' '), line.size())))
      sum = sum * 31 + static_cast<unsigned char>(c);
    const auto& routes = router_.routes();
    for (const auto& route : routes) {
      const std::string name =
          std::string(http::name_of(route->method)) + " " + route->pattern.substr(std::string_view("/api/v1").size());
      if (line != name && !line.starts_with(name + " ") && !line.starts_with(name + "?")) continue;
      line.remove_prefix(
          std::min(name.size() + (line.size() > name.size() && line[name.size()] == ' ' ? 1 : 0), line.size()));
      return *route;
    }
    return *routes[sum % routes.size()];
  }
  // The line's words, between blanks, stand for the parameters; what follows a question mark is the query.
  static std::string path_of(std::string_view pattern, std::string_view line) {
    const auto mark = std::min(line.find('?'), line.size());
    std::string_view words = line.substr(0, mark);
    std::string path;
    while (!pattern.empty()) {
      const auto open = std::min(pattern.find('{'), pattern.size());
      path += pattern.substr(0, open);
      pattern.remove_prefix(open);
      if (pattern.empty()) break;
      pattern.remove_prefix(std::min(pattern.find('}') + 1, pattern.size()));
      const auto word = words.substr(0, std::min(words.find(' '), words.size()));
      words.remove_prefix(std::min(word.size() + 1, words.size()));
      path += word;
    }
    return path.append(line.substr(mark));
  }

  As admin_, monitor_, panel_;
};

}  // namespace
}  // namespace lintel::web::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using lintel::web::testing::FuzzedHouse;
  constexpr int inputs_of_a_house = 5'000;  // so that it stays small, and what one input leaves does not last
  static int left = 0;
  static std::unique_ptr<FuzzedHouse> house;
  if (left-- <= 0) {
    setenv("TMPDIR", "/dev/shm", 0);  // NOLINT(concurrency-mt-unsafe): before its threads
    house.reset();
    house = std::make_unique<FuzzedHouse>();
    left = inputs_of_a_house;
  }
  if (!house->play({reinterpret_cast<const char*>(data), size})) left = 0;
  return 0;
}
