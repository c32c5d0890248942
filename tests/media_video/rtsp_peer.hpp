// A viewer that says what a test has it say, and a server whose frames the test makes.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "media/rtsp.hpp"
#include "media_video/video_fixture.hpp"

namespace lintel::media {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class RtspPeer {
 public:
  explicit RtspPeer(std::uint16_t port, int receive_buffer = 0)
      : port_(port), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const sockaddr_in address = loopback(port);
    closed_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
  }
  ~RtspPeer() { ::close(socket_); }
  RtspPeer(const RtspPeer&) = delete;
  RtspPeer& operator=(const RtspPeer&) = delete;

  void say(std::string_view text) { (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  // A request with the credentials that the last challenge asks for.
  void request(const std::string& method, const std::string& path, const std::string& headers = {}) {
    say(text_of(method, path, headers));
  }
  std::string text_of(const std::string& method, const std::string& path, const std::string& headers = {}) {
    const std::string uri = fmt::format("rtsp://127.0.0.1:{}{}", port_, path);
    return fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\n{}{}\r\n", method, uri, ++sequence, headers,
                       nonce.empty() ? "" : credentials(method, uri));
  }
  std::string credentials(const std::string& method, const std::string& uri) const {
    const std::string ha1 = digest::ha1(digest::Algorithm::md5, user, "Lintel", password);
    digest::Answer answer{.ha1 = ha1,
                          .method = method,
                          .uri = uri,
                          .nonce = nonce,
                          .nonce_count = with_qop ? "00000001" : "",
                          .client_nonce = with_qop ? "abc" : "",
                          .qop = with_qop ? "auth" : ""};
    return fmt::format(
        "Authorization: Digest username=\"{}\", realm=\"Lintel\", nonce=\"{}\", uri=\"{}\", response=\"{}\"{}\r\n",
        user, nonce, uri, digest::response(answer), with_qop ? ", qop=auth, nc=00000001, cnonce=\"abc\"" : "");
  }

  // Takes what has come: answers and interleaved packets.
  void read() {
    std::array<char, 65536> buffer;
    for (;;) {
      const auto got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) closed_ = true;
      if (got <= 0) break;
      input_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    while (take_one()) {
    }
  }
  [[nodiscard]] bool closed() {
    read();
    return closed_;
  }

  std::vector<std::string> answers;                              // whole, with their bodies
  std::vector<std::pair<int, std::string>> packets;              // channel and packet
  std::string user = "recorder", password = "Secret-17", nonce;  // the nonce is that of the last challenge
  bool with_qop = false;
  int sequence = 0;

  [[nodiscard]] static std::string field(const std::string& answer, const std::string& name) {
    const auto at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return answer.substr(from, answer.find("\r\n", from) - from);
  }

 private:
  bool take_one() {
    if (input_.empty()) return false;
    if (input_[0] == '$') {
      if (input_.size() < 4) return false;
      const std::size_t size =
          static_cast<std::size_t>(static_cast<unsigned char>(input_[2]) << 8 | static_cast<unsigned char>(input_[3]));
      if (input_.size() < 4 + size) return false;
      packets.emplace_back(static_cast<unsigned char>(input_[1]), input_.substr(4, size));
      input_.erase(0, 4 + size);
      return true;
    }
    const auto end = input_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string length = field(input_.substr(0, end + 2), "Content-Length");
    const std::size_t size = end + 4 + (length.empty() ? 0 : std::stoul(length));
    if (input_.size() < size) return false;
    answers.push_back(input_.substr(0, size));
    if (const auto at = answers.back().find("nonce=\""); at != std::string::npos)
      nonce = answers.back().substr(at + 7, answers.back().find('"', at + 7) - at - 7);
    input_.erase(0, size);
    return true;
  }

  const std::uint16_t port_;
  const int socket_;
  bool closed_ = false;
  std::string input_;
};

class RtspPeerTest : public VideoTest {
 protected:
  void SetUp() override { serve({.address = "127.0.0.1"}); }
  void serve(RtspOptions options) {
    server.reset();
    options.admit = [this](const RtspAttempt& attempt) {
      attempts.push_back(attempt);
      return attempt.right && !locked;
    };
    RtspVideo video;
    video.join = [this](Profile profile, Consumer consumer) -> Result<Subscription> {
      return (profile == Profile::main ? hub : sub_hub)->join("rtsp", std::move(consumer));
    };
    video.lost = lost;
    auto started = RtspServer::start(loop, video, options);
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(*started);
    ASSERT_TRUE(server->listen(0, false).ok());
    server->set_accounts({{"recorder", digest::ha1(digest::Algorithm::md5, "recorder", "Lintel", "Secret-17")},
                          {"player", digest::ha1(digest::Algorithm::md5, "player", "Lintel", "Secret-18")}});
  }

  // An access unit of about `size` bytes, 40 ms after the last one.
  void frame(bool key, std::size_t size = 3000) {
    std::string bytes;
    if (key) bytes += std::string("\0\0\0\x01\x67\x42\xc0\x1f\x01\0\0\0\x01\x68\xce\x01", 16);
    bytes += std::string("\0\0\0\x01", 4) + (key ? '\x65' : '\x41') + std::string(size, 'x');
    Unit unit;
    unit.buffer = Buffer::adopt(gst_buffer_new_memdup(bytes.data(), bytes.size()));
    unit.caps = Caps::adopt(gst_caps_new_empty_simple("video/x-h264"));
    unit.key = key;
    unit.running_time = time += 40 * GST_MSECOND;
    hub->deliver(std::move(unit));
  }
  // The next answer of `peer`, while frames flow if `flowing`.
  std::string answer(RtspPeer& peer) {
    const std::size_t before = seen_[&peer];
    EXPECT_TRUE(until([&] {
      peer.read();
      return peer.answers.size() > before || peer.closed();
    }));
    if (peer.answers.size() <= before) return {};
    ++seen_[&peer];
    return peer.answers[before];
  }
  int status(RtspPeer& peer) {
    const std::string text = answer(peer);
    return text.size() > 12 ? std::atoi(text.c_str() + 9) : 0;
  }
  int ask(RtspPeer& peer, const std::string& method, const std::string& path, const std::string& headers = {}) {
    peer.request(method, path, headers);
    return status(peer);
  }
  // DESCRIBE with its challenge, SETUP and PLAY over TCP; frames are made where they are waited for. The session's id.
  std::string watch(RtspPeer& peer, const std::string& transport = "RTP/AVP/TCP;unicast;interleaved=0-1") {
    EXPECT_EQ(ask(peer, "DESCRIBE", "/main"), 401);
    peer.request("DESCRIBE", "/main");
    EXPECT_TRUE(until([&] { return hub->members() > 0; }));
    if (!described) frame(true);
    described = true;
    EXPECT_EQ(status(peer), 200);
    EXPECT_EQ(ask(peer, "SETUP", "/main/stream=0", "Transport: " + transport + "\r\n"), 200);
    std::string session = RtspPeer::field(peer.answers.back(), "Session");
    session = session.substr(0, session.find(';'));
    peer.request("PLAY", "/main", "Session: " + session + "\r\n");
    EXPECT_EQ(status(peer), 200) << "at the latest after the time that it waits for a key";
    return session;
  }
  static std::uint16_t sequence_of(const std::string& packet) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(packet[2]) << 8 |
                                      static_cast<unsigned char>(packet[3]));
  }
  static bool ends_unit(const std::string& packet) { return (packet[1] & 0x80) != 0; }

  std::shared_ptr<Hub> hub = Hub::create("main"), sub_hub = Hub::create("sub");
  std::shared_ptr<std::atomic<bool>> lost = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<RtspServer> server;
  std::vector<RtspAttempt> attempts;
  bool locked = false, described = false;
  GstClockTime time = GST_SECOND;

 private:
  std::map<const RtspPeer*, std::size_t> seen_;
};

}  // namespace lintel::media
