#include "http/router.hpp"

#include <cstdlib>

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/path.hpp"

namespace lintel::http {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// Whether `path` fits; fills the parameters. Literal segments compare with case.
bool fits(std::string_view pattern, std::string_view path, Fields& parameters) {
  while (true) {
    const std::size_t pattern_end = pattern.find('/', 1);
    const std::size_t path_end = path.find('/', 1);
    const std::string_view wanted =
        pattern.substr(1, pattern_end == std::string_view::npos ? pattern_end : pattern_end - 1);
    const std::string_view given = path.substr(1, path_end == std::string_view::npos ? path_end : path_end - 1);
    if (is_parameter(wanted)) {
      if (given.empty()) return false;
      parameters.emplace_back(wanted.substr(1, wanted.size() - 2), given);
    } else if (wanted != given) {
      return false;
    }
    if (pattern_end == std::string_view::npos || path_end == std::string_view::npos) return pattern_end == path_end;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
}

[[noreturn]] void mistake(std::string_view what, std::string_view pattern) {
  log::error("http", "{} for {}", what, pattern);
  std::abort();
}

Response not_known() {
  return error_response(401, "unauthenticated", "Log in first.");
}

}  // namespace

void Router::add(Route route) {
  if (route.pattern.empty() || route.pattern.front() != '/' || !route.handler) mistake("bad route", route.pattern);
  for (const auto& known : routes_)
    if (known->method == route.method && known->pattern == route.pattern) mistake("two routes", route.pattern);
  routes_.push_back(std::make_unique<Route>(std::move(route)));
}

void Router::add(WebSocketRoute route) {
  if (match_websocket(route.path) != nullptr || !route.opened) mistake("bad WebSocket route", route.path);
  websockets_.push_back(std::make_unique<WebSocketRoute>(std::move(route)));
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match best;
  std::size_t fewest = ~std::size_t{0};  // a literal segment beats a parameter: /rooms/batch before /rooms/{number}
  if (path.empty() || path.front() != '/') return best;
  const Method wanted = method == Method::head ? Method::get : method;
  for (const auto& route : routes_) {
    Fields parameters;
    if (!fits(route->pattern, path, parameters)) continue;
    best.path_known = true;
    if (route->method == wanted && parameters.size() < fewest) {
      fewest = parameters.size();
      best.route = route.get();
      best.parameters = std::move(parameters);
    }
    if (!best.allow.empty()) best.allow += ", ";
    best.allow += name_of(route->method);
  }
  return best;
}

const WebSocketRoute* Router::match_websocket(std::string_view path) const {
  for (const auto& route : websockets_)
    if (route->path == path) return route.get();
  return nullptr;
}

std::optional<Response> Router::ask_gate(const GateQuestion& question, Request& request) const {
  if (gate_) return gate_(question, request);
  if ((question.callers & anyone) != 0) return std::nullopt;
  return not_known();
}

void Router::dispatch(const Route& route, Request request, Responder responder) const {
  const GateQuestion question{
      .callers = route.callers, .before_set_up = route.before_set_up, .without_csrf = route.without_csrf};
  if (std::optional<Response> refused = ask_gate(question, request)) {
    responder.respond(std::move(*refused));
    return;
  }
  route.handler(std::move(request), std::move(responder));
}

std::optional<Response> Router::refusal(const WebSocketRoute& route, Request& request) const {
  return ask_gate({.callers = route.callers, .before_set_up = false, .without_csrf = true}, request);
}

std::optional<Response> Router::early_refusal(const Match& match, std::size_t body_size,
                                              std::string_view content_type) {
  if (!match.path_known) return error_response(404, "not_found", "There is nothing at this address.");
  if (match.route == nullptr) {
    Response response = error_response(405, "method_not_allowed", "This address answers " + match.allow + " only.");
    response.set("Allow", match.allow);
    return response;
  }
  if (body_size > match.route->body_limit)
    return error_response(413, "too_large",
                          match.route->body_limit == 0 ? "This address takes no body."
                                                       : "The body is too large: at most " +
                                                             std::to_string(match.route->body_limit) + " bytes.");
  if (body_size > 0 && !match.route->body_type.empty() &&
      !text::equals_ignoring_case(content_type, match.route->body_type))
    return error_response(415, "unsupported_type", "The body must be " + match.route->body_type + ".");
  return std::nullopt;
}

void Router::handle(Request request, Responder responder) const {
  std::optional<Target> target = normalise(request.target);
  if (!target) {
    responder.respond(error_response(400, "invalid", "The address is not well-formed."));
    return;
  }
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  Match found = match(request.method, request.path);
  if (std::optional<Response> refused = early_refusal(found, request.body.size(), request.content_type())) {
    responder.respond(std::move(*refused));
    return;
  }
  request.parameters = std::move(found.parameters);
  dispatch(*found.route, std::move(request), std::move(responder));
}

}  // namespace lintel::http
