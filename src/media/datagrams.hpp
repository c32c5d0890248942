// The UDP sockets that all WebRTC peers share, one for each address of this host, and their batched sends.
// Network thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "media/endpoint.hpp"

namespace lintel::media {

struct Path {  // between one of our sockets and a peer
  std::uint32_t socket = 0;
  Endpoint peer;
  auto operator<=>(const Path&) const = default;
};

class Datagrams {
 public:
  static constexpr std::size_t datagram_limit = 1472;  // bytes of one that is sent

  using Addresses = std::function<std::vector<Endpoint>()>;  // of this host, at most host_address_limit
  // Ports from `first` to `last`, inclusive; zero: the system chooses. `epoll` gets the sockets, by their index.
  Datagrams(int epoll, std::uint16_t first, std::uint16_t last, Addresses hosts);
  ~Datagrams();
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  // The addresses to give to a peer, after a look at the host's interfaces: new ones get a socket, and sockets of
  // those that are gone are closed. Error: unavailable (no address, no port).
  [[nodiscard]] Result<std::vector<Endpoint>> addresses();
  [[nodiscard]] std::vector<std::uint32_t> sockets(bool six) const;

  // A datagram in two steps: it is made where place() says (datagram_limit bytes of room), then commit() puts it into
  // the batch. Nothing leaves before flush(), or a full batch. `refused` is set when the kernel had no room for it; it
  // must live until flush().
  [[nodiscard]] std::uint8_t* place();
  void commit(std::size_t size, const Path& path, bool* refused);
  void flush();

  using Heard = std::function<void(const Path& path, std::span<std::uint8_t> datagram)>;
  void receive(std::uint32_t socket, const Heard& heard);

 private:
  static constexpr std::size_t arena_size = 256 * 1024;
  static constexpr std::size_t datagrams_limit = 512;  // in one batch
  struct Socket {
    int descriptor = -1;
    Endpoint local;
  };
  struct Entry {
    std::size_t at = 0, size = 0;
    Path path;
    bool* refused = nullptr;
  };
  [[nodiscard]] std::size_t place_of(const Endpoint& address);
  [[nodiscard]] int open(Endpoint& local);
  void close(Socket& socket);
  // Sends entries[from, …) of one socket; answers how many entries are done with.
  std::size_t send_some(std::size_t from);

  const int epoll_;
  const std::uint16_t first_, last_;
  const Addresses hosts_;
  std::vector<Socket> sockets_;  // an index stays with its address, until all are taken
  std::size_t next_ = 0;         // then: where to look for one that is closed
  std::unique_ptr<std::uint8_t[]> arena_ = std::make_unique<std::uint8_t[]>(arena_size);
  std::size_t used_ = 0;
  std::vector<Entry> entries_;
  bool segmentation_ = true;  // UDP_SEGMENT, until a device refuses it
};

}  // namespace lintel::media
