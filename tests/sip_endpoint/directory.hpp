// What a server beside the endpoint knows: the main monitor of room 101, also called 101, and the station 8001; the
// password of both is "secret".
#pragma once

#include "sip/digest.hpp"
#include "sip/server.hpp"

namespace lintel::sip::bench {

struct Directory final : Accounts {
  Directory() {
    for (const char* name : {"101#0", "8001"}) {
      Account account;
      account.name = name;
      account.ha1_md5 = digest::ha1(digest::Algorithm::md5, name, "VDP", "secret");
      account.ha1_sha256 = digest::ha1(digest::Algorithm::sha256, name, "VDP", "secret");
      account.aliases.push_back({"101", digest::ha1(digest::Algorithm::md5, "101", "VDP", "secret"),
                                 digest::ha1(digest::Algorithm::sha256, "101", "VDP", "secret")});
      if (account.name == "8001") account.aliases.clear();
      list.push_back(account);
    }
  }
  const Account* find(std::string_view user) const override {
    for (const auto& one : list) {
      if (one.name == user || (user == "101" && one.name == "101#0")) return &one;
    }
    return nullptr;
  }
  std::vector<const Account*> expand(std::string_view user) const override {
    const auto* one = find(user);
    return one == nullptr ? std::vector<const Account*>{} : std::vector<const Account*>{one};
  }
  std::vector<Account> list;
};

}  // namespace lintel::sip::bench
