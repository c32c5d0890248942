// What the API's handlers share. Private to the room.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "access/repeats.hpp"
#include "http/digest.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"
#include "storage/listeners.hpp"
#include "web/api.hpp"
#include "web/event_hub.hpp"
#include "web/json.hpp"
#include "web/login.hpp"
#include "web/sessions.hpp"

namespace lintel::web {

// Who a request comes from; in http::Request::identity.
struct Identity {
  Subject who;
  std::shared_ptr<Session> session;  // null for a machine
};

struct Context {
  explicit Context(Dependencies given);

  Dependencies house;
  access::AttemptLimiter& guesses;  // by source and subject: logins, set-up, pairing, digests
  Sessions sessions;
  Login login;
  EventHub hub;
  http::DigestAuthority digest;
  http::RateLimit requests;        // by source; security.request_rate
  std::string setup_code;          // empty once set up
  std::size_t pairings_asked = 0;  // being looked up
  Monotonic began;
  access::Repeats logins_told;
  struct LiveSession {
    std::string id, account;
    std::string session;  // id of the browser's session that began it; empty: a machine's
  };
  std::vector<LiveSession> live_sessions;  // bounded
  struct CatchUp {
    std::shared_ptr<EventHub::Client> client;
    std::int64_t from;
  };
  std::deque<CatchUp> catching_up;  // event streams with entries that they missed; bounded by the streams
  bool catches_up = false;          // a page for one of them is being read
  // Accounts of monitors that are online. Counted when somebody first asks, and then as they come and go: a large house
  // has 20,000, and consoles ask each second while they come back from a power cut.
  std::optional<std::unordered_set<std::string>> online;
  [[nodiscard]] std::size_t online_monitors();
  void presence_changed(std::string_view account, bool is_online);
  std::vector<storage::Subscription> subscriptions;
  std::string description;  // openapi.json, made when the routes are complete

  // Right or wrong: counted for the subject, and for the source that `address` is of.
  [[nodiscard]] Duration guess_wait(std::string_view subject, std::string_view address) const;
  void guess_failed(std::string_view subject, std::string_view address);
  // A browser's session is over: what it watches ends with it.
  void end_live_sessions(std::string_view session);
  void end_live_views_of_removed_machines();  // they have no session that would end
  void journal(const journal::Event& event, const Subject& who, journal::Details details = {}) const;
  // Login or logout: of those that come again and again from one source the next ones are not told for a while.
  void journal_session(const journal::Event& event, const Subject& who);
};

// A responder that callbacks may copy. Completed by the first send().
class Reply {
 public:
  explicit Reply(http::Responder responder) : responder_(std::make_shared<http::Responder>(std::move(responder))) {}
  void send(http::Response response) const { responder_->respond(std::move(response)); }
  void no_content() const { send({.status = 204, .headers = {{"Cache-Control", "no-store"}}, .body = {}}); }
  void no_content_or_error(const Result<void>& done) const { done.ok() ? no_content() : send(answer(done.error())); }
  [[nodiscard]] std::shared_ptr<http::EventStream> stream() const { return responder_->stream(); }

 private:
  std::shared_ptr<http::Responder> responder_;
};

// One request on its way through a handler.
struct Call {
  Context& house;
  std::weak_ptr<Context> weak;  // for callbacks: the API may be gone then
  const http::Request& request;
  Reply reply;
  const Identity* identity = nullptr;  // null on routes for anyone without a session
  [[nodiscard]] const Subject& who() const { return identity->who; }
};
using Work = std::function<void(Call& call)>;

// Adds one route whose handler runs only while the API lives.
void add(http::Router& router, const std::shared_ptr<Context>& context, http::Route route, Work work);

void install_gate(http::Router& router, const std::shared_ptr<Context>& context);
void guard_websockets(http::Router& router, const std::shared_ptr<Context>& context);    // of the routes that are there
void add_start_routes(http::Router& router, const std::shared_ptr<Context>& context);    // state, set-up, health, …
void add_session_routes(http::Router& router, const std::shared_ptr<Context>& context);  // login, logout, sessions
void add_account_routes(http::Router& router, const std::shared_ptr<Context>& context);  // password, e-mail, machines
void add_setting_routes(http::Router& router, const std::shared_ptr<Context>& context);
void add_room_routes(http::Router& router, const std::shared_ptr<Context>& context);
void add_station_routes(http::Router& router, const std::shared_ptr<Context>& context);
void add_monitor_routes(http::Router& router, const std::shared_ptr<Context>& context);  // monitors, pairing
void add_access_routes(http::Router& router, const std::shared_ptr<Context>& context);   // locks, codes
void add_card_routes(http::Router& router, const std::shared_ptr<Context>& context);
void add_panel_routes(http::Router& router, const std::shared_ptr<Context>& context);  // panel, twins, calls
void add_live_routes(http::Router& router, const std::shared_ptr<Context>& context);
void add_journal_routes(http::Router& router, const std::shared_ptr<Context>& context);  // journal, events, overview
void add_metric_routes(http::Router& router, const std::shared_ptr<Context>& context);

[[nodiscard]] std::string describe(const http::Router& router, const std::string& version);  // OpenAPI 3.1

inline constexpr unsigned people = http::admin;
inline constexpr unsigned devices = http::monitor | http::panel;
inline constexpr unsigned everybody = http::admin | http::monitor | http::panel;

}  // namespace lintel::web
