// The endpoint's inside, shared by its source files only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sip/endpoint.hpp"
#include "sip/session.hpp"

namespace lintel::sip {

struct Endpoint::Inner final : SessionHost {
  Inner(Core& core_of, dns::Resolver& resolver_of, EndpointSettings settings_of, EndpointListener& listener_of)
      : the_core(core_of), the_resolver(resolver_of), current(std::move(settings_of)), listener(listener_of) {}

  Core& the_core;
  dns::Resolver& the_resolver;
  EndpointSettings current;
  EndpointListener& listener;
  std::map<std::string, std::shared_ptr<Registration>> accounts;          // by id
  std::map<std::string, std::shared_ptr<Session>, std::less<>> sessions;  // by our tag
  std::vector<std::shared_ptr<Session>> retired_sessions;
  std::vector<std::shared_ptr<Registration>> retired_accounts;
  Timer sweep;

  [[nodiscard]] Core& core() override { return the_core; }
  [[nodiscard]] dns::Resolver& resolver() override { return the_resolver; }
  [[nodiscard]] const EndpointSettings& settings() const override { return current; }
  void finished(const std::string& local_tag) override;
  void sweep_later();
  void retire(const std::shared_ptr<Registration>& account);

  [[nodiscard]] std::shared_ptr<Registration> account_called(std::string_view contact_user) const;
  [[nodiscard]] std::shared_ptr<Registration> built_in_account() const;

  // Who sent a request outside any dialog (endpoint_trust.cpp).
  struct Judgement {
    bool trusted = false;
    Trust trust = Trust::direct;
    std::shared_ptr<Registration> account;
    std::string why;  // not trusted: a sentence
  };
  [[nodiscard]] bool is_for_us(const Incoming& request) const;
  [[nodiscard]] Judgement judge(const Incoming& request) const;
  [[nodiscard]] bool is_direct_peer(const Incoming& request) const;
  void invited(const Incoming& request);
  void asked_for_options(const Incoming& request);
};

}  // namespace lintel::sip
