// A plain or a TLS connection behind one type, so that the WebSocket code is compiled once and its operations are not
// nested into TLS's: that alone was the longest compilation of the product. Private: websocket.cpp and connection.cpp.
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "http/io.hpp"

namespace lintel::http {

// Holds one buffer sequence by value. What does not fit is left to the next read or write, as either may be partial.
template <typename Buffer>
struct BufferList {
  std::array<Buffer, 8> items;
  std::size_t count = 0;

  template <typename Sequence>
  explicit BufferList(const Sequence& sequence) {
    for (auto at = asio::buffer_sequence_begin(sequence); at != asio::buffer_sequence_end(sequence); ++at) {
      if (count == items.size()) break;
      if (Buffer(*at).size() > 0) items[count++] = *at;
    }
  }
  using value_type = Buffer;
  using const_iterator = const Buffer*;
  [[nodiscard]] const_iterator begin() const { return items.data(); }
  [[nodiscard]] const_iterator end() const { return items.data() + count; }
};
using ReadBuffers = BufferList<asio::mutable_buffer>;
using WriteBuffers = BufferList<asio::const_buffer>;

// Every operation on the thread of its context. Meets the requirements of Asio's AsyncReadStream and AsyncWriteStream.
class AnyStream {
 public:
  using Code = boost::system::error_code;
  using Done = std::function<void(Code, std::size_t)>;  // called once
  using executor_type = beast::tcp_stream::executor_type;

  explicit AnyStream(PlainStream stream);
  explicit AnyStream(TlsStream stream);

  [[nodiscard]] executor_type get_executor() { return layer_->lowest().get_executor(); }
  [[nodiscard]] beast::tcp_stream& lowest() { return layer_->lowest(); }

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return asio::async_initiate<Handler, void(Code, std::size_t)>(
        [](auto taken, AnyStream* self, const ReadBuffers& list) { self->layer_->read(list, erase(std::move(taken))); },
        handler, this, ReadBuffers(buffers));
  }
  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return asio::async_initiate<Handler, void(Code, std::size_t)>(
        [](auto taken, AnyStream* self, const WriteBuffers& list) {
          self->layer_->write(list, erase(std::move(taken)));
        },
        handler, this, WriteBuffers(buffers));
  }

  // What a WebSocket asks of its stream beyond reading and writing; found by argument-dependent lookup.
  friend void beast_close_socket(AnyStream& stream) {
    Code ignored;
    stream.lowest().socket().close(ignored);
  }
  template <typename Handler>
  friend void async_teardown(beast::role_type role, AnyStream& stream, Handler&& handler) {
    stream.layer_->end(role, [done = erase(std::forward<Handler>(handler))](Code error) { done(error, 0); });
  }

  struct Layer {
    virtual ~Layer() = default;
    virtual beast::tcp_stream& lowest() = 0;
    virtual void read(const ReadBuffers& buffers, Done done) = 0;
    virtual void write(const WriteBuffers& buffers, Done done) = 0;
    virtual void end(beast::role_type role, std::function<void(Code)> done) = 0;
  };

 private:
  // Handlers can be move-only, std::function wants a copyable one.
  template <typename Handler>
  static Done erase(Handler handler) {
    return [kept = std::make_shared<Handler>(std::move(handler))](Code error, std::size_t size) {
      if constexpr (std::is_invocable_v<Handler&&, Code, std::size_t>)
        std::move (*kept)(error, size);
      else
        std::move (*kept)(error);
    };
  }

  std::unique_ptr<Layer> layer_;
};

}  // namespace lintel::http
