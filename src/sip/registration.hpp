// A registration of ours on a server (RFC 3261 §10): refreshed in time, tried again for ever, on the backup when the
// first server is silent. While the backup serves, the first is asked each minute whether it is there again; calls go
// by the backup until it is. Loop only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "sip/digest.hpp"
#include "sip/dns.hpp"
#include "sip/transaction.hpp"

namespace lintel::sip {

// A server, proxy or registrar by name. Without a transport and port, RFC 3263 finds both.
struct ServerAddress {
  std::string host;  // name or literal; empty: none
  std::optional<std::uint16_t> port;
  std::optional<dns::Transport> transport;
  [[nodiscard]] bool empty() const { return host.empty(); }
  bool operator==(const ServerAddress&) const = default;
};

struct AccountSettings {
  std::string id = "1";  // how the house names this account
  std::string user;      // "8001", as registered (unescaped)
  std::string domain = "VDP";
  std::string display_name;
  std::string user_agent;  // of REGISTER; one line, or empty for none
  std::string auth_user;   // empty: `user`
  std::string password;
  std::string realm;             // empty: the first realm our server asks for is kept, no other is answered
  bool built_in = false;         // this process is the server: everything goes over the inner wire
  bool registers = true;         // false: a server that knows us by address
  ServerAddress server;          // empty: `domain`
  ServerAddress outbound_proxy;  // used in place of `server`
  ServerAddress backup;          // used while the first is silent

  std::chrono::seconds period{3600};    // asked for; what the server grants counts
  unsigned refresh_percent = 80;        // of the granted period; at least 5 s before its end
  std::chrono::seconds retry_first{2};  // doubled at each failure up to retry_longest, with a fifth of chance
  std::chrono::seconds retry_longest{300};
  std::chrono::seconds retry_refused{60};  // after a wrong password or a 4xx: nothing hammers a server that says no
  std::chrono::seconds silence{4};         // without any response the server is given up (not 32 s)
  std::chrono::seconds keep_alive{25};     // CRLF CRLF to a server elsewhere, for NAT and dead connections; zero: none
  bool operator==(const AccountSettings&) const = default;
};

enum class RegistrationState { off, looking_up, registering, registered, failed };
[[nodiscard]] const char* name_of(RegistrationState state);

struct RegistrationStatus {
  std::string account;  // AccountSettings::id
  RegistrationState state = RegistrationState::off;
  int code = 0;         // of the last final response; 408 silent, 503 not reached; 0 none
  std::string message;  // a sentence for people when failed; never a secret
  std::string server;   // "192.0.2.1:5060 udp" in use, or empty
  bool on_backup = false;
  bool operator==(const RegistrationStatus&) const = default;
};

// How often the challenges of one request were answered: of the server, and of a proxy before it (RFC 3261 §22.3).
struct AnsweredChallenges {
  unsigned of_server = 0;
  unsigned of_proxy = 0;
  [[nodiscard]] bool any() const { return of_server + of_proxy > 0; }
};

class Registration final : private ClientListener {
 public:
  using Listener = std::function<void(const RegistrationStatus&)>;

  // `core`, `resolver` must outlive it. `contact_user` is the user part of our Contact. Starts at start().
  Registration(Core& core, dns::Resolver& resolver, AccountSettings settings, std::string contact_user,
               Listener listener);
  ~Registration() override;  // without a word to the server; see stop()

  void start();
  void abandon();  // the core goes away soon: nothing is sent or heard any more
  void stop();     // takes the binding away at the server (Expires: 0) and stops; state `off`
  void retry();    // now, whatever the timers say: the network changed
  void flow_closed(FlowId flow);

  [[nodiscard]] const RegistrationStatus& status() const { return status_; }
  [[nodiscard]] const std::string& caller() const { return caller_; }  // who calls: name and address
  [[nodiscard]] const AccountSettings& settings() const { return settings_; }
  // Where requests for this server go; nothing before the first server was found.
  [[nodiscard]] const std::optional<Hop>& next_hop() const { return way_ ? way_ : hop_; }
  // A request to `silent` was not answered by anybody, or could not be sent: looks at once for a server that is there.
  // `then` is called on a later turn, once: true when next_hop() is another one now. False at once when no other can
  // be.
  [[nodiscard]] bool find_other_way(const Hop& silent, std::function<void(bool)> then);
  // Whether a message from there comes from our server (trust rule 2): the inner wire, our flow, or one of the
  // addresses that its name gave.
  [[nodiscard]] bool is_server(const Hop& from) const;
  [[nodiscard]] const std::string& contact_user() const { return contact_user_; }
  // "<sip:8001@VDP>", the identity for From.
  [[nodiscard]] std::string identity() const;
  // The Route line for an outbound proxy of next_hop(), or empty.
  [[nodiscard]] std::string route() const;

  // Credentials for challenges of this account's server: false when it is not to be answered, else it is counted.
  [[nodiscard]] bool challenged(const Message& response, const Hop& from, AnsweredChallenges& answered);
  // Authorization lines for a request to that server, empty when none was asked for yet.
  [[nodiscard]] std::vector<std::string> authorization(std::string_view method, std::string_view uri);

 private:
  static constexpr std::chrono::seconds back_to_first{60};  // while the backup works: how often the first is asked
  void on_response(TransactionId id, const Message& response, const Hop& from) override;
  void on_failed(TransactionId id, Failure failure) override;
  void look_up();
  void try_hop();
  void name_server();  // in the status: the one being asked
  void send();
  void accepted(const Message& response);
  void refused(int code, std::string message);      // a server that says no: wait and ask again
  void unreachable(int code, std::string message);  // a server that says nothing: the next one
  void back_on_backup();                            // the first is still away
  void again_after(Duration delay, void (Registration::*what)());
  void answer_waiting();
  // A fifth more or less, so that a house full of stations does not come at once after a power cut.
  [[nodiscard]] static Duration scattered(std::chrono::seconds delay);
  [[nodiscard]] std::string route(const std::optional<Hop>& by, bool backup) const;
  [[nodiscard]] std::string make_request(const Hop& to, std::chrono::seconds expires);
  void tell(RegistrationState state, int code, std::string message);
  [[nodiscard]] ServerAddress server_in_use() const;

  Core& core_;
  dns::Resolver& resolver_;
  AccountSettings settings_;
  std::string contact_user_;
  Listener listener_;
  RegistrationStatus status_;
  RegistrationStatus told_;
  digest::ClientAuthenticator registrar_login_;  // for 401
  digest::ClientAuthenticator proxy_login_;      // for 407
  dns::Lookup lookup_;
  unsigned lookups_ = 0;         // an answer known at once may begin the next look-up before resolve() returns
  std::vector<Hop> hops_;        // of the server in use, in the order to try
  std::vector<Hop> known_hops_;  // every address the servers' names gave
  std::size_t hop_at_ = 0;
  std::optional<Hop> hop_;  // being asked, or the one in use
  bool on_backup_ = false;  // hop_ is one of the backup
  std::optional<Hop> way_;  // in use: the one that registered us, until it is known to be away
  bool way_on_backup_ = false;
  Monotonic refresh_at_{};  // of the registration in use
  struct Waiting {
    Hop silent;
    std::function<void(bool)> then;
  };
  std::vector<Waiting> waiting_;
  Timer tell_waiting_;
  AnsweredChallenges answered_challenges_;
  bool asked_longer_ = false;  // after 423
  std::chrono::seconds asked_period_{};
  std::chrono::seconds retry_after_{};  // as the answer at hand says; zero: nothing
  std::string caller_;
  std::string call_id_;
  std::string from_tag_;
  std::uint32_t cseq_ = 0;
  unsigned failures_ = 0;
  TransactionId transaction_ = 0;
  Timer timer_;
  Timer keep_alive_;
};

[[nodiscard]] Hop to_hop(const dns::Hop& place);

}  // namespace lintel::sip
