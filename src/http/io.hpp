// The Boost types of the room, for its own .cpp files only.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <thread>

#include "http/core.hpp"

namespace lintel::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

// One I/O thread and its context. Connections of one context never run at once, so they need no strand.
// Handles on the loop keep it weakly: what is posted after stop() is dropped.
struct Io {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  std::thread thread;
};

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Upgrade = beast::http::request<beast::http::empty_body>;

class AnyStream;

// Takes an accepted socket; on the thread of its context. `tls` null: plain.
void start_connection(std::shared_ptr<Core> core, std::weak_ptr<Io> io, tcp::socket socket,
                      std::shared_ptr<asio::ssl::context> tls, Admission admission, std::string address,
                      std::uint16_t port);

// Takes over a connection whose upgrade was let pass. `tls` is kept alive with it.
void start_websocket(std::shared_ptr<Core> core, std::weak_ptr<Io> io, AnyStream stream,
                     std::shared_ptr<asio::ssl::context> tls, Admission admission, Upgrade upgrade, Request request,
                     const WebSocketRoute& route);

}  // namespace lintel::http
