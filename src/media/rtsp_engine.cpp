#include "media/rtsp_engine.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/accepting.hpp"
#include "base/log.hpp"

namespace lintel::media {
namespace {

enum Id : std::uint64_t { inbox_id, plain_id, encrypted_id, rtp_id, rtcp_id, first_client_id };

constexpr int accepts_limit = 32;                              // connections taken a round
constexpr Duration fast_tick = std::chrono::milliseconds(50);  // while something waits for its time
constexpr Duration slow_tick = std::chrono::seconds(1);
constexpr std::size_t arrivals_limit = 1024;  // sources remembered
constexpr Duration arrivals_memory = std::chrono::seconds(5);
constexpr Duration young = std::chrono::seconds(1);  // a connection that may still say who it is

Monotonic now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

RtspEngine::RtspEngine(RtspVideo video, RtspOptions options, std::shared_ptr<SSL_CTX> tls, Loop::Poster post,
                       std::shared_ptr<RtspInbox> inbox, std::shared_ptr<RtspFigures> figures)
    : video_(std::move(video)),
      options_(std::move(options)),
      tls_(std::move(tls)),
      address_(options_.address),
      post_(std::move(post)),
      inbox_(std::move(inbox)),
      figures_(std::move(figures)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      next_client_(first_client_id),
      access_(options_.realm),
      streams_{RtspStream(Profile::main, video_, inbox_,
                          [this](RtspStream& stream, const Bundle& bundle) { arrived(stream, bundle); }),
               RtspStream(Profile::sub, video_, inbox_,
                          [this](RtspStream& stream, const Bundle& bundle) { arrived(stream, bundle); })},
      sound_(options_.audio, post_, inbox_, [this](const Bundle& bundle) { arrived(bundle); }),
      ports_(options_.first_udp_port, options_.last_udp_port) {
  watch(inbox_->event(), inbox_id, EPOLLIN);
}

RtspEngine::~RtspEngine() {
  inbox_->close();
  clients_.clear();
  for (const int socket : {plain_, encrypted_, epoll_})
    if (socket >= 0) ::close(socket);
}

void RtspEngine::watch(int descriptor, std::uint64_t id, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) != 0)
    (void)epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}

void RtspEngine::listen_at(int socket, bool tls, std::string address) {
  (tls ? encrypted_ : plain_) = socket;
  address_ = std::move(address);
  listen(true);
}

void RtspEngine::listen(bool listens) {
  listens_again_.reset();
  if (!listens) listens_again_ = now_ + pause_without_descriptors;
  if (plain_ >= 0) watch(plain_, plain_id, listens ? EPOLLIN : 0U);
  if (encrypted_ >= 0) watch(encrypted_, encrypted_id, listens ? EPOLLIN : 0U);
}

Duration RtspEngine::period() const {
  const bool hurried = std::any_of(clients_.begin(), clients_.end(), [](const auto& entry) {
    return entry.second->paused || entry.second->waits != RtspClient::Waits::no;
  });
  return hurried ? fast_tick : slow_tick;
}

void RtspEngine::run() {
  std::array<epoll_event, 128> events;
  std::vector<std::function<void()>> work;
  now_ = ticked_ = now();
  while (!stopping_) {
    std::optional<Monotonic> next = listens_again_;  // nothing: nobody is there, and nothing has its time
    if (!clients_.empty() || !sessions_.empty()) next = std::min(ticked_ + period(), next.value_or(Monotonic::max()));
    int patience = -1;
    if (next) {
      const Duration left = std::max<Duration>(Duration::zero(), *next - now_);
      patience = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
    }
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience);
    now_ = now();
    if (listens_again_ && now_ >= *listens_again_) listen(true);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t id = events[static_cast<std::size_t>(i)].data.u64;
      const unsigned ready_for = events[static_cast<std::size_t>(i)].events;
      switch (id) {
        case inbox_id:
          inbox_->take(work);
          for (const auto& task : work) task();
          work.clear();
          break;
        case plain_id:
          accept_all(plain_, nullptr);
          break;
        case encrypted_id:
          accept_all(encrypted_, tls_.get());
          break;
        case rtp_id:
          if ((ready_for & EPOLLIN) != 0) udp_->discard();
          if ((ready_for & EPOLLOUT) != 0) udp_->flush();
          break;
        case rtcp_id:
          udp_->receive([this](const sockaddr_storage& from, std::string_view packet) {
            if (!is_report(packet)) return;
            for (const auto& [name, session] : sessions_)
              for (const RtspTrack& track : session->tracks)
                if (track.udp != nullptr && same_endpoint(track.udp->rtcp, from)) session->heard = now_;
          });
          break;
        default:
          if (const auto found = clients_.find(id); found != clients_.end()) ready(*found->second, ready_for);
      }
    }
    if (now_ - ticked_ >= fast_tick && now_ - ticked_ >= period()) tick();
    for (std::size_t i = 0; i < unsettled_.size(); ++i)
      if (const auto found = clients_.find(unsettled_[i]); found != clients_.end()) settle(*found->second);
    unsettled_.clear();
    if (udp_ != nullptr && udp_watched_ != udp_->wants_write()) {
      udp_watched_ = udp_->wants_write();
      watch(udp_->rtp_socket(), rtp_id, EPOLLIN | (udp_watched_ ? EPOLLOUT : 0U));
    }
  }
  while (!sessions_.empty()) end(*sessions_.begin()->second);
  clients_.clear();
  figures_->connections = 0;
  for (RtspStream& stream : streams_) stream.leave();
}

// Each source may open as many as it may hold at once, twice, and as many again a second.
bool RtspEngine::admits(const std::string& host) {
  if (arrivals_.size() >= arrivals_limit && !arrivals_.contains(host)) {
    std::erase_if(arrivals_, [&](const auto& entry) { return now_ - entry.second.counted > arrivals_memory; });
    if (arrivals_.size() >= arrivals_limit) arrivals_.clear();  // more sources than any house has
  }
  Arrivals& source = arrivals_[host];
  const double passed = std::chrono::duration<double>(now_ - source.counted).count();
  source.used = std::max(0.0, source.used - passed * options_.source_limit);
  source.counted = now_;
  if (source.used >= 2.0 * options_.source_limit) return false;
  source.used += 1;
  return true;
}

bool RtspEngine::has_room_for(const std::string& host) {
  int same_source = 0;
  RtspClient* stranger = nullptr;  // the one that has been there for longest without saying who it is, whatever it said
  for (const auto& [id, client] : clients_) {
    if (client->connection.host() == host) ++same_source;
    if (client->user.empty() && now_ - client->opened > young &&
        (stranger == nullptr || id < stranger->connection.id()))
      stranger = client.get();
  }
  if (same_source >= options_.source_limit) return false;
  if (clients_.size() < static_cast<std::size_t>(options_.connection_limit)) return true;
  if (stranger == nullptr) return false;
  close(*stranger);
  return true;
}

void RtspEngine::accept_all(int listening, SSL_CTX* tls) {
  for (int count = 0; count < accepts_limit; ++count) {
    sockaddr_storage remote{};
    socklen_t size = sizeof remote;
    const int socket = accept4(listening, reinterpret_cast<sockaddr*>(&remote), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
      // No descriptors, most likely, and whoever waits would wake us again at once: others need the processor.
      if (figures_->not_accepted++ == 0) log::warning("media.rtsp", "cannot accept: {}", std::strerror(errno));
      return listen(false);
    }
    if (const std::string host = host_of(remote); !admits(host) || !has_room_for(host)) {
      ++figures_->refused;
      ::close(socket);
      continue;
    }
    const std::uint64_t id = next_client_++;
    auto& client = *clients_.emplace(id, std::make_unique<RtspClient>(id, socket, remote, tls, now_)).first->second;
    figures_->connections = static_cast<int>(clients_.size());
    settle(client);
  }
}

void RtspEngine::ready(RtspClient& client, unsigned events) {
  RtspConnection& connection = client.connection;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return close(client);
  if ((events & EPOLLOUT) != 0) connection.flush();
  if ((events & EPOLLIN) != 0) connection.receive();
  settle(client);
}

void RtspEngine::settle(RtspClient& client) {
  RtspConnection& connection = client.connection;
  if (!connection.over()) serve(client);
  if (connection.over()) return close(client);
  // What is in the way of reading (an answer that waits, a full queue, a used up allowance) is in the way of more.
  const bool reads = client.waits == RtspClient::Waits::no && !client.paused && connection.may_read();
  const unsigned wanted = (reads ? EPOLLIN : 0U) | (connection.wants_write() ? EPOLLOUT : 0U);
  if (wanted == client.watched) return;
  client.watched = wanted;
  watch(connection.socket(), connection.id(), wanted);
}

void RtspEngine::close(RtspClient& client) {
  std::vector<RtspSession*> ended;
  for (const auto& [id, session] : sessions_) {
    if (session->client != &client) continue;
    if (session->over_udp && session->state == RtspSession::State::playing)
      session->client = nullptr;  // goes on as long as reports come (RFC 2326 §1.4)
    else
      ended.push_back(session.get());
  }
  for (RtspSession* session : ended) end(*session);
  clients_.erase(client.connection.id());
  figures_->connections = static_cast<int>(clients_.size());
  look_after_streams();
}

void RtspEngine::tick_client(RtspClient& client) {
  if (client.paused) {
    client.paused = false;
    unsettled_.push_back(client.connection.id());
  }
  if (client.waits == RtspClient::Waits::description && now_ >= client.deadline) {
    client.waits = RtspClient::Waits::no;
    reply(client, 503);
    unsettled_.push_back(client.connection.id());
  }
  if (client.waits == RtspClient::Waits::key && now_ >= client.deadline) {
    if (const auto session = sessions_.find(client.session); session != sessions_.end())
      start(*session->second, nullptr);
    unsettled_.push_back(client.connection.id());
  }
}

void RtspEngine::tick() {
  ticked_ = now_;
  std::vector<RtspClient*> gone;
  for (const auto& entry : clients_) {
    RtspClient* client = entry.second.get();
    tick_client(*client);
    const bool has_session = std::any_of(sessions_.begin(), sessions_.end(),
                                         [&](const auto& held) { return held.second->client == client; });
    if (client->connection.stalled(now_) ||
        (!has_session && client->waits == RtspClient::Waits::no && now_ - client->heard > options_.silent_limit))
      gone.push_back(client);
  }
  for (RtspClient* client : gone) close(*client);
  tick_sessions();
  look_after_streams();
}

bool RtspEngine::open_udp() {
  if (udp_ != nullptr) return true;
  auto opened = RtspUdp::open(ports_, address_);
  if (!opened.ok()) {
    log::warning("media.rtsp", "{}", opened.error().message);
    return false;
  }
  udp_ = std::move(*opened);
  watch(udp_->rtp_socket(), rtp_id, EPOLLIN);
  watch(udp_->rtcp_socket(), rtcp_id, EPOLLIN);
  return true;
}

void RtspEngine::set_accounts(std::vector<RtspAccount> accounts) {
  access_.set_accounts(std::move(accounts));
  std::vector<RtspSession*> ended;
  for (const auto& [id, session] : sessions_)
    if (!access_.knows(session->user, session->ha1)) ended.push_back(session.get());
  for (RtspSession* session : ended) {
    if (session->client != nullptr) {
      session->client->connection.finish();
      unsettled_.push_back(session->client->connection.id());
    }
    end(*session);
  }
  for (const auto& [id, client] : clients_)
    if (access_.ha1_of(client->user).empty()) client->user.clear();
  look_after_streams();
}

}  // namespace lintel::media
