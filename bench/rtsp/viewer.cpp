#include "viewer.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace lintel::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::string between(std::string_view text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + from.size());
  return std::string(text.substr(0, text.find_first_of(to)));
}

// One access unit after the other, from RTP packets.
struct Receiver {
  Viewer& viewer;
  Clock::time_point began;
  std::optional<std::uint16_t> next;
  bool whole = false, key = false;

  void take(const std::uint8_t* packet, std::size_t size) {
    if (size < 14) return;
    const auto sequence = static_cast<std::uint16_t>(packet[2] << 8 | packet[3]);
    if (next && sequence != *next) {
      viewer.lost += static_cast<std::uint16_t>(sequence - *next);
      whole = false;
    }
    next = static_cast<std::uint16_t>(sequence + 1);
    const int type = packet[12] & 0x1f;
    if (type == 7) whole = true;  // both servers put the parameter sets before a key
    if (type == 5 || (type == 28 && (packet[13] & 0x1f) == 5)) key = true;
    if ((packet[1] & 0x80) == 0) return;
    ++viewer.frames;
    if (key && whole && !viewer.first_key) {
      viewer.first_key = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
      viewer.playing = true;
    }
    key = false;
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    good_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }

  // The answer to a request; what comes behind it stays in rest(). Interleaved packets before it are kept too.
  std::string ask(std::string_view method, const std::string& path, const std::string& headers) {
    const std::string uri = fmt::format("rtsp://127.0.0.1:{}{}", port_, path);
    std::string text = fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\n{}", method, uri, ++sequence_, headers);
    if (!nonce_.empty()) {
      const std::string response =
          digest::response({.ha1 = digest::ha1(digest::Algorithm::md5, "viewer", "Lintel", "secret"),
                            .method = method,
                            .uri = uri,
                            .nonce = nonce_,
                            .nonce_count = {},
                            .client_nonce = {},
                            .qop = {}});
      text += fmt::format(
          "Authorization: Digest username=\"viewer\", realm=\"Lintel\", nonce=\"{}\", uri=\"{}\", response=\"{}\"\r\n",
          nonce_, uri, response);
    }
    text += "\r\n";
    good_ = good_ && ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    while (good_) {
      const auto end = rest_.find("\r\n\r\n");
      if (end != std::string::npos) {
        std::string answer = rest_.substr(0, end + 2);
        std::size_t body = 0;
        if (const std::string length = between(answer, "Content-Length: ", "\r"); !length.empty())
          body = std::stoul(length);
        while (good_ && rest_.size() < end + 4 + body) more();
        rest_.erase(0, end + 4 + body);
        if (const std::string nonce = between(answer, "nonce=\"", "\""); !nonce.empty()) nonce_ = nonce;
        return answer;
      }
      more();
    }
    return {};
  }
  void more() {
    std::array<char, 65536> buffer;
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    good_ = got > 0;
    if (good_) rest_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] std::string& rest() { return rest_; }

 private:
  int socket_;
  std::uint16_t port_;
  bool good_ = false;
  int sequence_ = 0;
  std::string nonce_, rest_;
};

// A pair of neighbouring ports.
std::array<int, 2> bind_pair(std::uint16_t& port) {
  for (;;) {
    std::array<int, 2> pair{};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = 0; i < 2; ++i) {
      pair[i] = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      const int size = 1 << 20;
      setsockopt(pair[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
      if (i == 1) address.sin_port = htons(static_cast<std::uint16_t>(port + 1));
      const bool bound = ::bind(pair[i], reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
      socklen_t length = sizeof address;
      if (i == 0) {
        getsockname(pair[0], reinterpret_cast<sockaddr*>(&address), &length);
        port = ntohs(address.sin_port);
      }
      if (!bound || port % 2 != 0) break;
      if (i == 1) return pair;
    }
    for (const int socket : pair)
      if (socket > 0) ::close(socket);
  }
}

}  // namespace

void Viewer::watch() {
  std::array<int, 2> pair{-1, -1};
  std::uint16_t own_port = 0;
  if (udp) pair = bind_pair(own_port);
  Receiver receiver{*this, Clock::now(), {}};
  Client client(port);
  (void)client.ask("DESCRIBE", "/main", "Accept: application/sdp\r\n");
  (void)client.ask("DESCRIBE", "/main", "Accept: application/sdp\r\n");
  const std::string way = udp ? fmt::format("RTP/AVP;unicast;client_port={}-{}", own_port, own_port + 1)
                              : std::string("RTP/AVP/TCP;unicast;interleaved=0-1");
  const std::string set_up = client.ask("SETUP", "/main/stream=0", "Transport: " + way + "\r\n");
  const std::string session = between(set_up, "Session: ", ";\r");
  if (session.empty()) return;
  (void)client.ask("PLAY", "/main", "Session: " + session + "\r\nRange: npt=0-\r\n");
  while (client.good() && Clock::now() < until) {
    if (udp) {
      pollfd watched{pair[0], POLLIN, 0};
      std::array<std::uint8_t, 2048> packet;
      if (::poll(&watched, 1, 100) > 0)
        if (const auto got = ::recv(pair[0], packet.data(), packet.size(), MSG_DONTWAIT); got > 0)
          receiver.take(packet.data(), static_cast<std::size_t>(got));
      continue;
    }
    std::string& bytes = client.rest();
    std::size_t at = 0;
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
    while (bytes.size() - at >= 4 && bytes[at] == '$') {
      const std::size_t size = static_cast<std::size_t>(byte(at + 2) << 8 | byte(at + 3));
      if (bytes.size() - at < 4 + size) break;
      if (bytes[at + 1] == 0) receiver.take(reinterpret_cast<const std::uint8_t*>(bytes.data()) + at + 4, size);
      at += 4 + size;
    }
    bytes.erase(0, at);
    client.more();
  }
  if (client.good()) (void)client.ask("TEARDOWN", "/main", "Session: " + session + "\r\n");
  for (const int socket : pair)
    if (socket >= 0) ::close(socket);
}

}  // namespace lintel::bench
