// Who may pass: session cookie or digest, role, CSRF, set-up first. The one place where rights over routes are decided.
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "http/origin.hpp"
#include "journal/events.hpp"
#include "settings/settings.hpp"
#include "web/context.hpp"

namespace lintel::web {
namespace {

using http::error_response;

http::Callers caller_of(Role role) {
  switch (role) {
    case Role::admin:
      return http::admin;
    case Role::monitor:
      return http::monitor;
    case Role::panel:
      return http::panel;
    case Role::machine:
      return http::machine;
  }
  return 0;
}

constexpr std::uint64_t farthest_until = 253'402'300'800'000;  // the year 10000: a clock counts finer, and would wrap

bool changes_state(http::Method method) {
  return method != http::Method::get && method != http::Method::head;
}

http::Response limited(Duration wait) {
  http::Response response = error_response(429, "limited", "Too many requests from your address. Wait a moment.");
  response.set("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
  return response;
}

// A browser shows its own password window on a challenge, in front of our pages; it is told apart by what every browser
// sends.
bool from_a_page(const http::Request& request) {
  return !request.header("Sec-Fetch-Mode").empty() || !request.header("Origin").empty() ||
         !request.header("X-Lintel-CSRF").empty() || !request.cookie("lintel_session").empty();
}

// S04: does a page ask this by itself, while nobody does anything in it? It says so: in the query where a browser sends
// no header of ours, with event streams and pictures. Whoever opens a WebSocket is always a page's telephone.
bool unattended(const http::Request& request) {
  return !request.header("X-Lintel-Unattended").empty() || request.query_value("unattended").has_value() ||
         !request.header("Upgrade").empty();
}

// Until when an order holds, as who gave it said: one that a dead line delivers a minute later opens for nobody.
bool too_late(const Context& house, const http::Request& request) {
  constexpr Duration slack = std::chrono::seconds(5);  // the difference of two clocks that passes for none
  const auto until = text::to_unsigned(request.header("X-Lintel-Until"));
  if (!until || *until > farthest_until) return false;
  return house.house.clock.wall() > WallTime(std::chrono::milliseconds(*until)) + slack;
}

http::Response unknown_caller(const Context& house, const http::GateQuestion& question, const http::Request& request,
                              bool stale) {
  http::Response response = error_response(401, "unauthenticated", "Log in first.");
  if ((question.callers & http::machine) != 0 && !from_a_page(request))
    for (const std::string& challenge : house.digest.challenges(stale)) response.set("WWW-Authenticate", challenge);
  return response;
}

// The machine behind a digest. `refused` says why there is none although one was claimed.
std::optional<Identity> machine_of(Context& house, const http::Request& request, const http::GateQuestion& question,
                                   std::optional<http::Response>& refused) {
  const std::string network = http::source_of(request.remote_address);
  const access::Source source(network, request.remote_address);
  const household::Household& homes = house.house.household;
  const std::string& realm = house.digest.realm();
  const auto find = [&](std::string_view user) -> std::optional<http::DigestUser> {
    const auto md5 = homes.machine_ha1_md5(user, realm);
    const auto sha256 = homes.machine_ha1_sha256(user, realm);
    if (!md5 || !sha256) return std::nullopt;
    return http::DigestUser{.name = std::string(user), .ha1_md5 = *md5, .ha1_sha256 = *sha256};
  };
  const http::DigestAuthority::Verdict verdict = house.digest.verify(request, find);
  using Outcome = http::DigestAuthority::Outcome;
  // Names that do not exist count for their source alone.
  const std::string subject = homes.machine(verdict.user) == nullptr ? std::string() : verdict.user;
  // Right or wrong, who is locked out hears the same. Lock-outs only: these secrets are random, and slowing an account
  // down would only keep its machine away.
  if (const Duration wait = house.guesses.locked_for(subject, source);
      verdict.outcome != Outcome::absent && wait > Duration::zero()) {
    refused = limited(wait);
    return std::nullopt;
  }
  if (verdict.outcome == Outcome::accepted) {
    house.guesses.succeeded(subject, source);
    const household::Machine* machine = homes.machine(verdict.user);
    if (machine != nullptr && machine->may(household::Right::api))
      return Identity{{.account = machine->name, .role = Role::machine, .room = {}, .address = request.remote_address},
                      nullptr};
    refused = error_response(403, "denied", "This machine account has no right to use the API.");
  } else if (verdict.outcome == Outcome::stale) {
    refused = unknown_caller(house, question, request, true);
  } else if (verdict.outcome != Outcome::absent) {
    (void)house.guesses.failed(subject, source);
    house.house.journal.record(journal::events::operation_login_failed,
                               {.subject = text::printable(verdict.user) ? verdict.user.substr(0, 64) : "?",
                                .fields = {{"address", request.remote_address}}});
  }
  return std::nullopt;
}

std::optional<Identity> identify(Context& house, const http::Request& request, const http::GateQuestion& question,
                                 std::optional<http::Response>& refused) {
  if (const auto session = house.sessions.use(request.cookie("lintel_session"), unattended(request))) {
    Identity identity{session->who, session};
    identity.who.address = request.remote_address;
    return identity;
  }
  return machine_of(house, request, question, refused);
}

std::optional<http::Response> decide(Context& house, const http::GateQuestion& question, http::Request& request) {
  const std::string source = http::source_of(request.remote_address);
  if (!house.requests.take(source)) return limited(house.requests.wait(source));
  // Another site's page must not even try; browsers name the origin of every such request.
  if (changes_state(request.method) &&
      !http::same_origin(request.header("Origin"), request.header("Host"), request.secure))
    return error_response(403, "denied", "Pages of another site may not change anything here.");
  if (!house.house.household.initialised() && !question.before_set_up)
    return error_response(403, "set_up_first", "Set the station up first: open its page and enter the one-time code.");

  std::optional<http::Response> refused;
  const std::optional<Identity> identity = identify(house, request, question, refused);
  if (identity) request.identity = *identity;
  if ((question.callers & http::anyone) != 0) return std::nullopt;
  if (refused) return refused;
  if (!identity) return unknown_caller(house, question, request, false);
  if ((question.callers & caller_of(identity->who.role)) == 0)
    return error_response(403, "denied", "Your account has no right to do this.");
  const bool by_cookie = identity->session != nullptr;
  if (by_cookie && changes_state(request.method) && !question.without_csrf &&
      !bytes::equal_in_constant_time(request.header("X-Lintel-CSRF"), identity->session->csrf))
    return error_response(403, "csrf", "The page is out of date. Load it again.");
  if (too_late(house, request)) {
    http::Response late =
        error_response(409, "too_late", "This order came too late and was not carried out. Give it again.");
    // Proxies put a Date of their own in place of ours.
    const auto now = std::chrono::floor<std::chrono::milliseconds>(house.house.clock.wall()).time_since_epoch();
    late.set("X-Lintel-Now", std::to_string(now.count()));
    return late;
  }
  return std::nullopt;
}

}  // namespace

void install_gate(http::Router& router, const std::shared_ptr<Context>& context) {
  router.set_gate([weak = std::weak_ptr<Context>(context)](const http::GateQuestion& question,
                                                           http::Request& request) -> std::optional<http::Response> {
    const std::shared_ptr<Context> house = weak.lock();
    if (house == nullptr) return error_response(503, "unavailable", "The station is stopping.");
    return decide(*house, question, request);
  });
}

void add(http::Router& router, const std::shared_ptr<Context>& context, http::Route route, Work work) {
  route.pattern = "/api/v1" + route.pattern;
  route.handler = [weak = std::weak_ptr<Context>(context), work = std::move(work)](http::Request request,
                                                                                   http::Responder responder) {
    const std::shared_ptr<Context> house = weak.lock();
    if (house == nullptr) {
      responder.respond(error_response(503, "unavailable", "The station is stopping."));
      return;
    }
    const std::any identity = std::move(request.identity);
    Call call{.house = *house,
              .weak = weak,
              .request = request,
              .reply = Reply(std::move(responder)),
              .identity = std::any_cast<Identity>(&identity)};
    work(call);
  };
  router.add(std::move(route));
}

}  // namespace lintel::web
