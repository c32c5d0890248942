// One WebSocket (RFC 6455), already upgraded. Callbacks come on the loop; send() and close() from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace lintel::http {

class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // A text message. False when it is closed, or when its queue (Limits::websocket_queue_bytes) is full: then it is cut
  // off.
  virtual bool send(std::string message) = 0;
  virtual void close(std::uint16_t code = 1000, std::string_view reason = {}) = 0;
  [[nodiscard]] virtual bool open() const = 0;
  [[nodiscard]] virtual const Request& request() const = 0;  // the upgrade: remote_address, secure, identity, …
  // Set both inside WebSocketRoute::opened, at once. `on_closed` comes once, after the last message. It stays open
  // until one side closes it, kept or not.
  virtual void on_message(std::function<void(std::string)> work) = 0;
  virtual void on_closed(std::function<void()> work) = 0;
};

}  // namespace lintel::http
