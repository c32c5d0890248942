#include "http/any_stream.hpp"

#include <boost/beast/websocket/teardown.hpp>

namespace lintel::http {
namespace {

template <typename Stream>
struct LayerOf final : AnyStream::Layer {
  explicit LayerOf(Stream taken) : stream(std::move(taken)) {}
  beast::tcp_stream& lowest() override { return beast::get_lowest_layer(stream); }
  void read(const ReadBuffers& buffers, AnyStream::Done done) override {
    stream.async_read_some(buffers, std::move(done));
  }
  void write(const WriteBuffers& buffers, AnyStream::Done done) override {
    stream.async_write_some(buffers, std::move(done));
  }
  void end(beast::role_type role, std::function<void(AnyStream::Code)> done) override {
    using beast::websocket::async_teardown;
    if constexpr (std::is_same_v<Stream, TlsStream>) {  // Beast's own for TLS is ambiguous to clang
      stream.async_shutdown([this, role, done = std::move(done)](AnyStream::Code /*error*/) mutable {
        async_teardown(role, lowest(), std::move(done));
      });
    } else {
      async_teardown(role, stream, std::move(done));
    }
  }

  Stream stream;
};

}  // namespace

AnyStream::AnyStream(PlainStream stream) : layer_(std::make_unique<LayerOf<PlainStream>>(std::move(stream))) {}
AnyStream::AnyStream(TlsStream stream) : layer_(std::make_unique<LayerOf<TlsStream>>(std::move(stream))) {}

}  // namespace lintel::http
