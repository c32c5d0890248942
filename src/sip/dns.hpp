// Where to send a request for a SIP URI: RFC 3263 (NAPTR, SRV with the priority and weight of RFC 2782, A/AAAA).
// Loop only. Nothing waits: questions go out through a DnsSource, answers come by callback.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::sip::dns {

enum class Transport { udp, tcp, tls };

// ---- Records, as a source gives them --------------------------------------------------------------------------------

struct Naptr {
  std::uint16_t order = 0;
  std::uint16_t preference = 0;
  std::string flags;        // "s"
  std::string service;      // "SIP+D2U"
  std::string replacement;  // "_sip._udp.example.org"
};
struct Srv {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
};
struct Records {
  std::vector<Naptr> naptr;
  std::vector<Srv> srv;
  std::vector<std::string> addresses;  // numeric, IPv4 before IPv6
  std::chrono::seconds time_to_live{0};
};
enum class Kind { naptr, srv, address };

// Port to the name service. CaresSource (dns_cares.hpp) is the real one; tests have their own. Loop only.
class DnsSource {
 public:
  using Callback = std::function<void(Result<Records>)>;
  virtual ~DnsSource() = default;
  // Asks; calls back once, maybe before it returns. Errors: `not_found` (no such name or record), `timeout`, `limited`
  // (too many questions under way), `unavailable`. A source that goes calls back no more.
  virtual void query(const std::string& name, Kind kind, Callback callback) = 0;
};

// ---- Look-up --------------------------------------------------------------------------------------------------------

struct Question {
  std::string host;                    // name or numeric address; IPv6 with or without brackets
  std::optional<std::uint16_t> port;   // as it stood in the URI
  std::optional<Transport> transport;  // as asked by the URI or a setting
  bool secure = false;                 // sips
};

// One place to try. Of a list, the next is for when the first does not answer.
struct Hop {
  Transport transport = Transport::udp;
  std::string address;  // numeric, no brackets
  std::uint16_t port = 5060;
  std::string host;  // the name asked for, which a TLS certificate must carry (RFC 5922)
  friend bool operator==(const Hop&, const Hop&) = default;
};

// Bounds.
inline constexpr std::size_t max_hops = 16;
inline constexpr std::size_t max_cached_names = 256;
inline constexpr std::chrono::seconds shortest_cache{5};
inline constexpr std::chrono::seconds longest_cache{300};
inline constexpr std::chrono::seconds failure_cache{10};

// The place when `question.host` is a numeric address; nothing for a name.
[[nodiscard]] std::optional<Hop> numeric(const Question& question);

// A look-up under way. Destroying it cancels: the callback is not called any more. Safe inside the callback.
class Lookup {
 public:
  struct State;
  Lookup() = default;
  explicit Lookup(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Lookup(Lookup&&) noexcept = default;
  Lookup& operator=(Lookup&& other) noexcept {
    cancel();
    state_ = std::move(other.state_);
    return *this;
  }
  ~Lookup() { cancel(); }
  void cancel();

 private:
  std::shared_ptr<State> state_;
};

class Resolver {
 public:
  using Callback = std::function<void(Result<std::vector<Hop>>)>;
  using Random = std::function<std::uint32_t(std::uint32_t below)>;

  // `source` must outlive the resolver. `random` chooses among weights (tests give their own).
  Resolver(Clock& clock, DnsSource& source, Random random = {});
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Calls back once with at least one hop, in the order to try, at most max_hops; before it returns when the answer is
  // known already (numeric address, cache). Errors: `not_found`, `timeout`, `limited`, `unavailable`.
  [[nodiscard]] Lookup resolve(const Question& question, Callback callback);
  void forget_all();  // the network changed

 private:
  friend struct Lookup::State;
  struct Cached {
    Result<Records> records;
    Monotonic until;
  };
  void ask(const std::string& name, Kind kind, DnsSource::Callback callback);
  void remember(const std::string& key, const Result<Records>& records);

  Clock& clock_;
  DnsSource& source_;
  Random random_;
  std::map<std::string, Cached> cache_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// The order to try SRV records in: by priority, within one by weighted chance (RFC 2782). Exposed for its test.
[[nodiscard]] std::vector<Srv> in_order(std::vector<Srv> records, const Resolver::Random& random);

}  // namespace lintel::sip::dns
