// Live view (WHEP), lending camera and microphone (WHIP, RFC 9725), and still pictures.
#include <algorithm>

#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

using http::Method;

constexpr std::size_t many_live_sessions = 512;  // more than can last: call.viewers is at most 256, and one lends
constexpr const char* sdp_type = "application/sdp";
const Error no_video{.code = ErrorCode::unavailable,
                     .message = "The video part is not there yet. Try again in a moment."};
const Error no_session{.code = ErrorCode::not_found, .message = "There is no such live session; it may have ended."};

bool known_stream(std::string_view stream) {
  return stream == "main" || stream == "sub";
}

// Remembers whose session it is, and answers 201 as both drafts ask.
Done<LiveSession> session_made(const Call& call, std::string base) {
  const auto& session = call.identity->session;
  return
      [reply = call.reply, weak = call.weak, account = call.who().account,
       browser = session == nullptr ? std::string() : session->id, base = std::move(base)](Result<LiveSession> made) {
        if (!made.ok()) return reply.send(answer(made.error()));
        const auto house = weak.lock();
        if (house == nullptr) return;
        // Its session, or the machine's account, may have ended while the answer was made.
        const bool there =
            browser.empty() ? house->house.household.machine(account) != nullptr : house->sessions.has(browser);
        if (!there) {
          (void)house->house.live->end(made->id);
          return reply.send(answer(Error{.code = ErrorCode::unauthenticated, .message = "Log in first."}));
        }
        auto& known = house->live_sessions;
        // Most have ended without a word. One that lasts must stay known, to end when its account is revoked.
        if (known.size() >= many_live_sessions)
          std::erase_if(known, [&](const auto& each) { return !house->house.live->lasts(each.id); });
        known.push_back({made->id, account, browser});
        http::Response response = http::text_response(201, made->sdp, sdp_type);
        response.set("Location", base + made->id);
        reply.send(std::move(response));
      };
}

void watch(Call& call) {
  if (call.house.house.live == nullptr) return call.reply.send(answer(no_video));
  const std::string stream(call.request.parameter("stream"));
  if (!known_stream(stream))
    return call.reply.send(
        answer(Error{.code = ErrorCode::not_found, .message = "There are the streams 'main' and 'sub'."}));
  call.house.house.live->watch(call.who(), stream, call.request.body, session_made(call, "/api/v1/whep/sessions/"));
}

void lend(Call& call) {
  if (call.house.house.live == nullptr) return call.reply.send(answer(no_video));
  call.house.house.live->lend(call.who(), call.request.body, session_made(call, "/api/v1/whip/sessions/"));
}

void end(Call& call) {
  if (call.house.house.live == nullptr) return call.reply.send(answer(no_video));
  auto& known = call.house.live_sessions;
  const std::string_view id = call.request.parameter("id");
  const auto found = std::find_if(known.begin(), known.end(), [id](const auto& entry) { return entry.id == id; });
  const bool own = found != known.end() && (call.who().role == Role::admin || found->account == call.who().account);
  if (!own) return call.reply.send(answer(no_session));
  known.erase(found);
  if (!call.house.house.live->end(id)) return call.reply.send(answer(no_session));
  call.reply.send({.status = 200, .headers = {{"Cache-Control", "no-store"}}, .body = {}});
}

void snapshot(Call& call) {
  if (call.house.house.live == nullptr) return call.reply.send(answer(no_video));
  const std::string stream = call.request.query_value("stream").value_or("main");
  if (!known_stream(stream))
    return call.reply.send(answer(Error{.code = ErrorCode::invalid,
                                        .message = "'stream' must be main or sub.",
                                        .field = "stream",
                                        .value = stream.substr(0, 32),
                                        .limit = "main, sub"}));
  call.house.house.live->snapshot(call.who(), stream, [reply = call.reply](Result<std::string> picture) {
    if (!picture.ok()) return reply.send(answer(picture.error()));
    reply.send(http::text_response(200, std::move(picture).value(), "image/jpeg"));
  });
}

}  // namespace

void add_live_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  add(router, context,
      {.method = Method::post,
       .pattern = "/whep/{stream}",
       .callers = everybody | http::machine,
       .body_limit = sdp_limit,
       .body_type = sdp_type,
       .summary = "Watch the door live: an SDP offer in, the answer out (WHEP). 'main' or 'sub'.",
       .tag = "Live",
       .request_schema = R"({"type":"string"})",
       .success = 201,
       .response_type = sdp_type},
      watch);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/whep/sessions/{id}",
       .callers = everybody | http::machine,
       .summary = "End a live view.",
       .tag = "Live"},
      end);
  add(router, context,
      {.method = Method::post,
       .pattern = "/whip",
       .callers = people | http::panel,
       .body_limit = sdp_limit,
       .body_type = sdp_type,
       .summary = "Lend your camera and microphone to the station (WHIP, RFC 9725).",
       .tag = "Live",
       .request_schema = R"({"type":"string"})",
       .success = 201,
       .response_type = sdp_type},
      lend);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/whip/sessions/{id}",
       .callers = people | http::panel,
       .summary = "Take camera and microphone back.",
       .tag = "Live"},
      end);
  add(router, context,
      {.method = Method::get,
       .pattern = "/snapshot.jpg",
       .callers = people | http::monitor | http::machine,
       .summary = "A still picture of the door.",
       .tag = "Live",
       .query = {{"stream", "main or sub"}, {"unattended", "1: does not count as use of a person's session"}},
       .response_type = "image/jpeg"},
      snapshot);
}

}  // namespace lintel::web
