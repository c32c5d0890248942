// A server on real sockets with a few routes, for the tests of its edges. Port 0, loopback.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace lintel::http::testing {

// A throw-away certificate, as PEM: (chain, key).
inline std::pair<std::string, std::string> certificate() {
  const Handle<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const Handle<X509, X509_free> x509(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
  X509_set_pubkey(x509.get(), key.get());
  X509_sign(x509.get(), key.get(), EVP_sha256());
  const auto text = [](auto write) {
    const Handle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  return {text([&](BIO* bio) { PEM_write_bio_X509(bio, x509.get()); }),
          text([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

inline const std::string long_body(200'000, 'x');

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : folder_(std::filesystem::temp_directory_path() / ("lintel-http-" + bytes::random_password(12))) {}
  ~ServerTest() override { std::filesystem::remove_all(folder_); }

  // Starts with the routes of the tests; `limits_` may be changed before.
  void start() {
    server_ = std::make_unique<Server>(loop_, limits_);
    Router& router = server_->router();
    router.add(Route{.method = Method::get,
                     .pattern = "/api/hello",
                     .callers = anyone,
                     .handler = [](Request request, Responder responder) {
                       responder.respond(
                           text_response(200, "hello " + request.remote_address + (request.secure ? " secure" : "")));
                     }});
    router.add(Route{
        .method = Method::post,
        .pattern = "/api/echo",
        .callers = anyone,
        .body_limit = 1000,
        .handler = [](Request request, Responder responder) { responder.respond(text_response(200, request.body)); }});
    router.add(Route{
        .method = Method::get, .pattern = "/api/long", .callers = anyone, .handler = [](Request, Responder responder) {
          responder.respond(text_response(200, long_body));
        }});
    router.add(Route{.method = Method::get,
                     .pattern = "/api/never",
                     .callers = anyone,
                     .handler = [this](Request, Responder responder) { kept_.push_back(std::move(responder)); }});
    router.add(
        Route{.method = Method::get, .pattern = "/api/closed", .callers = admin, .handler = [](Request, Responder) {}});
    router.add(Route{.method = Method::get,
                     .pattern = "/api/events",
                     .callers = anyone,
                     .handler = [this](Request, Responder responder) {
                       stream_ = responder.stream();
                       stream_->on_closed([this] { stream_closed_ = true; });
                       stream_->send("first", "7", "one\ntwo");
                     }});
    router.add(WebSocketRoute{.path = "/sip",
                              .subprotocol = "sip",
                              .callers = anyone,
                              .message_limit = 2000,
                              .opened = [this](std::shared_ptr<WebSocket> socket) {
                                socket_ = socket;
                                socket->on_message([this](std::string message) {
                                  if (message == "bye")
                                    socket_->close(4000, "as asked");
                                  else if (message == "long")
                                    socket_->send(long_body);
                                  else
                                    socket_->send("echo " + message);
                                });
                                socket->on_closed([this] { socket_closed_ = true; });
                              }});
    router.add(WebSocketRoute{
        .path = "/closed", .subprotocol = "", .callers = admin, .opened = [](const std::shared_ptr<WebSocket>&) {}});
    const auto [chain, key] = certificate();
    ASSERT_TRUE(server_->use_certificate(chain, key).ok());
    plain_ = server_->listen({.address = "127.0.0.1", .option = "--http-port"}).value();
    secure_ = server_->listen({.address = "127.0.0.1", .tls = true, .option = "--https-port"}).value();
    server_->start();
  }
  void write(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  void serve_files(std::optional<std::uint16_t> https_port = {}) {
    write("index.html", "<p>console</p>");
    write("monitor.html", "<p>monitor</p>");
    write("assets/app-1a2b.js", "plain");
    write("assets/app-1a2b.js.br", "brotli");
    write("assets/app-1a2b.js.gz", "gzip");
    // As the build packs it: twenty times "lintel ".
    write("assets/long-3c4d.txt", long_text());
    write("assets/long-3c4d.txt.gz", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\xc9\xcc\x2b\x49\xcd\x51"
                                                 "\xc8\x19\x0c\x14\x00\xeb\xb1\x89\x8b\x8c\x00\x00\x00",
                                                 30));
    write("assets/torn-5e6f.txt", "seven");
    write("assets/torn-5e6f.txt.gz",
          std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xff\xff\x00\x00\x00\x00\x05\x00\x00\x00", 20));
    write(".secret", "hidden");
    ASSERT_TRUE(server_->serve_files({.folder = folder_.string()}).ok());
    if (https_port) server_->send_pages_to(*https_port);
  }
  static std::string long_text() {
    std::string text;
    for (int i = 0; i < 20; ++i) text += "lintel ";
    return text;
  }
  static std::string upgrade(const std::string& path, const std::string& more) {
    return "GET " + path +
           " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           more + "\r\n";
  }
  // A masked text frame (RFC 6455 §5.2), as a client sends it.
  static std::string frame(const std::string& text, unsigned char opcode = 1) {
    std::string out{static_cast<char>(0x80 | opcode)};
    if (text.size() < 126)
      out += static_cast<char>(0x80 | text.size());
    else
      out += std::string{static_cast<char>(0x80 | 126), static_cast<char>(text.size() >> 8),
                         static_cast<char>(text.size() & 255)};
    return out + std::string(4, '\0') + text;  // a mask of zeros changes nothing
  }
  static std::string read_frame(Client& client) {
    const std::string head = client.read_exactly(2);
    return head.size() < 2 ? std::string() : client.read_exactly(static_cast<unsigned char>(head[1]) & 0x7f);
  }
  void turn_until(const bool& flag) {
    while (!flag) (void)loop_.turn(true);
  }

  std::filesystem::path folder_;
  Loop loop_;
  Limits limits_;
  std::vector<Responder> kept_;
  std::shared_ptr<EventStream> stream_;
  std::shared_ptr<WebSocket> socket_;
  bool stream_closed_ = false, socket_closed_ = false;
  std::unique_ptr<Server> server_;
  std::uint16_t plain_ = 0, secure_ = 0;
};

}  // namespace lintel::http::testing
