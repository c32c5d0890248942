// An IP address and port without its sockaddr bulk. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace lintel::sip {

class SocketAddress {
 public:
  SocketAddress() = default;
  // `host` is an IPv4 or IPv6 literal, with or without brackets; a name gives nothing.
  [[nodiscard]] static std::optional<SocketAddress> parse(std::string_view host, std::uint16_t port);
  // An IPv4-mapped IPv6 address becomes IPv4.
  [[nodiscard]] static SocketAddress from(const sockaddr* address);

  [[nodiscard]] bool empty() const { return family_ == 0; }
  [[nodiscard]] bool is_v6() const { return family_ == 6; }
  [[nodiscard]] bool is_wildcard() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void set_port(std::uint16_t port) { port_ = port; }
  // Text that needs no allocation.
  class Text {
   public:
    [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

   private:
    friend class SocketAddress;
    std::array<char, 64> text_;
    std::size_t size_ = 0;
  };
  [[nodiscard]] Text host_text() const;
  [[nodiscard]] std::string host() const { return std::string(host_text().view()); }  // "192.0.2.1", "2001:db8::1"
  [[nodiscard]] std::string uri_host() const;                                         // IPv6 in brackets
  [[nodiscard]] std::string text() const;  // "192.0.2.1:5060", "[2001:db8::1]:5060"
  [[nodiscard]] bool same_host(const SocketAddress& other) const {
    return family_ == other.family_ && bytes_ == other.bytes_;
  }
  // Fills a sockaddr_storage; IPv4 as mapped IPv6 when `mapped`. Answers its length.
  unsigned to_sockaddr(void* storage, bool mapped) const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& raw() const { return bytes_; }
  // The bytes of the host, 4 or 16, in network order; none when empty().
  [[nodiscard]] std::string_view host_bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), family_ == 0 ? 0U : family_ == 4 ? 4U : 16U};
  }
  [[nodiscard]] std::size_t hash() const;
  [[nodiscard]] std::size_t host_hash() const;
  // Of what one stranger can have: the IPv4 address, or the /64 of an IPv6 address. (http::source_of() names the same.)
  [[nodiscard]] std::size_t network_hash() const;
  // A few bytes that from_compact() reads again; for flow tokens.
  static constexpr std::size_t longest_compact = 23;
  [[nodiscard]] std::size_t compact(char* out) const;  // answers how many
  [[nodiscard]] static std::optional<SocketAddress> from_compact(std::string_view bytes);
  bool operator==(const SocketAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // an IPv4 address uses the first four
  std::uint32_t scope_ = 0;
  std::uint16_t port_ = 0;
  std::uint8_t family_ = 0;  // 4, 6, or 0 for none
};

// The host of "host:port", numeric and without brackets; empty where it is a name.
[[nodiscard]] std::string numeric_host_of(std::string_view host_and_port);

}  // namespace lintel::sip
