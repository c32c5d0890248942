#include "http/router.hpp"

#include <gtest/gtest.h>

namespace lintel::http {
namespace {

class Catch final : public ResponseSink {
 public:
  explicit Catch(std::vector<Response>& caught) : caught_(caught) {}
  void respond(Response response) override { caught_.push_back(std::move(response)); }
  std::shared_ptr<EventStream> stream() override { return nullptr; }

 private:
  std::vector<Response>& caught_;
};

class RouterTest : public ::testing::Test {
 protected:
  void add(Method method, const char* pattern, Callers callers = anyone, std::size_t limit = 0, const char* type = "") {
    router_.add(Route{.method = method,
                      .pattern = pattern,
                      .callers = callers,
                      .body_limit = limit,
                      .body_type = type,
                      .handler = [pattern](Request request, Responder responder) {
                        std::string text = pattern;
                        for (const auto& [name, value] : request.parameters) text += " " + name + "=" + value;
                        responder.respond(text_response(200, text));
                      }});
  }
  Response ask(Method method, const char* target, std::string body = {}, const char* type = "application/json") {
    Request request{.method = method, .target = target, .headers = {{"Content-Type", type}}, .body = std::move(body)};
    std::vector<Response> caught;
    router_.handle(std::move(request), Responder(std::make_shared<Catch>(caught)));
    EXPECT_EQ(caught.size(), 1U) << target;
    return caught.empty() ? Response{} : caught.front();
  }
  Router router_;
};

TEST_F(RouterTest, findsLiteralsBeforeParameters) {
  add(Method::get, "/rooms/{number}");
  add(Method::get, "/rooms/batch");
  EXPECT_EQ(ask(Method::get, "/rooms/101").body, "/rooms/{number} number=101");
  EXPECT_EQ(ask(Method::get, "/rooms/batch").body, "/rooms/batch");
  EXPECT_EQ(ask(Method::head, "/rooms/101").status, 200);
  EXPECT_EQ(ask(Method::get, "/rooms/").status, 404);
  EXPECT_EQ(ask(Method::get, "/rooms/101/x").status, 404);
  EXPECT_EQ(ask(Method::get, "/Rooms/101").status, 404);
  EXPECT_EQ(ask(Method::get, "/rooms/..%2f..").status, 400);
}

TEST_F(RouterTest, saysWhichMethodsAnAddressTakes) {
  add(Method::get, "/rooms");
  add(Method::post, "/rooms");
  const Response response = ask(Method::put, "/rooms");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header_of(response.headers, "Allow"), "GET, POST");
}

TEST_F(RouterTest, refusesBodiesBeforeTheyAreRead) {
  add(Method::post, "/json", anyone, 10, "application/json");
  add(Method::get, "/none");
  EXPECT_EQ(ask(Method::post, "/json", "{}").status, 200);
  EXPECT_EQ(ask(Method::post, "/json", "{}", "application/JSON; charset=utf-8").status, 200);
  EXPECT_EQ(ask(Method::post, "/json", std::string(11, ' ')).status, 413);
  EXPECT_EQ(ask(Method::post, "/json", "{}", "text/plain").status, 415);
  EXPECT_EQ(ask(Method::get, "/none", "x").status, 413);
}

TEST_F(RouterTest, answersOnlyRoutesForAnyoneWithoutAGate) {
  add(Method::get, "/open", anyone);
  add(Method::get, "/closed", admin);
  EXPECT_EQ(ask(Method::get, "/open").status, 200);
  EXPECT_EQ(ask(Method::get, "/closed").status, 401);
}

TEST_F(RouterTest, asksTheGateWithWhatTheRouteDeclares) {
  add(Method::get, "/closed", admin | monitor);
  router_.set_gate([](const GateQuestion& question, Request&) -> std::optional<Response> {
    return text_response(static_cast<int>(400 + question.callers), "");
  });
  EXPECT_EQ(ask(Method::get, "/closed").status, 406);
}

TEST(Responder, answers500WhenDropped) {
  std::vector<Response> caught;
  { const Responder dropped(std::make_shared<Catch>(caught)); }
  ASSERT_EQ(caught.size(), 1U);
  EXPECT_EQ(caught.front().status, 500);
}

TEST(Responder, answersOnce) {
  std::vector<Response> caught;
  Responder responder(std::make_shared<Catch>(caught));
  responder.respond(text_response(200, "first"));
  responder.respond(text_response(200, "second"));
  EXPECT_EQ(caught.size(), 1U);
  EXPECT_FALSE(responder.pending());
}

TEST(Request, readsCookiesAndTypes) {
  const Request request{
      .headers = {{"cookie", "a=1; lintel_session=abc=; b=2"}, {"content-type", "application/sdp; x=y"}}};
  EXPECT_EQ(request.cookie("lintel_session"), "abc=");
  EXPECT_EQ(request.cookie("session"), "");
  EXPECT_EQ(request.content_type(), "application/sdp");
}

}  // namespace
}  // namespace lintel::http
