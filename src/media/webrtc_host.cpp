#include "media/webrtc_host.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "media/stun.hpp"
#include "media/webrtc_transport.hpp"

namespace lintel::media {

WebrtcHost::WebrtcHost(AudioEngine* audio, Video* video, const LegsOptions& options) : audio_(audio), video_(video) {
  NetworkThread::Calls calls;
  calls.begin = [this, options] { begin(options); };
  calls.end = [this] { end(); };
  calls.readable = [this](std::uint32_t socket) {
    datagrams_->receive(socket, [this](const Path& path, std::span<std::uint8_t> datagram) { heard(path, datagram); });
  };
  calls.done = [this] { datagrams_->flush(); };
  calls.tick = [this] { return tick(); };
  thread_.start(std::move(calls));
}

WebrtcHost::~WebrtcHost() = default;

void WebrtcHost::begin(const LegsOptions& options) {
  const auto hosts = [with_loopback = options.loopback_candidates] { return host_addresses(with_loopback); };
  datagrams_ = std::make_unique<Datagrams>(thread_.epoll(), options.first_port, options.last_port, hosts);
  voice_ = std::make_shared<VoiceFeed>(thread_.queue());
  Result<std::shared_ptr<DtlsIdentity>> made = DtlsIdentity::make();
  if (!made) return log::error("media.webrtc", "{}", made.error().message);
  identity_ = std::move(*made);
}

void WebrtcHost::end() {
  datagrams_->flush();
  pictures_.clear();
  voice_.reset();
  datagrams_.reset();
}

VideoFeed& WebrtcHost::pictures(StreamKey stream) {
  std::shared_ptr<VideoFeed>& feed = pictures_[stream];
  if (!feed) feed = std::make_shared<VideoFeed>(*video_, stream, thread_.queue());
  return *feed;
}

void WebrtcHost::add(WebrtcTransport* transport) {
  transports_.push_back(transport);
  thread_.wake_ticks();
}

void WebrtcHost::remove(WebrtcTransport* transport) {
  datagrams_->flush();  // what is in the batch may point into it
  std::erase(transports_, transport);
  std::erase_if(names_, [transport](const auto& entry) { return entry.second == transport; });
  std::erase_if(routes_, [transport](const auto& entry) { return entry.second == transport; });
}

bool WebrtcHost::route(const Path& path, WebrtcTransport* transport) {
  WebrtcTransport*& owner = routes_.try_emplace(path, transport).first->second;
  if (owner != transport && owner->has_consent()) return false;
  owner = transport;
  return true;
}

void WebrtcHost::forget_route(const Path& path, const WebrtcTransport* transport) {
  const auto found = routes_.find(path);
  if (found != routes_.end() && found->second == transport) routes_.erase(found);
}

void WebrtcHost::name(const std::string& user, WebrtcTransport* transport) {
  names_[user] = transport;
}

NetworkThread::Ticks WebrtcHost::tick() {
  using Ticks = NetworkThread::Ticks;
  const GstClockTime now = running_time();
  bool quick = false;
  for (std::size_t index = 0; index < transports_.size(); ++index) quick |= transports_[index]->tick(now);
  return transports_.empty() ? Ticks::none : quick ? Ticks::quick : Ticks::slow;
}

// Who a datagram is for: by its path once that is known, and checks by the user name in them (RFC 7983, RFC 8445 §7.3).
void WebrtcHost::heard(const Path& path, std::span<std::uint8_t> datagram) {
  const auto known = routes_.find(path);
  if (datagram[0] >= 4) {
    if (known != routes_.end()) known->second->heard(path, datagram);
    return;
  }
  const auto message = stun::parse(datagram);
  if (!message) return;
  if (message->kind == stun::Kind::request) {
    const std::string_view user = message->username.substr(0, message->username.find(':'));
    const auto named = names_.find(user);
    if (named != names_.end()) named->second->check(path, *message);
  } else if (message->kind == stun::Kind::success) {
    for (WebrtcTransport* transport : transports_) {
      if (transport->answered(path, *message)) return;
    }
  }
}

}  // namespace lintel::media
