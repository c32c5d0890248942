// What comes in: datagrams, connections, their bytes and their ends.
#include <algorithm>

#include "base/log.hpp"
#include "sip/network_inner.hpp"

namespace lintel::sip {
namespace {

// Bounds of one turn, so that a flood leaves the loop to doors and timers in between.
constexpr int datagrams_a_turn = 64;
constexpr int reads_a_turn = 4;  // of one TLS connection that holds decrypted bytes back
// Two CRLF within this time are a ping that the stream has cut; a phone that sends one at a time does it more seldom.
constexpr Duration halves_of_a_ping = std::chrono::seconds(4);

}  // namespace

void Network::Inner::on_ready(std::span<const WatchSet::Happened> all) {
  const auto alive = shared_from_this();
  for (const auto& [id, ready] : all) {
    const auto socket =
        std::find_if(sockets.begin(), sockets.end(), [id = id](const Socket& one) { return one.id == id; });
    if (socket != sockets.end()) {
      if (socket->kind == TransportKind::udp)
        on_datagrams(socket->id, socket->descriptor);
      else
        on_accept(socket->kind, socket->descriptor);
    } else if (const auto found = connections.find(id); found != connections.end()) {
      on_connection(*found->second, ready);
    }
  }
  bury();
}

void Network::Inner::on_datagrams(FlowId socket, int descriptor) {
  const Monotonic now = loop.clock().monotonic();
  // One call takes all that waits, and one that is not full has taken it: no further call has to say so.
  for (int left = datagrams_a_turn; left > 0; left -= Datagrams::most) {
    const int count = datagrams.receive(descriptor);
    for (int i = 0; i < count; ++i) {
      if (!datagrams.whole(i)) {
        ++counters.malformed;  // larger than any datagram can be
        continue;
      }
      on_datagram(datagrams.bytes(i), {TransportKind::udp, socket, datagrams.source(i), {}}, now);
    }
    if (count < Datagrams::most) break;
  }
}

void Network::Inner::on_datagram(std::string_view bytes, const Hop& from, Monotonic now) {
  if (from.address.port() == 0 || !shedder.admit(from.address, now)) {
    ++counters.shed;
    return;
  }
  if (bytes == "\r\n\r\n") {
    send_udp(from, "\r\n");  // RFC 5626 wants STUN over UDP; many phones send this and are glad of an answer
    return;
  }
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  if (bytes.size() >= 16) deliver(bytes, from);  // else a one-byte NAT keep-alive
}

void Network::Inner::deliver(std::string_view bytes, const Hop& from) {
  ++counters.received;
  if (sink == nullptr) return;
  if (message.parse(bytes, settings.limits)) {
    ++counters.malformed;
    return;
  }
  const Fault fault = message.check();
  if (fault) ++counters.malformed;
  sink->on_message(message, fault, from);
}

void Network::Inner::on_connection(Connection& connection, unsigned ready) {
  if (connection.state() == Connection::State::dead) return;
  if ((ready & Ready::writable) != 0 && connection.on_writable() == Connection::Outcome::dead) return kill(connection);
  if ((ready & (Ready::readable | Ready::hung_up)) != 0) {
    int reads = 0;
    do {
      const long got = connection.read(scratch.data(), scratch.size());
      if (got < 0) return kill(connection);
      if (got == 0) break;
      connection.last_received = loop.clock().monotonic();
      std::string_view data(scratch.data(), static_cast<std::size_t>(got));
      std::size_t used = 0;
      const bool had_part = !connection.input.empty();
      if (!had_part) {
        // The usual case: whole messages, parsed where they were read.
        if (consume(connection, data, used) == Connection::Outcome::dead) return kill(connection);
        connection.input.assign(data.substr(used));
      } else {
        connection.input.append(data);
        if (connection.input.size() < connection.needed) continue;
        if (consume(connection, connection.input, used) == Connection::Outcome::dead) return kill(connection);
        connection.input.erase(0, used);
        if (used > 0) connection.input.shrink_to_fit();
      }
      if (!had_part || used > 0) connection.partial_since = connection.last_received;
      if (connection.state() == Connection::State::dead) return;
    } while (connection.tls_pending() && ++reads < reads_a_turn);
  }
  watch_write(connection);
}

Connection::Outcome Network::Inner::consume(Connection& connection, std::string_view data, std::size_t& used) {
  const Hop from{connection.kind(), connection.id(), connection.remote(), {}};
  while (used < data.size()) {
    const std::string_view rest = data.substr(used);
    const Frame frame = next_frame(rest, settings.limits, connection.scanned);
    connection.needed = frame.kind == Frame::Kind::incomplete ? frame.length : 0;
    if (frame.kind == Frame::Kind::incomplete) return Connection::Outcome::ok;
    if (frame.kind == Frame::Kind::broken) {
      ++counters.malformed;
      return Connection::Outcome::dead;
    }
    used += frame.length;
    if (!shedder.admit(from.address, connection.last_received)) {
      ++counters.shed;
      continue;
    }
    bool ping = frame.kind == Frame::Kind::ping;
    if (frame.kind == Frame::Kind::pong) {
      ping = connection.half_ping != Monotonic{} && connection.last_received - connection.half_ping <= halves_of_a_ping;
      connection.half_ping = ping ? Monotonic{} : connection.last_received;
      if (!ping) continue;
    }
    connection.heard = true;
    connection.half_ping = {};
    if (ping) {
      if (connection.write("\r\n", settings.queue_bytes) == Connection::Outcome::dead) return Connection::Outcome::dead;
      continue;
    }
    deliver(rest.substr(0, frame.length), from);
    if (connection.state() == Connection::State::dead) return Connection::Outcome::ok;
    if (frame.kind == Frame::Kind::last_message) {
      connection.flush();
      return Connection::Outcome::dead;
    }
  }
  return Connection::Outcome::ok;
}

void Network::Inner::close(FlowId flow) {
  if (const auto external = externals.find(flow); external != externals.end()) {
    const auto end = std::move(external->second.close);
    externals.erase(external);
    if (end) end();
    loop.post(
        [weak = weak_from_this(), flow] {
          if (const auto self = weak.lock(); self != nullptr && self->sink != nullptr) self->sink->on_flow_closed(flow);
        },
        Priority::signal);
    return;
  }
  const auto found = connections.find(flow);
  if (found == connections.end()) return;
  kill(*found->second);
  bury_soon();
}

void Network::Inner::kill(Connection& connection) {
  if (connection.state() == Connection::State::dead &&
      std::find(killed.begin(), killed.end(), connection.id()) != killed.end())
    return;
  if (!connection.distrust().empty())
    log::warning("sip", "The certificate of {} is not trusted: {}.",
                 connection.server_name.empty() ? connection.remote().text() : connection.server_name,
                 connection.distrust());
  connection.kill();
  watches.remove(connection.descriptor());
  if (const auto known = by_address.find({connection.remote(), connection.kind(), connection.server_name});
      known != by_address.end() && known->second == connection.id())
    by_address.erase(known);
  uncount(connection);
  killed.push_back(connection.id());
}

void Network::Inner::bury() {
  while (!killed.empty()) {
    const std::vector<FlowId> gone = std::move(killed);
    killed.clear();
    for (const FlowId flow : gone) {
      const auto connection = connections.extract(flow);
      if (connection && !connection.mapped()->distrust().empty() && sink != nullptr) sink->on_flow_untrusted(flow);
    }
    for (const FlowId flow : gone)
      if (sink != nullptr) sink->on_flow_closed(flow);
  }
}

void Network::Inner::bury_soon() {
  if (burial_posted) return;
  burial_posted = true;
  loop.post(
      [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
          self->burial_posted = false;
          self->bury();
        }
      },
      Priority::signal);
}

void Network::Inner::sweep() {
  const auto alive = shared_from_this();
  const Monotonic now = loop.clock().monotonic();
  local_hosts.clear();  // interfaces come and go
  for (const auto& [id, connection] : connections) {
    if (connection->state() == Connection::State::dead) continue;
    const bool opening = connection->state() != Connection::State::open;
    const Duration silent = now - connection->last_received;
    const auto trusted = [&] { return shedder.trusted(connection->remote(), now); };
    // Kept for the length that a message claims, many of them would be much memory.
    const bool dawdles = !connection->outgoing() && !connection->input.empty() &&
                         now - connection->partial_since > settings.first_message && !trusted();
    if (dawdles || (silent > settings.idle && (silent > settings.trusted_idle || !trusted())) ||
        (connection->outgoing() && opening && now - connection->opened > settings.connect) ||
        (!connection->outgoing() && !connection->heard && now - connection->opened > settings.first_message))
      kill(*connection);
  }
  bury();
}

}  // namespace lintel::sip
