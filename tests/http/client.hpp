// A plain HTTP client for the tests: real sockets on the loopback, real TLS, nothing of the server's own code.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/handle.hpp"
#include "base/loop.hpp"

namespace lintel::http::testing {

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  [[nodiscard]] std::string header(std::string_view name) const;
};

// Blocking, on the test's client thread. Each wait ends after ten seconds at the latest.
class Client {
 public:
  explicit Client(std::uint16_t port, bool tls = false);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return socket_ >= 0 && (!tls_ || ssl_ != nullptr); }
  bool send(std::string_view bytes);
  // The next response by its Content-Length; status 0: the connection ended or nothing came.
  [[nodiscard]] Answer receive(bool without_body = false);
  // Until `text` has come; everything read so far. Empty: it never came.
  [[nodiscard]] std::string read_until(std::string_view text);
  [[nodiscard]] std::string read_exactly(std::size_t size);
  [[nodiscard]] bool ends();  // nothing more comes, and the peer closes
  [[nodiscard]] Answer ask(std::string_view method, std::string_view target, std::string_view headers = {},
                           std::string_view body = {});

 private:
  bool fill();
  int socket_ = -1;
  bool tls_;
  Handle<SSL_CTX, SSL_CTX_free> context_;
  Handle<SSL, SSL_free> ssl_;
  std::string buffer_;
};

// Runs `work` on a thread of its own while the loop turns; returns when it is done.
void beside(Loop& loop, const std::function<void()>& work);

}  // namespace lintel::http::testing
