// The inside of Server. Loop only; internal to the room.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sip/digest.hpp"
#include "sip/flow_token.hpp"
#include "sip/open_requests.hpp"
#include "sip/registrar.hpp"
#include "sip/server.hpp"
#include "sip/wheel.hpp"

namespace lintel::sip {

// Where a request is to go, and what changes on the way. The texts are good for one look at the bindings.
struct NextHop {
  Hop hop;
  std::string_view uri;    // new Request-URI; empty: unchanged
  std::string_view route;  // values of a Route header to add; empty: none
};

struct Server::Inner final : ServerListener {
  // One proxied transaction: a request that came in and the branches it went out on, to which it listens.
  struct ProxiedCall final : ClientListener {
    explicit ProxiedCall(Inner& of) : inner(of) {}
    void on_response(TransactionId id, const Message& response, const Hop& from) override;
    void on_failed(TransactionId id, Failure failure) override;

    struct Branch {
      TransactionId client = 0;
      bool over = false;
    };
    [[nodiscard]] Branch* branch_of(TransactionId client);

    Inner& inner;
    TransactionId server = 0;
    std::string head;  // the request without its body, until a final answer is passed on
    Hop from;
    std::vector<Branch> branches;
    std::string best;  // the best final answer so far, ready to pass on
    int best_rank = 1000;
    bool answered = false;  // a final answer was passed on
    bool cancelled = false;
    bool invite = false;
    OpenRequests::Place place;  // until then
    Monotonic rings_since{};    // the first 18x
    Wheel::Entry timer_c;
  };

  Inner(Core& core, Accounts& accounts, BindingStore* store, std::string key, ServerSettings settings,
        ServerEvents events);

  // server.cpp: the chain. Each step answers true when the request is dealt with.
  bool on_request(const Incoming& request);
  bool refuse_early(const Incoming& request);
  bool in_dialog(const Incoming& request);
  void follow_registration(const Message& message, Hop& hop) const;  // in a dialog
  void initial(const Incoming& request);
  void options(const Incoming& request);
  [[nodiscard]] bool is_ours(const Uri& uri, const Hop& from);

  // server_auth.cpp
  // Who sends this; null when a challenge or a refusal has been answered.
  const Account* authenticate(const Incoming& request);
  // Whose endpoint in this process sends it; null while that is not registered.
  const Account* registered_endpoint(const Message& request);
  void challenge(const Incoming& request, bool stale);
  bool same_account(const Account& account, std::string_view escaped_user) const;

  // server_register.cpp
  void register_(const Incoming& request);
  bool update_bindings(const Incoming& request, const Account& account, Monotonic now);
  void answer_register(const Incoming& request, const Account& account, Monotonic now);

  // server_proxy.cpp
  void route(const Incoming& request, const Account& caller);
  // False: refused, as whoever sends it has too much open.
  bool take_place(const Incoming& request, const Account* caller, OpenRequests::Place& place);
  void forward(const Incoming& request, std::span<const NextHop> targets, const Account* caller, bool record,
               std::string_view token = {});
  void on_cancel(TransactionId id, const Message& cancel) override;
  void on_terminated(TransactionId id, bool acknowledged) override;
  void note_final(ProxiedCall& call, int status, std::string response);
  void finish_if_over(ProxiedCall& call);
  void settle(ProxiedCall& call);  // a final answer goes back: what only an open call needs is let go
  [[nodiscard]] static std::string answer_to(const ProxiedCall& call, int status);
  void cancel_branches(ProxiedCall& call, std::string_view extra, TransactionId except);
  void ring_on(ProxiedCall& call);
  void timer_c(TransactionId server);

  // server_copy.cpp
  // `token`: the user part of our own Routes, which has been checked; empty: every Route is ours, or will be refused.
  [[nodiscard]] std::string copy_for(const Incoming& request, const NextHop& target, const Account* caller, bool record,
                                     std::string_view token);
  void append_record_route(Buffer& out, const Incoming& request, const Hop& to);
  [[nodiscard]] static std::string_view without_own_routes(std::string_view value, const Account* caller,
                                                           std::string_view token, bool& own);
  [[nodiscard]] static std::string without_own_via(const Message& response);

  Core& core;
  Accounts& accounts;
  ServerSettings settings;
  ServerEvents events;
  Registrar registrar;
  FlowTokens tokens;
  digest::NonceSigner nonces, register_nonces;
  digest::Challenges challenges;
  // Of the request that is looked at, here so that their memory is used again.
  struct WantedContact {
    std::string_view text;
    Address address = {};
    ContactParameters parameters = {};
    std::uint64_t id = 0;
    Duration expiry{};
  };
  std::vector<WantedContact> contacts;
  digest::Credentials credentials;
  Buffer scratch;
  Wheel wheel;
  // Those not answered yet; the others only wait for late retransmissions.
  OpenRequests open_calls;                               // by account
  OpenRequests in_dialogs;                               // by host
  std::unordered_map<TransactionId, ProxiedCall> calls;  // by server transaction
};

}  // namespace lintel::sip
