// The table of routes: the one description of what the server answers, to whom, and how large a question may be.
// Filled on the loop before the server starts; after that only read, by the loop and by the I/O threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/responder.hpp"
#include "http/websocket.hpp"

namespace lintel::http {

// Who may call a route; a set of these. The router knows only `anyone`; the gate decides about the rest.
enum Caller : unsigned {
  anyone = 1,    // no credentials asked
  admin = 2,     // a person with an admin session
  monitor = 4,   // a paired monitor's session: sees its own room
  panel = 8,     // a paired panel's session
  machine = 16,  // a machine account by HTTP digest
};
using Callers = unsigned;

// Handlers run on the loop and must not wait. They answer now, or keep the responder.
using Handler = std::function<void(Request request, Responder responder)>;

// A parameter or a body in the generated API description (OpenAPI 3.1). Schemas are JSON text, compile-time literals.
struct QueryParameter {
  const char* name;
  const char* summary;
};
struct Route {
  Method method = Method::get;
  std::string pattern = {};  // "/api/v1/rooms/{number}": a {name} matches one whole segment
  Callers callers = admin;
  bool before_set_up = false;  // answers before the owner has set a password (S01); everything else does not
  bool without_csrf = false;   // a state change that has no cookie to protect (log-in, set-up, pairing)
  std::size_t body_limit = 0;  // bytes; 0: a body is refused with 413
  std::string body_type = {};  // "application/json", …; empty: no body. Others get 415
  std::string summary = {};    // one sentence for the API description
  std::string tag = {};        // its group there
  std::vector<QueryParameter> query = {};
  std::string request_schema = {};   // JSON Schema text; empty: none
  std::string response_schema = {};  // of the good answer
  int success = 200;                 // its status
  std::string response_type = "application/json";
  bool public_description = true;  // stands in openapi.json
  Handler handler = {};
};

struct WebSocketRoute {
  std::string path = {};
  std::string subprotocol = {};  // must be offered (RFC 6455 §4.2.2); e.g. "sip"
  Callers callers = admin;
  std::size_t message_limit = 64 * 1024;  // bytes; beyond: closed with 1009
  // On the loop, once a handshake, even if the peer has left since. The Origin was checked to be this host.
  std::function<void(std::shared_ptr<WebSocket>)> opened = {};
};

// Decides on the loop whether `request` may pass to a route: nothing lets it pass (and may have set request.identity),
// a Response refuses it. Without a gate only routes for `anyone` answer; the rest is 401.
struct GateQuestion {
  Callers callers;
  bool before_set_up;
  bool without_csrf;
};
using Gate = std::function<std::optional<Response>(const GateQuestion& question, Request& request)>;

class Router {
 public:
  struct Match {
    const Route* route = nullptr;  // null: none
    bool path_known = false;       // another method would match: 405
    std::string allow;             // for 405: "GET, POST"
    Fields parameters;
  };

  void add(Route route);  // a pattern and method given twice is a mistake of ours: aborts
  void add(WebSocketRoute route);
  void set_gate(Gate gate) { gate_ = std::move(gate); }

  [[nodiscard]] Match match(Method method, std::string_view path) const;  // any thread, after filling. HEAD finds GET
  [[nodiscard]] const WebSocketRoute* match_websocket(std::string_view path) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  [[nodiscard]] const std::vector<std::unique_ptr<WebSocketRoute>>& websocket_routes() const { return websockets_; }

  // Loop only. Gate, then handler. `request.path` is normalised and its parameters set by match().
  void dispatch(const Route& route, Request request, Responder responder) const;
  // The gate for an upgrade: nothing when it may pass.
  [[nodiscard]] std::optional<Response> refusal(const WebSocketRoute& route, Request& request) const;
  // The whole way of a request that did not come by a socket: normalise, match, check the body, dispatch. Loop only;
  // for tests.
  void handle(Request request, Responder responder) const;
  // 404, 405, 413 or 415 for what match() found, before any body is read; nothing when it may go on. Any thread.
  [[nodiscard]] static std::optional<Response> early_refusal(const Match& match, std::size_t body_size,
                                                             std::string_view content_type);

 private:
  [[nodiscard]] std::optional<Response> ask_gate(const GateQuestion& question, Request& request) const;
  std::vector<std::unique_ptr<Route>> routes_;
  std::vector<std::unique_ptr<WebSocketRoute>> websockets_;
  Gate gate_;
};

}  // namespace lintel::http
