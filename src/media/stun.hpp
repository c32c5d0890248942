// STUN messages as ICE uses them (RFC 8489, RFC 8445 §7): read with suspicion, written whole. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "media/endpoint.hpp"

namespace lintel::media::stun {

inline constexpr std::size_t size_limit = 1024;  // of a message that is read
inline constexpr std::size_t unknown_limit = 8;  // unknown attributes that are told of

enum class Kind { request, indication, success, error };
using Transaction = std::array<std::uint8_t, 12>;

// The views point into the datagram that was parsed.
struct Message {
  Kind kind = Kind::request;
  std::uint16_t method = 0;  // 1: binding
  Transaction transaction{};
  std::string_view username;
  std::optional<std::uint32_t> priority;
  std::optional<std::uint64_t> controlling, controlled;  // the tie breakers
  std::optional<Endpoint> mapped;                        // XOR-MAPPED-ADDRESS
  bool use_candidate = false;
  int error_code = 0;
  std::vector<std::uint16_t> unknown;  // that must be understood, and are not
  std::span<const std::uint8_t> whole;
  std::size_t integrity_at = 0;  // where MESSAGE-INTEGRITY begins; zero: there is none
};

// Nothing for what is no well-formed STUN message, or has a FINGERPRINT that is wrong (§14.7).
[[nodiscard]] std::optional<Message> parse(std::span<const std::uint8_t> datagram);
// Is MESSAGE-INTEGRITY (SHA-1, short-term credentials, §9.1) there and made with `password`?
[[nodiscard]] bool authentic(const Message& message, std::string_view password);

// All carry MESSAGE-INTEGRITY by `password` and FINGERPRINT.
[[nodiscard]] std::vector<std::uint8_t> binding_success(const Message& request, const Endpoint& seen,
                                                        std::string_view password);
// 487 role conflict, 420 with the unknown attributes.
[[nodiscard]] std::vector<std::uint8_t> binding_error(const Message& request, int code, std::string_view password);
// A check of a controlling agent that nominates at once (§7.2.2).
[[nodiscard]] std::vector<std::uint8_t> binding_request(const Transaction& transaction, std::string_view username,
                                                        std::uint64_t tie_breaker, std::string_view password);

}  // namespace lintel::media::stun
