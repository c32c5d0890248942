// Who there is, for the SIP server and for calls: the household's directory, as both want to hear it. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/loop.hpp"
#include "base/string_hash.hpp"
#include "calls/ports.hpp"
#include "household/household.hpp"
#include "sip/server.hpp"

namespace lintel::app {

// The server's accounts. HA1 values are worked out once an account and kept until the household changes.
class Accounts final : public sip::Accounts {
 public:
  // `group_call` answers whether a call to the main monitor rings the extensions too (C02).
  Accounts(Loop& loop, household::Household& household, std::function<bool()> group_call);

  [[nodiscard]] const sip::Account* find(std::string_view user) const override;
  [[nodiscard]] std::vector<const sip::Account*> expand(std::string_view user) const override;

 private:
  using Cache = std::unordered_map<std::string, std::unique_ptr<sip::Account>, StringHash, std::equal_to<>>;
  Loop& loop_;
  household::Household& household_;
  std::function<bool()> group_call_;
  mutable Cache cache_;  // by canonical name; bounded by the household
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
