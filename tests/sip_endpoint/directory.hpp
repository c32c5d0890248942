// What a server beside the endpoint knows: the main monitor of room 101, also called 101, and the station 8001; the
// password of both is "secret".
#pragma once

#include "sip/digest.hpp"
#include "sip/server.hpp"

namespace lintel::sip::bench {

struct Directory final : Accounts {
  Directory() : list{{"101#0", 3}, {"8001"}} {}
  const Account* find(std::string_view user) const override {
    for (const auto& one : list)
      if (one.is_called(user)) return &one;
    return nullptr;
  }
  std::optional<Ha1> ha1(const Account&, std::string_view user, digest::Algorithm algorithm) const override {
    return Ha1(digest::ha1(algorithm, user, "VDP", "secret"), Ha1::as_digits);
  }
  std::vector<const Account*> expand(std::string_view user) const override {
    const auto* one = find(user);
    return one == nullptr ? std::vector<const Account*>{} : std::vector<const Account*>{one};
  }
  std::vector<Account> list;
};

}  // namespace lintel::sip::bench
