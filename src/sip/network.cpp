#include "sip/network.hpp"

#include <csignal>

#include "sip/network_inner.hpp"

namespace lintel::sip {

Network::Network(Loop& loop, NetworkSettings settings) : inner_(std::make_shared<Inner>(loop, settings)) {}

Network::~Network() {
  inner_->sink = nullptr;
  inner_->watches = {};
  inner_->sweeper = {};
  inner_->accepts_again = {};
}

Result<std::uint16_t> Network::listen(const Listen& where) {
  return inner_->listen(where);
}

void Network::stop_listening(std::uint16_t port) {
  inner_->stop_listening(port);
}

void Network::set_tls(ssl_ctx_st* accepting, ssl_ctx_st* connecting) {
  if (accepting != nullptr) SSL_CTX_up_ref(accepting);
  if (connecting != nullptr) SSL_CTX_up_ref(connecting);
  inner_->accepting.reset(accepting);
  inner_->connecting.reset(connecting);
}

void Network::set_advertised_host(std::string host) {
  inner_->advertised_host = std::move(host);
}

void Network::forget_hosts() {
  inner_->local_hosts.clear();
}

void Network::trust(const Hop& source) {
  if (source.address.empty()) return;
  inner_->shedder.trust(source.address, inner_->loop.clock().monotonic());
  if (const auto found = inner_->connections.find(source.flow); found != inner_->connections.end())
    inner_->no_stranger(*found->second);
}

FlowId Network::opened(ExternalFlow flow) {
  const FlowId id = inner_->next_id++;
  inner_->externals.emplace(id, std::move(flow));
  return id;
}

void Network::received(FlowId flow, std::string_view text) {
  Inner& inner = *inner_;
  const auto found = inner.externals.find(flow);
  if (found == inner.externals.end()) return;
  const Hop from{found->second.secure ? TransportKind::wss : TransportKind::ws, flow, found->second.remote, {}};
  if (!inner.shedder.admit(from.address, inner.loop.clock().monotonic())) {
    ++inner.counters.shed;
    return;
  }
  if (text == "\r\n\r\n") {
    found->second.send("\r\n");
    return;
  }
  if (text == "\r\n" || text.empty()) return;
  inner.deliver(text, from);
}

void Network::closed(FlowId flow) {
  if (inner_->externals.erase(flow) != 0 && inner_->sink != nullptr) inner_->sink->on_flow_closed(flow);
}

void Network::set_sink(TransportSink* sink) {
  inner_->sink = sink;
}
FlowId Network::send(const Hop& to, std::string_view bytes) {
  return inner_->send(to, bytes);
}

bool Network::is_open(FlowId flow) const {
  const Inner& inner = *inner_;
  if (inner.externals.contains(flow)) return true;
  if (const auto found = inner.connections.find(flow); found != inner.connections.end())
    return found->second->state() != Connection::State::dead;
  for (const auto& socket : inner.sockets)
    if (socket.id == flow) return true;
  return false;
}

std::string_view Network::sent_by(const Hop& to) {
  return inner_->sent_by(to);
}
void Network::close(FlowId flow) {
  inner_->close(flow);
}

NetworkCounters Network::counters() const {
  NetworkCounters result = inner_->counters;
  result.connections = inner_->connections.size();
  result.external = inner_->externals.size();
  return result;
}

}  // namespace lintel::sip
