// The station's user agent: registers, calls out, takes calls in. It is a client of *a* server (the built-in one over
// the inner wire, another station's, a platform's, or none) and stands on the Core beside the built-in server. Loop
// only.
//
//   sip::Endpoint endpoint(core, resolver, settings, listener);
//   endpoint.set_account({.id = "1", .user = "8001", .built_in = true, .password = …});
//   Call call = endpoint.call({.uri = "sip:101%231@VDP;binding=7", .account = "1"}, sdp(offer), {}, &my_listener);
//   call = {};    // CANCEL or BYE, whichever its state asks
//
// Trust (design.md, SIP): a call comes in only (1) from the built-in server, which authenticated its caller, (2)
// through a registration of ours, from that server's address and to our Contact, (3) from a listed address when direct
// calls are on. Everything else is refused before it rings, or left to the built-in server's handler.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sip/dns.hpp"
#include "sip/endpoint_call.hpp"
#include "sip/registration.hpp"
#include "sip/session_timer.hpp"
#include "sip/transaction.hpp"

namespace lintel::sip {

enum class Trust { built_in_server, registration, direct };

struct IncomingCall {
  Trust trust = Trust::built_in_server;
  std::string account;  // AccountSettings::id; empty for direct calls
  // Who calls, as authenticated: by the built-in server's digest (P-Asserted-Identity, believed on the inner wire and
  // from the server of a registration only; else From). For direct calls what From says, which proves nothing.
  std::string user;             // unescaped, "101#1"
  std::string uri;              // "sip:101%231@VDP"
  std::string display;          // bounded, printable, may be empty
  std::string address;          // where the request came from, "192.0.2.7"; empty on the inner wire
  std::string called_user;      // of To, unescaped
  Content offer;                // empty: we are to offer
  std::vector<Header> headers;  // those a house may want: Alert-Info, Call-Info, Subject, User-Agent, X-…; bounded
  // Where the caller's SIP comes from, numeric or empty: `address`, or what the built-in server noted of it.
  std::string caller_host;
};

class EndpointListener {
 public:
  virtual ~EndpointListener() = default;
  // A trusted call asks to come in; 100 is sent in time, nothing rings yet. Keep `call` (listen, progress, accept), or
  // let it go: the caller hears 480.
  virtual void on_call(Call call, const IncomingCall& about) = 0;
  virtual void on_registration(const RegistrationStatus& /*status*/) {}
  // A call that was refused before it rang: for the journal. `why` is a sentence.
  virtual void on_refused_call(const std::string& /*from*/, const std::string& /*address*/,
                               const std::string& /*why*/) {}
};

struct EndpointSettings {
  std::string user_agent = "Lintel";  // of requests and answers (C20); one line
  std::size_t most_calls = 64;        // sessions at once; further ones in get 486, out 503
  std::chrono::seconds silence{4};    // an INVITE without any response is given up (408), and so are other requests
  std::chrono::seconds ringing{180};  // an outgoing call without a final answer is cancelled; its Expires
  std::chrono::milliseconds t1{500};  // retransmission of 200: T1 doubled up to T2, for 64*T1
  std::chrono::milliseconds t2{4000};
  SessionTimerSettings session_timer;
  bool direct_calls = false;
  std::vector<std::string> direct_addresses;  // numeric, of contacts that may call directly
  std::string direct_user;                    // our user part for direct calls, or empty for any
};

struct Target {
  std::string uri;           // Request-URI, "sip:101%231@VDP;binding=7" or "sip:192.0.2.9"
  std::string account;       // whose server and identity to use; empty: direct to the URI's host
  std::string display_name;  // for To
};

class Endpoint final : private RequestHandler {
 public:
  // `core`, `resolver`, `listener` must outlive it. Adds itself to the core as the first handler.
  Endpoint(Core& core, dns::Resolver& resolver, EndpointSettings settings, EndpointListener& listener);
  ~Endpoint() override;  // ends every call with CANCEL, refusal or BYE, without waiting for the answers

  void set_settings(EndpointSettings settings);  // for calls from now on
  // Adds or changes the account of that id and registers. Unchanged settings change nothing; calls that run go on.
  void set_account(const AccountSettings& account);
  // Its calls go on, or end with EndCause::shutdown.
  enum class Running { go_on, end };
  void remove_account(const std::string& id, Running calls = Running::end);
  [[nodiscard]] std::vector<RegistrationStatus> accounts() const;
  // Of this station, as that account's server reaches it, numeric; empty: not known, as for the built-in server.
  [[nodiscard]] std::string own_host(const std::string& account) const;
  // Of that account's server, where one elsewhere is known by now; numeric, or empty.
  [[nodiscard]] std::string server_host(const std::string& account) const;
  void network_changed();  // forget names, register again

  // Sends one INVITE. Failures come to the listener as on_refused, on a later turn; so the answer is always a Call.
  // Extra headers are added as they are; names or values with line breaks are left out. The offer must not be empty.
  [[nodiscard]] Call call(const Target& target, Content offer, const std::vector<Header>& headers,
                          CallListener* listener);
  // Calls that were begun just now reach the built-in server at once, not on the loop's next turn.
  void hurry();
  [[nodiscard]] std::size_t size() const;  // sessions, ending ones included

 private:
  friend class Session;
  struct Inner;
  bool on_request(const Incoming& request) override;
  void on_flow_closed(FlowId flow) override;
  bool on_stray_response(const Message& response, const Hop& from) override;
  std::unique_ptr<Inner> inner_;
};

}  // namespace lintel::sip
