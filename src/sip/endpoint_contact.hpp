// How this endpoint names itself to its neighbours. Any thread but for append_contact().
#pragma once

#include <string>
#include <string_view>

#include "sip/transaction.hpp"

namespace lintel::sip {

inline constexpr std::string_view allowed_methods = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE";

// "<sip:user@host:port;transport=tcp>" as the neighbour `to` can reach us. Loop only.
void append_contact(Buffer& out, Core& core, std::string_view user, const Hop& to);
// A user part for the Contact of an account: the same after a restart, and nothing a scanner would guess.
[[nodiscard]] std::string contact_user_of(std::string_view user, std::string_view domain, std::string_view password);
// RFC 5626 §4.1: a UUID that is the same after a restart.
[[nodiscard]] std::string instance_of(std::string_view contact_user);

}  // namespace lintel::sip
