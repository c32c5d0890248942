#include "media/rtsp.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/log.hpp"
#include "media/rtsp_engine.hpp"
#include "media/video.hpp"

namespace lintel::media {
namespace {

constexpr int backlog = 128;

Result<std::shared_ptr<SSL_CTX>> make_tls(std::string pem) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const Handle<BIO, BIO_free_all> certificates(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Handle<BIO, BIO_free_all> keys(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Handle<X509, X509_free> own(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  const Handle<EVP_PKEY, EVP_PKEY_free> key(PEM_read_bio_PrivateKey(keys.get(), nullptr, nullptr, nullptr));
  bool good = context != nullptr && own != nullptr && key != nullptr &&
              SSL_CTX_use_certificate(context.get(), own.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1;
  while (good) {
    X509* above = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr);
    if (above == nullptr) break;
    good = SSL_CTX_add_extra_chain_cert(context.get(), above) == 1;
  }
  ERR_clear_error();  // the end of the chain is no error
  std::fill(pem.begin(), pem.end(), '\0');
  if (!good)
    return Error{ErrorCode::invalid,
                 "The certificate for RTSP over TLS cannot be used: it or its key cannot be read.",
                 {},
                 {},
                 {}};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return context;
}

Error refuse(int error, std::uint16_t port, const char* option) {
  const std::string number = std::to_string(port);
  if (error == EACCES || error == EPERM)
    return Error{
        ErrorCode::denied,
        fmt::format("Port {} for RTSP needs a right this program does not have: choose one above 1023 with {}.", number,
                    option),
        option + 2,
        number,
        {}};
  return Error{
      error == EADDRINUSE ? ErrorCode::conflict : ErrorCode::unavailable,
      fmt::format("Port {} for RTSP cannot be used ({}): stop the other program, or choose another with {}.", number,
                  error == EADDRINUSE ? "another program listens there" : std::strerror(error), option),
      option + 2,
      number,
      {}};
}

// The socket and the port it got. `address` becomes 0.0.0.0 on a machine without IPv6.
Result<std::pair<int, std::uint16_t>> listen_on(std::string& address, std::uint16_t port, const char* option) {
  const bool v6 = address.find(':') != std::string::npos;
  const int socket = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0 && v6 && address == "::") {
    address = "0.0.0.0";
    return listen_on(address, port, option);
  }
  const int on = 1, off = 0;
  (void)setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (v6) (void)setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  const auto where = Object<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  bool good = socket >= 0 && where;
  if (good) {
    const auto full = Object<GSocketAddress>::adopt(g_inet_socket_address_new(where.get(), port));
    size = static_cast<socklen_t>(g_socket_address_get_native_size(full.get()));
    good = g_socket_address_to_native(full.get(), &own, sizeof own, nullptr) != FALSE &&
           ::bind(socket, reinterpret_cast<const sockaddr*>(&own), size) == 0 && ::listen(socket, backlog) == 0;
  }
  const int error = where ? errno : EINVAL;
  if (!good) {
    if (socket >= 0) ::close(socket);
    if (v6 && address == "::" && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)) {
      address = "0.0.0.0";
      return listen_on(address, port, option);
    }
    return refuse(error, port, option);
  }
  size = sizeof own;
  (void)getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
  return std::pair(socket, ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(own).sin6_port
                                                           : reinterpret_cast<const sockaddr_in&>(own).sin_port));
}

class Server final : public RtspServer {
 public:
  Server(std::shared_ptr<SSL_CTX> tls, Loop& loop, RtspVideo video, RtspOptions options)
      : address_(options.address),
        has_tls_(tls != nullptr),
        engine_(std::move(video), std::move(options), std::move(tls), loop.poster(), inbox_, figures_),
        thread_([this] { engine_.run(); }) {}
  ~Server() override {
    inbox_->post([this] { engine_.stop(); }, true);
    thread_.join();
  }

  Result<std::uint16_t> listen(std::uint16_t wished, bool tls) override {
    if (tls && !has_tls_)
      return Error{ErrorCode::invalid, "RTSP over TLS needs a certificate, and there is none.", {}, {}, {}};
    LINTEL_TRY(const auto socket, listen_on(address_, wished, tls ? "--rtsps-port" : "--rtsp-port"));
    std::uint16_t& port = tls ? tls_port_ : port_;
    port = socket.second;
    log::info("media.rtsp", "listening on port {}{}", port, tls ? ", encrypted" : "");
    inbox_->post([this, descriptor = socket.first, tls, at = address_] { engine_.listen_at(descriptor, tls, at); },
                 true);
    return port;
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::uint16_t tls_port() const override { return tls_port_; }
  void set_accounts(std::vector<RtspAccount> accounts) override {
    inbox_->post([this, accounts = std::move(accounts)]() mutable { engine_.set_accounts(std::move(accounts)); }, true);
  }
  Result<void> use_certificate(std::string pem) override {
    LINTEL_TRY(auto tls, make_tls(std::move(pem)));
    inbox_->post([this, tls = std::move(tls)]() mutable { engine_.use_tls(std::move(tls)); }, true);
    return {};
  }
  [[nodiscard]] Statistics statistics() const override {
    return {figures_->connections, figures_->sessions, figures_->refused, figures_->not_accepted, figures_->dropped};
  }

 private:
  std::string address_;  // as it turned out
  const bool has_tls_;
  std::uint16_t port_ = 0, tls_port_ = 0;
  const std::shared_ptr<RtspInbox> inbox_ = std::make_shared<RtspInbox>();
  const std::shared_ptr<RtspFigures> figures_ = std::make_shared<RtspFigures>();
  RtspEngine engine_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<RtspServer>> RtspServer::start(Loop& loop, RtspVideo video, RtspOptions options) {
  std::shared_ptr<SSL_CTX> tls;
  if (!options.tls_pem.empty()) {
    LINTEL_TRY(tls, make_tls(std::exchange(options.tls_pem, {})));
  }
  return std::unique_ptr<RtspServer>(
      std::make_unique<Server>(std::move(tls), loop, std::move(video), std::move(options)));
}

Result<std::unique_ptr<RtspServer>> RtspServer::start(Loop& loop, Video& video, RtspOptions options) {
  auto lost = std::make_shared<std::atomic<bool>>(video.camera().state == CameraState::lost);
  video.on_camera([weak = std::weak_ptr(lost)](const CameraStatus& status) {
    if (const auto told = weak.lock()) *told = status.state == CameraState::lost;
  });
  RtspVideo needs;
  needs.join = [&video](Profile profile, Consumer consumer) {
    return video.subscribe({profile, Codec::h264}, "rtsp", std::move(consumer));
  };
  needs.lost = std::move(lost);
  return start(loop, std::move(needs), std::move(options));
}

}  // namespace lintel::media
