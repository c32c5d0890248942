// A TLS connection before its first byte: what OpenSSL and its buffers need, 80 kB of it, is there only once somebody
// speaks. Private to the room; on its I/O thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "http/io.hpp"

namespace lintel::http {

class FirstByte final : public std::enable_shared_from_this<FirstByte> {
 public:
  using Then = std::function<void(tcp::socket, Admission)>;

  // `then` is called with both when a byte has come. Silence for the handshake's time, the end and being asked to leave
  // close the connection.
  FirstByte(std::shared_ptr<Core> core, tcp::socket socket, Admission admission, Then then);
  void start();

 private:
  void close();

  std::shared_ptr<Core> core_;
  tcp::socket socket_;
  Admission admission_;
  Then then_;
  asio::steady_timer limit_;
};

}  // namespace lintel::http
