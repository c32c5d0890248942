// The inside of Network. Loop only; internal to the room.
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/watch_set.hpp"
#include "sip/buffer.hpp"
#include "sip/connection.hpp"
#include "sip/datagrams.hpp"
#include "sip/framing.hpp"
#include "sip/network.hpp"
#include "sip/shedder.hpp"

namespace lintel::sip {

struct Network::Inner : std::enable_shared_from_this<Network::Inner> {
  struct Socket {  // UDP, or a listener
    FlowId id = 0;
    int descriptor = -1;
    TransportKind kind = TransportKind::udp;
    bool v6 = false;
    SocketAddress bound;
    std::string own_host;  // as it stands in a URI; empty: bound to all, so that it depends on the neighbour
  };
  struct AddressKey {
    SocketAddress address;
    TransportKind kind;
    std::string server_name;  // whose certificate was asked for: one connection speaks for no other name (RFC 5923 §9)
    bool operator==(const AddressKey&) const = default;
  };
  struct AddressHash {
    std::size_t operator()(const AddressKey& key) const {
      return key.address.hash() ^ static_cast<std::size_t>(key.kind);
    }
  };

  Inner(Loop& loop, NetworkSettings settings);
  ~Inner();
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;

  Result<std::uint16_t> listen(const Listen& where);
  void stop_listening(std::uint16_t port);
  FlowId send(const Hop& to, std::string_view bytes);
  FlowId send_udp(const Hop& to, std::string_view bytes);
  FlowId connect(const Hop& to);
  void make_ready(int connection) const;  // sets its options
  std::string_view sent_by(const Hop& to);
  std::string_view local_host(const SocketAddress& remote);
  void close(FlowId flow);

  void on_ready(std::span<const WatchSet::Happened> all);
  void on_datagrams(FlowId socket, int descriptor);
  void on_datagram(std::string_view bytes, const Hop& from, Monotonic now);
  void on_accept(TransportKind kind, int listener);  // network_accept.cpp, as what makes room
  void rest_from_accepting(int error);  // for want of descriptors; who comes stays in the kernel's backlog
  void on_connection(Connection& connection, unsigned ready);
  // Takes whole frames from `data`; answers how much was used; dead when the connection must go.
  Connection::Outcome consume(Connection& connection, std::string_view data, std::size_t& used);
  void deliver(std::string_view bytes, const Hop& from);
  void watch_write(Connection& connection);
  void kill(Connection& connection);  // it is gone at the end of this turn; the sink hears of it then
  void bury();                        // the killed ones
  void bury_soon();
  void sweep();
  [[nodiscard]] bool full() const;  // of connections, but for the killed ones
  // For one more connection; among the strangers of the newcomer's network.
  bool make_room(Monotonic now);
  bool make_room_beside(const SocketAddress& newcomer, Monotonic now);
  void no_stranger(Connection& connection);  // somebody there has shown who they are
  void uncount(Connection& connection);

  Loop& loop;
  NetworkSettings settings;
  TransportSink* sink = nullptr;
  WatchSet watches;  // of sockets and connections, by their FlowId
  Timer sweeper;
  Timer accepts_again;
  Handle<SSL_CTX, SSL_CTX_free> accepting, connecting;
  std::string advertised_host;
  FlowId next_id = 16;  // below are the local wire and nothing
  std::vector<Socket> sockets;
  std::unordered_map<FlowId, std::unique_ptr<Connection>> connections;
  std::unordered_map<AddressKey, FlowId, AddressHash> by_address;
  std::unordered_map<std::size_t, std::size_t> per_source;  // host_hash → connections
  std::unordered_map<std::size_t, std::size_t> strangers;   // network_hash → connections
  std::unordered_map<FlowId, ExternalFlow> externals;
  std::unordered_map<std::size_t, std::string> local_hosts;
  Buffer own_address;  // what sent_by() answered last
  std::vector<FlowId> killed;
  bool burial_posted = false;
  Shedder shedder;
  NetworkCounters counters;
  Message message;  // reused for every message that comes in
  std::vector<char> scratch;
  Datagrams datagrams;
};

}  // namespace lintel::sip
