#include "http/server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <vector>

#include "base/accepting.hpp"
#include "base/log.hpp"
#include "http/io.hpp"

namespace lintel::http {
namespace {

Error listen_error(const boost::system::error_code& code, const ListenerOptions& options) {
  const std::string port = std::to_string(options.port);
  const std::string option = options.option.empty() ? "the port option" : options.option;
  if (code == boost::system::errc::address_in_use)
    return {ErrorCode::conflict,
            "Port " + port + " is in use by another program. End it, or choose another port with " + option + ".",
            option,
            port,
            {}};
  if (code == boost::system::errc::permission_denied)
    return {ErrorCode::denied,
            "Port " + port + " needs rights that this user does not have. Choose one from 1024 up with " + option + ".",
            option, port, "1024-65535"};
  return {ErrorCode::invalid,
          "Cannot listen on " + options.address + " port " + port + " (" + option + "): " + code.message() + ".",
          option,
          port,
          {}};
}

std::string textual(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

}  // namespace

struct Server::Inner {
  struct Listener {
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    bool tls;
  };

  explicit Inner(Loop& loop) : core(std::make_shared<Core>()) {
    core->post = loop.poster(Priority::normal);
    core->post_signal = loop.poster(Priority::signal);
  }
  void accept(const std::shared_ptr<Listener>& listener);
  void accepted(const std::shared_ptr<Listener>& listener, const std::shared_ptr<Io>& io, tcp::socket socket);
  [[nodiscard]] std::shared_ptr<asio::ssl::context> certificate() {
    const std::lock_guard lock(mutex);
    return tls;
  }

  std::shared_ptr<Core> core;
  std::vector<std::shared_ptr<Io>> threads;
  std::vector<std::shared_ptr<Listener>> listeners;
  std::mutex mutex;
  std::shared_ptr<asio::ssl::context> tls;  // guarded by mutex; swapped as a whole
  std::size_t next = 0;                     // acceptors' thread
  bool started = false;
};

void Server::Inner::accept(const std::shared_ptr<Listener>& listener) {
  const std::shared_ptr<Io>& io = threads[next++ % threads.size()];
  listener->acceptor.async_accept(
      io->context, [this, listener, io = std::weak_ptr<Io>(io)](boost::system::error_code error, tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) {  // no descriptors left, most likely: the caps should have come first
          log::warning("http", "cannot accept: {}", error.message());
          listener->pause.expires_after(pause_without_descriptors);
          listener->pause.async_wait([this, listener](boost::system::error_code aborted) {
            if (!aborted) accept(listener);
          });
          return;
        }
        if (const std::shared_ptr<Io> thread = io.lock()) accepted(listener, thread, std::move(socket));
        accept(listener);
      });
}

void Server::Inner::accepted(const std::shared_ptr<Listener>& listener, const std::shared_ptr<Io>& io,
                             tcp::socket socket) {
  boost::system::error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;
  std::string address = textual(peer.address());
  Admission admission = Admission::ask(core, address);
  if (!admission) return;  // shed: closed before a byte is read
  std::shared_ptr<asio::ssl::context> context = listener->tls ? certificate() : nullptr;
  if (listener->tls && context == nullptr) return;
  socket.set_option(tcp::no_delay(true), error);
  struct Start {
    tcp::socket socket;
    Admission admission;
  };
  asio::post(io->context,
             [shared_core = core, weak = std::weak_ptr<Io>(io), start = Start{std::move(socket), std::move(admission)},
              context = std::move(context), address = std::move(address), port = peer.port()]() mutable {
               start_connection(std::move(shared_core), std::move(weak), std::move(start.socket), std::move(context),
                                std::move(start.admission), std::move(address), port);
             });
}

Server::Server(Loop& loop, Limits limits, std::size_t threads) : inner_(std::make_unique<Inner>(loop)) {
  inner_->core->limits = limits;
  for (std::size_t index = 0; index < std::max<std::size_t>(threads, 1); ++index)
    inner_->threads.push_back(std::make_shared<Io>());
}

Server::~Server() {
  stop();
}

Router& Server::router() {
  return inner_->core->router;
}

Result<void> Server::serve_files(const StaticFiles& files) {
  LINTEL_TRY(auto table, FileTable::load(files));
  inner_->core->set_files(std::move(table));
  return {};
}

void Server::send_pages_to(std::uint16_t https_port) {
  inner_->core->https_port = https_port;
}

Result<void> Server::use_certificate(const std::string& chain_pem, const std::string& key_pem) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                           asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
                       error);
  if (!error) context->use_certificate_chain(asio::buffer(chain_pem), error);
  if (!error) context->use_private_key(asio::buffer(key_pem), asio::ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(context->native_handle()) != 1) {
    ERR_clear_error();
    return Error{.code = ErrorCode::invalid,
                 .message = "The certificate and its key cannot be used: they must be PEM and belong together."};
  }
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  const std::lock_guard lock(inner_->mutex);
  inner_->tls = std::move(context);
  return {};
}

Result<std::uint16_t> Server::listen(const ListenerOptions& options) {
  boost::system::error_code error;
  asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) return listen_error(error, options);
  asio::io_context& context = inner_->threads.front()->context;
  tcp::acceptor acceptor(context);
  acceptor.open(address.is_v6() ? tcp::v6() : tcp::v4(), error);
  if (error && address.is_v6() && address.is_unspecified()) {  // a machine without IPv6
    address = asio::ip::address_v4::any();
    error.clear();
    acceptor.open(tcp::v4(), error);
  }
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(!address.is_unspecified()), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind({address, options.port}, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return listen_error(error, options);
  const std::uint16_t port = acceptor.local_endpoint(error).port();
  auto listener =
      std::make_shared<Inner::Listener>(Inner::Listener{std::move(acceptor), asio::steady_timer(context), options.tls});
  inner_->listeners.push_back(listener);
  if (inner_->started) asio::post(context, [inner = inner_.get(), listener] { inner->accept(listener); });
  return port;
}

void Server::start() {
  if (inner_->started) return;
  inner_->started = true;
  asio::post(inner_->threads.front()->context, [inner = inner_.get(), listeners = inner_->listeners] {
    for (const auto& listener : listeners) inner->accept(listener);
  });
  for (const auto& io : inner_->threads)
    io->thread = std::thread([context = &io->context] {
      while (true) {
        try {
          context->run();
          return;
        } catch (const std::exception& mistake) {  // costs one connection, not the server
          log::error("http", "a connection ended by a mistake: {}", mistake.what());
        }
      }
    });
}

void Server::stop() {
  for (const auto& io : inner_->threads) io->context.stop();
  for (const auto& io : inner_->threads)
    if (io->thread.joinable()) io->thread.join();
  inner_->listeners.clear();
  inner_->threads.clear();  // destroys the contexts, and with them every connection
}

Statistics Server::statistics() const {
  const Core& core = *inner_->core;
  return {.connections = core.seats.taken(),
          .requests_in_flight = core.in_flight,
          .requests = core.requests,
          .shed = core.shed,
          .refused = core.refused,
          .timed_out = core.timed_out};
}

}  // namespace lintel::http
