// The WebSockets of a login, whichever room serves them: so many at most, and a device's end with it.
#include <any>

#include "http/websocket.hpp"
#include "web/context.hpp"

namespace lintel::web {

std::vector<std::shared_ptr<http::WebSocket>> open_sockets(const Session& session) {
  std::vector<std::shared_ptr<http::WebSocket>> open;
  for (const auto& weak : session.sockets)
    if (auto socket = weak.lock(); socket != nullptr && socket->open()) open.push_back(std::move(socket));
  return open;
}

void guard_websockets(http::Router& router, const std::shared_ptr<Context>& context) {
  for (const std::unique_ptr<http::WebSocketRoute>& route : router.websocket_routes()) {
    route->opened = [weak = std::weak_ptr<Context>(context),
                     served = std::move(route->opened)](const std::shared_ptr<http::WebSocket>& socket) {
      const auto house = weak.lock();
      const auto* identity = std::any_cast<Identity>(&socket->request().identity);
      if (house == nullptr || identity == nullptr) return socket->close(1008, "log in first");
      if (const std::shared_ptr<Session>& session = identity->session) {
        if (!house->sessions.has(session->id)) return socket->close(1008, "logged out");
        auto open = open_sockets(*session);
        // A device whose network comes and goes has some that are dead, and must not wait for these.
        if (open.size() >= Session::most_sockets) {
          open.front()->close(1008, "too many connections");
          open.erase(open.begin());
        }
        session->sockets.assign(open.begin(), open.end());
        session->sockets.push_back(socket);
      }
      served(socket);
    };
  }
}

}  // namespace lintel::web
