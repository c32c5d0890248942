#include "http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

#include "base/text.hpp"

namespace lintel::http::testing {

std::string Answer::header(std::string_view name) const {
  for (const std::string_view line : text::split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && text::equals_ignoring_case(line.substr(0, colon), name))
      return std::string(text::trim(line.substr(colon + 1)));
  }
  return {};
}

Client::Client(std::uint16_t port, bool tls) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), tls_(tls) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(std::exchange(socket_, -1));
    return;
  }
  if (!tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_);
  SSL_set_tlsext_host_name(ssl_.get(), "localhost");
  if (SSL_connect(ssl_.get()) != 1) ssl_.reset();
}

Client::~Client() {
  if (socket_ >= 0) ::close(socket_);
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ ? static_cast<ssize_t>(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())))
                           : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::fill() {
  std::array<char, 16384> chunk{};
  const auto got = tls_ ? static_cast<ssize_t>(SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size())))
                        : ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string Client::read_until(std::string_view text) {
  std::size_t found = 0;
  while ((found = buffer_.find(text)) == std::string::npos)
    if (!fill()) return {};
  std::string result = buffer_.substr(0, found + text.size());
  buffer_.erase(0, result.size());
  return result;
}

std::string Client::read_exactly(std::size_t size) {
  while (buffer_.size() < size)
    if (!fill()) return {};
  std::string result = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return result;
}

bool Client::ends() {
  while (fill()) {
  }
  return true;
}

Answer Client::receive(bool without_body) {
  Answer answer;
  answer.head = read_until("\r\n\r\n");
  if (answer.head.size() < 12) return answer;
  answer.status = static_cast<int>(text::to_unsigned(answer.head.substr(9, 3)).value_or(0));
  const std::size_t size = text::to_unsigned(answer.header("Content-Length")).value_or(0);
  if (!without_body && size > 0) answer.body = read_exactly(size);
  return answer;
}

Answer Client::ask(std::string_view method, std::string_view target, std::string_view headers, std::string_view body) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request.append("\r\n").append(body);
  if (!send(request)) return {};
  return receive(method == "HEAD");
}

void beside(Loop& loop, const std::function<void()>& work) {
  std::atomic<bool> done{false};
  std::thread thread([&] {
    work();
    loop.post([&done] { done = true; });
  });
  while (!done) (void)loop.turn(true);
  thread.join();
}

}  // namespace lintel::http::testing
