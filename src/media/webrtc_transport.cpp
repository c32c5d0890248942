#include "media/webrtc_transport.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/webrtc_host.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime check_soon = 100 * GST_MSECOND;  // between checks of ours until one is answered
constexpr GstClockTime check_later = 2 * GST_SECOND;
// A browser that hangs up closes DTLS too, and its BYE or DELETE should be heard first.
constexpr GstClockTime closing_grace = 1 * GST_SECOND;
constexpr std::size_t user_bytes = 6;
constexpr std::size_t password_bytes = 16;

}  // namespace

WebrtcTransport::WebrtcTransport(WebrtcHost& host, Events events)
    : host_(host), events_(std::move(events)), tie_breaker_(bytes::random_number()) {}

void WebrtcTransport::open() {
  if (std::exchange(open_, true)) return;
  name_anew();
  host_.add(this);
}

void WebrtcTransport::close() {
  if (!std::exchange(open_, false)) return;
  if (dtls_) dtls_->close();
  srtp_.reset();
  dtls_.reset();
  host_.remove(this);
}

void WebrtcTransport::name_anew() {
  if (!user_.empty()) old_names_.push_back({user_, password_});
  if (old_names_.size() > old_names_limit) {
    host_.forget_name(old_names_.front().user);
    old_names_.pop_front();
  }
  user_ = bytes::to_hex(bytes::random(user_bytes));
  password_ = bytes::to_hex(bytes::random(password_bytes));
  host_.name(user_, this);
}

void WebrtcTransport::connect(Remote remote, DtlsRole role) {
  const bool first = !remote_;
  if (!first && (remote.user != remote_->user || remote.password != remote_->password)) name_anew();
  remote_ = std::move(remote);
  if (!first) return;
  role_ = role;
  connect_by_ = running_time() + connect_limit;
  if (remote_->lite) check_peer();
  begin_dtls();
}

void WebrtcTransport::send_plain(const Path& path, std::span<const std::uint8_t> datagram) {
  if (datagram.size() > Datagrams::datagram_limit) return;
  std::memcpy(host_.datagrams().place(), datagram.data(), datagram.size());
  host_.datagrams().commit(datagram.size(), path, nullptr);
}

void WebrtcTransport::check(const Path& path, const stun::Message& request) {
  if (request.method != 1) return;
  const std::string_view named = request.username.substr(0, request.username.find(':'));
  std::string_view password = password_;
  for (const OldName& old : old_names_) {
    if (old.user == named) password = old.password;
  }
  if (!stun::authentic(request, password)) return;  // not worth an answer: nobody honest comes here
  if (!request.unknown.empty()) return send_plain(path, stun::binding_error(request, 420, password));
  if (request.controlled) return send_plain(path, stun::binding_error(request, 487, password));  // that is our role
  if (!host_.route(path, this)) return;
  send_plain(path, stun::binding_success(request, path.peer, password));
  last_heard_ = last_check_ = running_time();
  consent_ = true;
  admit(path, request.use_candidate);
}

void WebrtcTransport::admit(const Path& path, bool nominated) {
  if (std::ranges::find(paths_, path) == paths_.end()) {
    if (paths_.size() >= paths_limit) {
      const auto oldest = std::ranges::find_if(paths_, [this](const Path& one) { return one != selected_; });
      host_.forget_route(*oldest, this);
      paths_.erase(oldest);
    }
    paths_.push_back(path);
  }
  if (!selected_ || (nominated && selected_ != path)) selected_ = path;
  begin_dtls();
}

// Towards a peer that is ICE lite as well, one side must speak: a check with each of its addresses nominates it.
void WebrtcTransport::check_peer() {
  const GstClockTime now = running_time();
  if (now < next_check_) return;
  next_check_ = now + (selected_ ? check_later : check_soon);
  if (transaction_ == stun::Transaction{} || selected_) {
    const std::string random = bytes::random(transaction_.size());
    std::ranges::copy(random, transaction_.begin());
  }
  const auto request =
      stun::binding_request(transaction_, remote_->user + ":" + user_, tie_breaker_, remote_->password);
  if (selected_) return send_plain(*selected_, request);
  for (const Endpoint& candidate : remote_->candidates) {
    for (const std::uint32_t socket : host_.datagrams().sockets(candidate.six)) {
      send_plain({socket, candidate}, request);
    }
  }
}

bool WebrtcTransport::answered(const Path& path, const stun::Message& response) {
  if (!remote_ || !remote_->lite || response.transaction != transaction_) return false;
  if (!stun::authentic(response, remote_->password) || !host_.route(path, this)) return true;
  last_heard_ = last_check_ = running_time();
  consent_ = true;
  admit(path, false);
  return true;
}

void WebrtcTransport::begin_dtls() {
  if (dtls_ || !remote_ || !selected_) return;
  dtls_ = std::make_unique<Dtls>(host_.identity(), *role_, remote_->fingerprint,
                                 [this](std::span<const std::uint8_t> datagram) { send_plain(*selected_, datagram); });
  dtls_->begin();
}

void WebrtcTransport::follow_dtls() {
  if (dtls_->state() == DtlsState::failed) return fail("The connection to the browser could not be encrypted.");
  if (dtls_->state() == DtlsState::closed) {
    if (!GST_CLOCK_TIME_IS_VALID(closed_at_)) closed_at_ = running_time();
    return;
  }
  if (dtls_->state() != DtlsState::up || srtp_ || failed_) return;
  const Result<SrtpKeys> keys = dtls_->keys();
  Result<Srtp> made = keys ? Srtp::make(*keys) : Result<Srtp>(keys.error());
  if (!made) return fail(made.error().message);
  srtp_ = std::move(*made);
  connect_by_ = GST_CLOCK_TIME_NONE;
  events_.connected();
}

void WebrtcTransport::heard(const Path& path, std::span<std::uint8_t> datagram) {
  if (failed_) return;
  if (datagram[0] >= 20 && datagram[0] <= 63) {
    if (!dtls_) return;
    if (!srtp_ && selected_ != path && !paths_.empty()) selected_ = path;  // where the peer's handshake comes from
    dtls_->receive(datagram);
    return follow_dtls();
  }
  if (datagram[0] < 128 || datagram[0] > 191 || datagram.size() < rtp_header_size || !srtp_) return;
  const bool control = datagram[1] >= 192 && datagram[1] <= 223;  // RFC 5761 §4
  const auto plain = control ? srtp_->unprotect_control(datagram) : srtp_->unprotect(datagram);
  if (plain.empty()) return;
  last_heard_ = running_time();
  if (control) return events_.control(plain);
  if (const auto packet = read_rtp(plain)) events_.media(*packet);
}

bool WebrtcTransport::send(const RtpHeader& header, std::span<const std::uint8_t> head,
                           std::span<const std::uint8_t> body) {
  const std::size_t size = rtp_header_size + head.size() + body.size();
  if (!srtp_ || !consent_ || size + srtp_growth > Datagrams::datagram_limit) return false;
  std::uint8_t* at = host_.datagrams().place();
  write_rtp(at, header);
  if (!head.empty()) std::memcpy(at + rtp_header_size, head.data(), head.size());
  std::memcpy(at + rtp_header_size + head.size(), body.data(), body.size());
  const std::size_t grown = srtp_->protect(at, size);
  if (grown == 0) return false;
  host_.datagrams().commit(grown, *selected_, &refused_);
  return true;
}

bool WebrtcTransport::send_control(std::span<const std::uint8_t> compound) {
  if (!srtp_ || !consent_ || compound.size() + srtp_growth > Datagrams::datagram_limit) return false;
  std::uint8_t* at = host_.datagrams().place();
  std::memcpy(at, compound.data(), compound.size());
  const std::size_t grown = srtp_->protect_control(at, compound.size());
  if (grown == 0) return false;
  host_.datagrams().commit(grown, *selected_, nullptr);
  return true;
}

bool WebrtcTransport::tick(GstClockTime now) {
  if (failed_) return false;
  if (remote_ && remote_->lite) check_peer();
  if (dtls_) {
    dtls_->tick();
    follow_dtls();
  }
  if (consent_ && now > last_check_ + consent_limit) consent_ = false;
  if (GST_CLOCK_TIME_IS_VALID(connect_by_) && now > connect_by_) {
    fail("The browser did not connect in time.");
    return false;
  }
  if (GST_CLOCK_TIME_IS_VALID(closed_at_) && now > closed_at_ + closing_grace) {
    fail("The browser has ended the connection.");
    return false;
  }
  return events_.tick(now) || !srtp_;
}

void WebrtcTransport::fail(std::string reason) {
  if (std::exchange(failed_, true)) return;
  events_.failed(std::move(reason));
}

}  // namespace lintel::media
