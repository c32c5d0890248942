// Who there is, for the SIP server and for calls: the household's directory, as both want to hear it. Loop only.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "calls/ports.hpp"
#include "household/household.hpp"
#include "sip/server.hpp"

namespace lintel::app {

// Whether a change may give or take an account: codes, cards and people have none, and come and go by thousands.
[[nodiscard]] bool touches_accounts(const household::Change& change);

// The server's accounts. Each is worked out when it is first asked for and kept, packed, until one changes; so is
// its HA1 for the spelling and algorithm that it was last asked for, which are those of its phone.
class Accounts final : public sip::Accounts {
 public:
  // `group_call` answers whether a call to the main monitor rings the extensions too (C02).
  Accounts(Loop& loop, household::Household& household, std::function<bool()> group_call);

  [[nodiscard]] const sip::Account* find(std::string_view user) const override;
  [[nodiscard]] std::optional<Ha1> ha1(const sip::Account& account, std::string_view user,
                                       lintel::digest::Algorithm algorithm) const override;
  [[nodiscard]] std::vector<const sip::Account*> expand(std::string_view user) const override;

 private:
  struct Kept {
    sip::Account account;  // the first member: what find() hands out is found again as its Kept
    std::array<char, 32> hash{};
    enum class Of : std::uint8_t { nothing, md5, sha256 } of = Of::nothing;
    bool of_alias = false;
  };
  struct Slot {
    std::uint32_t number = 0;  // of the account, counted from 1
    std::uint32_t hash = 0;    // a part of it, so that few others are looked at
  };
  struct Cache {
    std::deque<Kept> accounts;  // stay where they are
    std::vector<Slot> slots;    // by the hash of the name without "#0"; a power of two, or empty
    Kept* last = nullptr;       // what find() answered: ha1() is asked for the same
  };
  [[nodiscard]] Kept* kept(std::string_view user) const;
  const sip::Account* keep(const std::string& name) const;

  Loop& loop_;
  household::Household& household_;
  std::function<bool()> group_call_;
  mutable Cache cache_;  // bounded by the household
  storage::Subscription changes_;
};

// Numbers pressed at the front to the contacts that ring.
class Directory final : public calls::Directory {
 public:
  // The server may come later; without one nothing is registered.
  Directory(household::Household& household, const sip::Server* const& server) : household_(household), server_(server) {}

  [[nodiscard]] calls::Resolution resolve(std::string_view number) const override;
  [[nodiscard]] std::string centre_number() const override;
  [[nodiscard]] bool within_period(calls::CallKind /*kind*/) const override { return true; }  // C06, C07 come with schedules

 private:
  household::Household& household_;
  const sip::Server* const& server_;
};

}  // namespace lintel::app
