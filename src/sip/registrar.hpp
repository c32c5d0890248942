// The table of bindings (RFC 3261 §10, RFC 5626 §6), without messages: who is reachable where, until when. Loop only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "sip/binding_table.hpp"
#include "base/keyed_hash.hpp"
#include "sip/server.hpp"

namespace lintel::sip {

// What a registrar reads of the parameters of a Contact header; the first of a name counts.
struct ContactParameters {
  enum Name : std::uint8_t { q, instance, reg_id, methods, ice, kept, expires_ = kept, count };
  static constexpr std::array<std::string_view, count> names{"q",       "+sip.instance", "reg-id",
                                                             "methods", "+sip.ice",      "expires"};
  std::array<std::optional<std::string_view>, count> values{};
  void read(std::string_view parameters);
  [[nodiscard]] const std::optional<std::string_view>& expires() const { return values[expires_]; }
};

class Registrar {
 public:
  Registrar(Core& core, BindingStore* store, std::string key, const ServerSettings& settings,
            const ServerEvents& events);

  void load();
  // By +sip.instance and reg-id, else by the URI.
  [[nodiscard]] std::uint64_t id_of(const Uri& contact, const ContactParameters& parameters) const;
  [[nodiscard]] const Binding* find(std::string_view account, std::uint64_t id, Monotonic now) const;
  // All that have not expired, oldest first.
  [[nodiscard]] std::vector<const Binding*> of(std::string_view account) const;
  // The same for one look; `visit` must not change the table.
  template <typename Visit>
  void for_each(std::string_view account, Visit visit) const {
    for_each(account, core_.clock().monotonic(), visit);
  }
  template <typename Visit>
  void for_each(std::string_view account, Monotonic now, Visit visit) const {
    for (const Binding* one = table_.first(account); one != nullptr; one = BindingTable::next(*one))
      if (one->expires > now) visit(*one);
  }
  [[nodiscard]] std::vector<std::string> accounts() const;
  struct Contact {
    std::uint64_t id = 0;  // of id_of()
    Binding::Texts texts;  // with the account; BindingTable::most_text bytes at most
    const Uri& uri;        // of the contact
    const Hop& hop;        // where it registers from
    std::uint32_t cseq = 0;
    Monotonic now{};
    Duration expiry{};
  };
  // Adds or refreshes. Beyond `most` contacts, and where the table is full, the account's one that was refreshed
  // longest ago goes. False when the table is full and it has none.
  bool put(const Contact& contact, std::size_t most);
  void remove(std::string_view account, std::uint64_t id);
  void remove_all(std::string_view account);
  void flow_closed(FlowId flow);
  void flush();
  // How to reach it now; kind and flow unset (flow 0, empty address) when it cannot be.
  [[nodiscard]] bool reach(const Binding& binding, Hop& hop) const;
  [[nodiscard]] WallTime wall_of(Monotonic expires) const;

 private:
  void erase(Binding& binding);
  void sweep();
  void tell(std::string_view account, bool was_online);
  // registrar_store.cpp
  void changed(Binding& binding);
  void gone(std::string_view account, std::uint64_t id);  // to be removed from the disk
  void write_soon();
  [[nodiscard]] static std::chrono::microseconds ahead(const Clock& clock);
  void follow_clock();  // the disk's times are the wall clock's: set anew, they are written anew
  void write_anew();
  [[nodiscard]] bool is_kept_long_enough(const Binding& binding) const;
  [[nodiscard]] std::uint32_t seconds_of(Monotonic time) const;  // since the registrar began

  Core& core_;
  BindingStore* store_;
  KeyedHash hash_;
  const ServerSettings& settings_;
  const ServerEvents& events_;
  BindingTable table_;
  Monotonic began_;
  std::vector<Binding*> changed_;  // since the last flush; null: gone again
  std::vector<std::pair<std::string, std::uint64_t>> gone_;
  StoredBinding stored_;  // its strings are used again for each that is written
  Timer flush_timer_;
  std::chrono::microseconds clock_ahead_;  // the wall clock before the one that only goes on, when it was last set
  std::vector<std::pair<std::string, std::uint64_t>> to_write_anew_;
  Timer write_anew_;
  Timer sweeper_;
  bool told_full_ = false;
};

// Whether it is another way to a phone than the connection it registered over.
inline bool listens(const Binding& binding) {
  return binding.direct_port != 0;
}
// Fills in where it listens, from its contact, its hop and what they have in common.
void find_direct(Binding& binding, const Uri& uri);
[[nodiscard]] std::string id_text(std::uint64_t id);

}  // namespace lintel::sip
