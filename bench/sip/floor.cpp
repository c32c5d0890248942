// What the machine itself takes for the datagrams and segments of bench/sip/run: a "server" that decides nothing. It receives, asks for a password
// by ready words, takes any that comes, passes the rest on to the other side as it came, and sends. One thread blocks in recv for each way.
// A server can come below it only by taking several messages at once. `floor PORT CALLEE_PORT` serves UDP and TCP on 127.0.0.1 until it is killed.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace {

constexpr std::size_t longest_message = 64 * 1024;  // bytes
constexpr std::string_view own_tag = ";tag=floor";  // on what is refused here: its ACK goes no further

sockaddr_in here(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool has(std::string_view message, std::string_view text) {
  return message.find(text) != std::string_view::npos;
}

// The line of that name with its end, as it came; empty: there is none.
std::string_view line(std::string_view message, std::string_view name) {
  const auto begin = message.find(name);
  return begin == std::string_view::npos ? std::string_view() : message.substr(begin, message.find('\n', begin) + 1 - begin);
}

void answer(std::string& out, std::string_view request, std::string_view status, std::string_view more = {}) {
  out.assign("SIP/2.0 ").append(status).append("\r\n");
  for (const std::string_view name : {"Via:", "From:", "Call-ID:", "CSeq:", "Contact:"}) out.append(line(request, name));
  std::string_view to = line(request, "To:");
  to.remove_suffix(2);
  out.append(to);
  if (!has(to, ";tag=")) out.append(own_tag);
  out.append("\r\n").append(more).append("Content-Length: 0\r\n\r\n");
}

constexpr std::string_view challenge =
    "-Authenticate: Digest realm=\"127.0.0.1\", nonce=\"0123456789abcdef0123456789abcdef01234567\", algorithm=MD5, qop=\"auth\"\r\n";

// Answers what the server answers by itself, in `out`; true when the message is to be passed on to the other side.
bool takes_it(std::string_view message, std::string& out) {
  out.clear();
  if (message.starts_with("REGISTER ")) {
    if (has(message, "\nAuthorization:")) {
      answer(out, message, "200 OK");
    } else {
      answer(out, message, "401 Unauthorized", std::string("WWW").append(challenge));
    }
    return false;
  }
  if (message.starts_with("INVITE ")) {
    if (has(message, "\nProxy-Authorization:")) {
      answer(out, message, "100 Trying");
      return true;
    }
    answer(out, message, "407 Proxy Authentication Required", std::string("Proxy").append(challenge));
    return false;
  }
  return !(message.starts_with("ACK ") && has(message, own_tag));
}

void serve_udp(int port, int callee_port) {
  const int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in own = here(port), callee = here(callee_port);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) std::exit(1);
  std::string buffer(longest_message, '\0'), out;
  sockaddr_in caller{}, from{};
  const auto send = [&](std::string_view text, const sockaddr_in& to) {
    sendto(socket_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  };
  while (true) {
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) continue;
    const std::string_view message(buffer.data(), static_cast<std::size_t>(got));
    const bool of_callee = from.sin_port == callee.sin_port;
    if (!of_callee) caller = from;
    const bool passed = takes_it(message, out);
    if (!out.empty()) send(out, from);
    if (passed) send(message, of_callee ? caller : callee);
  }
}

// One caller's connection at a time and the one to whom it calls.
struct Pair {
  std::mutex mutex;
  int caller = -1;
  int callee = -1;
};

void send_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(to, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t size_of_first(std::string_view stream) {
  const auto end = stream.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const auto length = line(stream, "Content-Length:");
  const std::size_t whole = end + 4 + static_cast<std::size_t>(std::atoi(std::string(length.substr(15)).c_str()));
  return whole <= stream.size() ? whole : 0;
}

void serve_connection(int connection, bool of_callee, Pair& pair, int callee_port) {
  std::string buffer(longest_message, '\0'), out;
  std::size_t filled = 0;
  while (true) {
    const ssize_t got = recv(connection, buffer.data() + filled, buffer.size() - filled, 0);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
    std::string_view stream(buffer.data(), filled);
    while (const std::size_t size = size_of_first(stream)) {
      const std::string_view message = stream.substr(0, size);
      const bool passed = takes_it(message, out);
      const std::lock_guard guard(pair.mutex);
      if (!out.empty()) send_all(connection, out);
      if (passed && !of_callee && pair.callee < 0) {
        pair.callee = socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in callee = here(callee_port);
        connect(pair.callee, reinterpret_cast<const sockaddr*>(&callee), sizeof callee);
        std::thread(serve_connection, pair.callee, true, std::ref(pair), callee_port).detach();
      }
      if (passed) send_all(of_callee ? pair.caller : pair.callee, message);
      stream.remove_prefix(size);
    }
    filled = stream.size();
    std::memmove(buffer.data(), stream.data(), filled);
  }
  {
    const std::lock_guard guard(pair.mutex);
    close(connection);
    (of_callee ? pair.callee : pair.caller) = -1;
  }
  while (true) pause();  // a thread that ends takes its count of CPU with it
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  const int port = std::atoi(words[1]), callee_port = std::atoi(words[2]), on = 1;
  std::thread(serve_udp, port, callee_port).detach();
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in own = here(port);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 || listen(listener, 16) != 0) return 1;
  Pair pair;
  while (true) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) return 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    {
      const std::lock_guard guard(pair.mutex);
      pair.caller = connection;
    }
    std::thread(serve_connection, connection, false, std::ref(pair), callee_port).detach();
  }
}
