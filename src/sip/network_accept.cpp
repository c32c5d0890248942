// Who connects: how many from where, and who makes room for others.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/accepting.hpp"
#include "base/log.hpp"
#include "sip/network_inner.hpp"

namespace lintel::sip {
namespace {

constexpr int accepts_a_turn = 32;  // so that a flood leaves the loop to doors and timers in between

using Counts = std::unordered_map<std::size_t, std::size_t>;

std::size_t count_of(const Counts& counts, std::size_t key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void leave(Counts& counts, std::size_t key) {
  if (const auto found = counts.find(key); found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

bool Network::Inner::full() const {
  return connections.size() - killed.size() >= settings.connections;
}

// In an IPv6 network, neighbours live beside a stranger who has all of its places: whoever has most of them gives one
// up, however busy it is kept. Among such as have no more than the newcomer, one that had its time to say who it is.
bool Network::Inner::make_room_beside(const SocketAddress& newcomer, Monotonic now) {
  const std::size_t network = newcomer.network_hash();
  const std::size_t fair = count_of(per_source, newcomer.host_hash()) + 1;
  Connection* chosen = nullptr;
  std::size_t most = 0;
  for (const auto& [id, connection] : connections) {
    if (!connection->stranger || connection->state() == Connection::State::dead ||
        connection->remote().network_hash() != network)
      continue;
    const std::size_t has = count_of(per_source, connection->remote().host_hash());
    if (has < fair || (has == fair && now - connection->opened < settings.young)) continue;
    if (chosen != nullptr && (has < most || (has == most && connection->last_received >= chosen->last_received)))
      continue;
    chosen = connection.get();
    most = has;
  }
  if (chosen == nullptr) return false;
  kill(*chosen);
  bury_soon();
  return true;
}

bool Network::Inner::make_room(Monotonic now) {
  // The one that has been silent longest among those that have not shown who they are.
  Connection* idlest = nullptr;
  for (const auto& [id, connection] : connections) {
    if (connection->state() == Connection::State::dead || connection->outgoing() ||
        shedder.trusted(connection->remote(), now))
      continue;
    if (idlest == nullptr || connection->last_received < idlest->last_received) idlest = connection.get();
  }
  if (idlest == nullptr || now - idlest->last_received < settings.young) return false;
  kill(*idlest);
  bury_soon();
  return true;
}

void Network::Inner::no_stranger(Connection& connection) {
  if (std::exchange(connection.stranger, false)) leave(strangers, connection.remote().network_hash());
}

void Network::Inner::uncount(Connection& connection) {
  if (!connection.outgoing()) leave(per_source, connection.remote().host_hash());
  no_stranger(connection);
}

// Whoever waits to be accepted would wake the loop again at once, and all that comes behind SIP would stand still.
void Network::Inner::rest_from_accepting(int error) {
  if (counters.not_accepted++ == 0) log::warning("sip", "Cannot accept a connection: {}", std::strerror(error));
  const auto watch_listeners = [this](unsigned ready) {
    for (const Socket& socket : sockets)
      if (socket.kind != TransportKind::udp) watches.change(socket.descriptor, ready, socket.id);
  };
  watch_listeners(0);
  accepts_again =
      loop.clock().after(pause_without_descriptors, [watch_listeners] { watch_listeners(Ready::readable); });
}

void Network::Inner::on_accept(TransportKind kind, int listener) {
  const Monotonic now = loop.clock().monotonic();
  for (int i = 0; i < accepts_a_turn; ++i) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    const int descriptor =
        ::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      const int error = errno;
      const bool without_descriptors = error == EMFILE || error == ENFILE;
      if (!without_descriptors || (killed.empty() && !make_room(now))) rest_from_accepting(error);
      return;
    }
    const auto remote = SocketAddress::from(reinterpret_cast<sockaddr*>(&storage));
    const bool trusted = shedder.trusted(remote, now);
    const std::size_t allowed = settings.connections_per_source * (trusted ? settings.trusted_factor : 1U);
    const std::size_t network = remote.network_hash();
    const bool crowded = !trusted && count_of(strangers, network) >= settings.connections_per_source;
    if (count_of(per_source, remote.host_hash()) >= allowed || !shedder.admit(remote, now) ||
        (crowded && !make_room_beside(remote, now)) || (full() && !make_room(now))) {
      ++counters.refused_connections;
      ::close(descriptor);
      continue;
    }
    make_ready(descriptor);
    const FlowId id = next_id++;
    auto connection = std::make_unique<Connection>(id, descriptor, kind, remote, false);
    if (kind == TransportKind::tls) connection->begin_tls(accepting.get(), {});
    connection->opened = connection->last_received = now;
    if (connection->state() == Connection::State::dead || !watches.add(descriptor, Ready::readable, id)) continue;
    ++per_source[remote.host_hash()];
    connection->stranger = !trusted;
    if (!trusted) ++strangers[network];
    by_address[{remote, kind, {}}] = id;
    connections.emplace(id, std::move(connection));
  }
}

}  // namespace lintel::sip
