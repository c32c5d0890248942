// Room for several datagrams that one system call brings in (recvmmsg). Loop only; internal to the room.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "sip/address.hpp"

namespace lintel::sip {

class Datagrams {
 public:
  static constexpr int most = 16;                       // at once
  static constexpr std::size_t bytes_each = 64 * 1024;  // more than any datagram holds

  // Not initialised: pages that no datagram ever reaches are never there.
  Datagrams() : memory_(std::make_unique_for_overwrite<char[]>(most * bytes_each)) {
    for (std::size_t i = 0; i < most; ++i) {
      pieces_[i] = {memory_.get() + i * bytes_each, bytes_each};
      headers_[i].msg_hdr.msg_iov = &pieces_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
      headers_[i].msg_hdr.msg_name = &sources_[i];
    }
  }

  // Takes what waits, without waiting; answers how many. Fewer than `most`: there were no more.
  int receive(int descriptor) {
    for (; filled_ > 0; --filled_) headers_[at(filled_ - 1)].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    for (int tries = 0; tries < tries_at_most; ++tries) {
      const int count = ::recvmmsg(descriptor, headers_.data(), most, MSG_DONTWAIT, nullptr);
      if (count >= 0) return filled_ = count;
      if (errno != EINTR && errno != ECONNREFUSED) return 0;  // refused: an ICMP answer to something we sent
    }
    return 0;
  }
  [[nodiscard]] std::string_view bytes(int i) const {
    return {memory_.get() + at(i) * bytes_each, headers_[at(i)].msg_len};
  }
  [[nodiscard]] bool whole(int i) const { return (headers_[at(i)].msg_hdr.msg_flags & MSG_TRUNC) == 0; }
  [[nodiscard]] SocketAddress source(int i) const {
    return SocketAddress::from(reinterpret_cast<const sockaddr*>(&sources_[at(i)]));
  }

 private:
  static constexpr int tries_at_most = 64;
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  std::unique_ptr<char[]> memory_;
  std::array<mmsghdr, most> headers_{};
  std::array<iovec, most> pieces_{};
  std::array<sockaddr_storage, most> sources_{};
  int filled_ = most;  // by the last call: those say how long a source was, and have to be told anew how long it may be
};

}  // namespace lintel::sip
