// Opening sockets and sending on them.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/addresses.hpp"
#include "base/log.hpp"
#include "sip/network_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t scratch_bytes = 64 * 1024;
constexpr int backlog = 512;
constexpr Duration longest_between_sweeps = std::chrono::seconds(2);

}  // namespace

Network::Inner::Inner(Loop& the_loop, NetworkSettings the_settings)
    : loop(the_loop),
      settings(the_settings),
      shedder({the_settings.per_second, the_settings.burst, the_settings.trusted_factor}),
      scratch(scratch_bytes) {
  // OpenSSL writes with write(2): a connection that went away must not end the program.
  std::signal(SIGPIPE, SIG_IGN);
  watches = WatchSet(loop, [this](std::span<const WatchSet::Happened> all) { on_ready(all); });
  sweeper = loop.clock().every(std::min(longest_between_sweeps, settings.first_message), [this] { sweep(); });
}

Network::Inner::~Inner() {
  connections.clear();
  for (const auto& socket : sockets) ::close(socket.descriptor);
}

Result<std::uint16_t> Network::Inner::listen(const Listen& where) {
  const auto failed = [&where](ErrorCode code, const std::string& why) {
    return Error{code, why, where.setting, where.host + ":" + std::to_string(where.port), {}};
  };
  auto address = SocketAddress::parse(where.host, where.port);
  if (!address)
    return failed(ErrorCode::invalid,
                  "'" + where.host + "' is not an address to listen on; give an IPv4 or IPv6 address.");
  if (where.kind == TransportKind::tls && accepting == nullptr)
    return failed(ErrorCode::unavailable, "SIP over TLS needs a certificate, and there is none yet.");
  const bool udp = where.kind == TransportKind::udp;
  Socket socket;
  socket.kind = where.kind;
  socket.v6 = address->is_v6();
  socket.descriptor =
      ::socket(socket.v6 ? AF_INET6 : AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket.descriptor < 0 && socket.v6 && address->is_wildcard()) {  // a machine without IPv6
    Listen without = where;
    without.host = "0.0.0.0";
    return listen(without);
  }
  if (socket.descriptor < 0)
    return failed(ErrorCode::unavailable,
                  "No socket could be opened for SIP: " + std::string(std::strerror(errno)) + ".");
  const int on = 1;
  const int off = 0;
  if (!udp) setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (socket.v6) setsockopt(socket.descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (udp) {
    const int buffer = 1 << 20;
    setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  sockaddr_storage storage{};
  const socklen_t length = address->to_sockaddr(&storage, false);
  if (::bind(socket.descriptor, reinterpret_cast<sockaddr*>(&storage), length) != 0 ||
      (!udp && ::listen(socket.descriptor, backlog) != 0)) {
    const int error = errno;
    ::close(socket.descriptor);
    const std::string port =
        "Port " + std::to_string(where.port) + " (SIP over " + std::string(via_name_of(where.kind)) + ")";
    if (error == EADDRINUSE)
      return failed(ErrorCode::conflict,
                    port + " is used by another program. Stop it, or choose another port with " + where.setting + ".");
    if (error == EACCES)
      return failed(ErrorCode::denied,
                    port + " may not be opened by this user. Choose a port above 1023 with " + where.setting + ".");
    return failed(ErrorCode::unavailable, port + " could not be opened on " + where.host + ": " + std::strerror(error) +
                                              ". See " + where.setting + ".");
  }
  socklen_t bound_length = sizeof storage;
  getsockname(socket.descriptor, reinterpret_cast<sockaddr*>(&storage), &bound_length);
  socket.bound = SocketAddress::from(reinterpret_cast<sockaddr*>(&storage));
  if (!socket.bound.is_wildcard()) socket.own_host = socket.bound.uri_host();
  socket.id = next_id++;
  if (!watches.add(socket.descriptor, Ready::readable, socket.id)) {
    ::close(socket.descriptor);
    return failed(ErrorCode::internal, "The SIP socket could not be watched.");
  }
  sockets.push_back(socket);
  return socket.bound.port();
}

void Network::Inner::stop_listening(std::uint16_t port) {
  std::erase_if(sockets, [&](const Socket& socket) {
    if (socket.bound.port() != port) return false;
    watches.remove(socket.descriptor);
    ::close(socket.descriptor);
    return true;
  });
}

FlowId Network::Inner::send(const Hop& to, std::string_view bytes) {
  ++counters.sent;
  if (to.kind == TransportKind::udp) return send_udp(to, bytes);
  if (const auto external = externals.find(to.flow); external != externals.end()) {
    external->second.send(std::string(bytes));
    return to.flow;
  }
  FlowId flow = to.flow;
  if (flow == 0) {
    if (to.kind != TransportKind::tcp && to.kind != TransportKind::tls) return 0;
    const auto known = by_address.find({to.address, to.kind, to.server_name});
    flow = known != by_address.end() ? known->second : connect(to);
  }
  const auto found = connections.find(flow);
  if (found == connections.end() || found->second->state() == Connection::State::dead) return 0;
  Connection& connection = *found->second;
  if (connection.write(bytes, settings.queue_bytes) == Connection::Outcome::dead) {
    kill(connection);
    bury_soon();
    return 0;
  }
  watch_write(connection);
  return flow;
}

FlowId Network::Inner::send_udp(const Hop& to, std::string_view bytes) {
  const Socket* chosen = nullptr;
  for (const auto& socket : sockets) {
    if (socket.kind != TransportKind::udp) continue;
    if (to.flow != 0 ? socket.id == to.flow : socket.v6 == to.address.is_v6()) {
      chosen = &socket;
      break;
    }
    if (to.flow == 0 && chosen == nullptr && socket.v6) chosen = &socket;  // a dual-stack socket reaches IPv4 too
  }
  if (chosen == nullptr || to.address.empty()) return 0;
  sockaddr_storage storage{};
  const socklen_t length = to.address.to_sockaddr(&storage, chosen->v6);
  const auto sent = ::sendto(chosen->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&storage), length);
  // A full socket buffer is a lost datagram like any other: retransmission is the transaction's.
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ECONNREFUSED && errno != ENOBUFS) {
    log::debug("sip", "A datagram to {} was not sent: {}", to.address.text(), std::strerror(errno));
    return 0;
  }
  return chosen->id;
}

void Network::Inner::make_ready(int connection) const {
  const int on = 1;
  const auto unconfirmed = static_cast<unsigned>(settings.unconfirmed.count());
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, &unconfirmed, sizeof unconfirmed);
}

FlowId Network::Inner::connect(const Hop& to) {
  if (to.address.empty() || to.address.port() == 0) return 0;
  if (to.kind == TransportKind::tls && connecting == nullptr) return 0;
  const Monotonic now = loop.clock().monotonic();
  if (full() && !make_room(now)) return 0;
  const int descriptor =
      ::socket(to.address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return 0;
  make_ready(descriptor);
  sockaddr_storage storage{};
  const socklen_t length = to.address.to_sockaddr(&storage, false);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&storage), length) != 0 && errno != EINPROGRESS) {
    ::close(descriptor);
    return 0;
  }
  const FlowId id = next_id++;
  auto connection = std::make_unique<Connection>(id, descriptor, to.kind, to.address, true);
  if (to.kind == TransportKind::tls) connection->begin_tls(connecting.get(), to.server_name);
  if (connection->state() == Connection::State::dead) return 0;  // no memory for it
  connection->opened = connection->last_received = now;
  connection->watching_write = true;
  if (!watches.add(descriptor, Ready::readable | Ready::writable, id)) return 0;
  connection->server_name = to.server_name;
  by_address[{to.address, to.kind, to.server_name}] = id;
  connections.emplace(id, std::move(connection));
  return id;
}

void Network::Inner::watch_write(Connection& connection) {
  const bool wanted = connection.wants_write();
  if (wanted == connection.watching_write) return;
  connection.watching_write = wanted;
  watches.change(connection.descriptor(), Ready::readable | (wanted ? unsigned{Ready::writable} : 0U), connection.id());
}

std::string_view Network::Inner::local_host(const SocketAddress& remote) {
  if (remote.empty()) return "127.0.0.1";
  const auto known = local_hosts.find(remote.host_hash());
  if (known != local_hosts.end()) return known->second;
  const auto own = SocketAddress::parse(addresses::own_towards(remote.host()), 0);
  if (local_hosts.size() >= 4096) local_hosts.clear();
  return local_hosts.emplace(remote.host_hash(), own ? own->uri_host() : "127.0.0.1").first->second;
}

std::string_view Network::Inner::sent_by(const Hop& to) {
  const Socket* best = nullptr;
  const TransportKind kind =
      to.kind == TransportKind::tcp || to.kind == TransportKind::tls ? to.kind : TransportKind::udp;
  for (const auto& socket : sockets)
    if (socket.kind == kind && (best == nullptr || (to.flow != 0 && socket.id == to.flow) ||
                                (to.flow == 0 && socket.v6 == to.address.is_v6() && best->v6 != socket.v6)))
      best = &socket;
  if (best == nullptr && !sockets.empty()) best = &sockets.front();
  std::string_view host = advertised_host;
  if (host.empty()) host = best == nullptr || best->own_host.empty() ? local_host(to.address) : best->own_host;
  own_address.clear();
  return own_address.append(host).append(':').append_number(best == nullptr ? 5060 : best->bound.port()).view();
}

}  // namespace lintel::sip
