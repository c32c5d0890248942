// The built-in SIP server (S15): registrar (RFC 3261 §10, RFC 5626) and stateful forking proxy (§16) for one domain.
// Only accounts of this server are served: every request outside a dialog is challenged by digest first, and a caller
// is who its credentials say. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "sip/transaction.hpp"

namespace lintel::sip {

// One account, as the directory knows it. H04: `101#0` is the room's main monitor, `101` means the same; `101#1` … are
// its extensions. Stations are their number.
struct Account {
  std::string name;               // canonical: "101#0", "8001"
  std::uint8_t alias_length = 0;  // so many characters of it are another spelling ("101" of "101#0"); 0: there is none
  std::uint16_t contacts = 5;     // bindings at once
  [[nodiscard]] std::string_view alias() const { return std::string_view(name).substr(0, alias_length); }
  [[nodiscard]] bool is_called(std::string_view user) const {
    return user == name || (alias_length != 0 && user == alias());
  }
};

// The directory: in memory, answered at once. What it hands out stays valid until the loop's next turn.
class Accounts {
 public:
  virtual ~Accounts() = default;
  // `user` is unescaped; aliases find their account. Null: unknown.
  [[nodiscard]] virtual const Account* find(std::string_view user) const = 0;
  // HA1 of an account that find() answered, for that spelling of its name (an alias, or escaped: 101%231), which digest
  // hashes as it was typed into the phone. Nothing: this algorithm is not for it.
  using Ha1 = lintel::digest::Hexadecimal;
  [[nodiscard]] virtual std::optional<Ha1> ha1(const Account& account, std::string_view user,
                                               lintel::digest::Algorithm algorithm) const = 0;
  // Whom a call to `user` rings: `101` and `101#0` the main monitor, and all extensions when group call is on; `101#2`
  // that extension alone. Empty: no such user.
  [[nodiscard]] virtual std::vector<const Account*> expand(std::string_view user) const = 0;
  [[nodiscard]] virtual bool may_call(const Account& /*caller*/, std::string_view /*user*/) const { return true; }
};

// One registered contact as it is kept over a restart. The key is (account, id).
struct StoredBinding {
  std::string account;
  std::string id;          // stable: of +sip.instance and reg-id, or of the contact URI
  std::string contact;     // the contact URI
  std::string parameters;  // of the Contact header: q, +sip.instance, reg-id
  std::string call_id;
  std::uint32_t cseq = 0;
  std::string path;  // Path values, comma-separated
  std::string user_agent;
  std::string received;  // the source it registered from, "udp 192.0.2.1:5060"
  WallTime expires{};
};

// Where bindings are kept. All calls return at once (the disk is elsewhere); changes come in batches, which write()
// ends. The references are good for the call alone.
class BindingStore {
 public:
  virtual ~BindingStore() = default;
  virtual void save(const StoredBinding& binding) = 0;
  virtual void remove(const std::string& account, const std::string& id) = 0;
  virtual void write() = 0;                                     // all that was saved and removed since the last time
  [[nodiscard]] virtual std::vector<StoredBinding> load() = 0;  // at start, before the loop runs
};

struct ServerSettings {
  std::string domain = "VDP";            // realm and host of our users; our own addresses are taken too
  std::vector<std::string> other_hosts;  // further names of this server ("station.local", "[fd00::1]"); no others
  Duration minimum_expiry = std::chrono::seconds(60);
  Duration default_expiry = std::chrono::seconds(3600);
  Duration maximum_expiry = std::chrono::seconds(7200);
  Duration nonce_life = std::chrono::minutes(5);  // then `stale=true`
  // Old door stations re-REGISTER with the same nonce and nc=00000001 for hours: for REGISTER a nonce is good this
  // long.
  Duration register_nonce_life = std::chrono::hours(24);
  Duration timer_c = std::chrono::seconds(180);       // an INVITE that rings longer is cancelled
  Duration longest_ring = std::chrono::minutes(10);   // however often it says that it rings; below the core's own bound
  Duration branch_timeout = std::chrono::seconds(6);  // a contact that says nothing at all is left
  std::size_t branches = 32;                          // of one call
  // Proxied requests without a final answer at once: all that no dialog is begun for yet, and those of one account.
  // They get 503 beyond. The station's own have no bound here: no resident's calls keep it from ringing.
  std::size_t calls = 2'000;
  std::size_t calls_of_an_account = 250;
  std::size_t in_dialogs_of_a_host = 500;  // in dialogs nobody shows who they are; the same, with the same answer
  std::size_t largest_message = 16'384;    // bytes of a request that begins no call; it is kept until it is answered
  std::size_t bindings = 20'000;           // in all, 0.35 kB each; beside them those of this process
  bool offer_sha256 = true;                // MD5 stays first (some browsers' libraries know no other)
};

// One registered contact, for the station that rings each by itself.
struct ContactInfo {
  std::string account;
  std::string id;        // for `;binding=` in a Request-URI of ours
  std::string uri;       // as registered
  TransportKind kind{};  // ws and wss: a browser, which is offered WebRTC
  bool local = false;    // an endpoint of this process
  std::string user_agent;
  std::string address;  // host:port it registered from; empty for local
  WallTime expires{};
};

// What happened, for the journal and for lock-outs. Called on the loop.
struct ServerEvents {
  std::function<void(const std::string& account, bool online)> presence;  // first contact came, last one went
  // A contact came, or is reached over another connection than before: nobody hears what went over the old one. `id` as
  // in ContactInfo. Not of endpoints of this process.
  std::function<void(const std::string& id)> reachable;
  // The first contact that was refused because there are as many as there may be. Once.
  std::function<void(const std::string& account)> full;
  // Wrong credentials for a nonce that was given to this very source: nobody can be blamed by a forged address.
  std::function<void(const std::string& user, const Hop& source)> authentication_failed;
  // Whether this source may still try this account: false answers 403, right or wrong. Null: always. `user` is
  // canonical; empty: no account of ours.
  std::function<bool(std::string_view user, const Hop& source)> may_authenticate;
  // For Network::trust(), and for the limit on guessing.
  std::function<void(std::string_view user, const Hop& source)> authenticated;
};

class Server final : public RequestHandler {
 public:
  // `key` (32 bytes) signs nonces and flow tokens: kept over restarts, registrations need no new challenge. `store` may
  // be null. Adds itself to the core as the last handler and loads the bindings.
  Server(Core& core, Accounts& accounts, BindingStore* store, std::string key, ServerSettings settings = {},
         ServerEvents events = {});
  ~Server() override;

  // What there is to ring of expand(user), each once, without what only people read. `visit` must change nothing here.
  struct Reachable {
    std::string_view account;
    std::string id;  // for `;binding=`
    TransportKind kind{};
    std::string own_host;  // of the server, as the contact reaches it; numeric, or empty
    std::string host;      // of the contact, or of the NAT or proxy before it: where it registered from; numeric
  };
  void for_each_reachable(std::string_view user, const std::function<void(const Reachable&)>& visit) const;
  [[nodiscard]] std::vector<ContactInfo> contacts(std::string_view user) const;  // of what expand(user) answers
  [[nodiscard]] std::vector<ContactInfo> all_contacts() const;
  [[nodiscard]] bool online(std::string_view account) const;
  // host:port from which the account, by its canonical name, registered and is reached now; nothing: it is not reached.
  // For who looks at all accounts of a house.
  [[nodiscard]] std::optional<std::string> reached_at(std::string_view account) const;
  // The account is gone or its password changed: its bindings go, its calls are left alone.
  void remove_account(std::string_view account);
  void set_settings(ServerSettings settings);  // all but the lives of nonces, which stay as they were made
  void flush();                                // writes what waits for the store now (before the program ends)

  bool on_request(const Incoming& request) override;
  void on_flow_closed(FlowId flow) override;

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace lintel::sip
