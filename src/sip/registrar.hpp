// The table of bindings (RFC 3261 §10, RFC 5626 §6), without messages: who is reachable where, until when. Loop only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "base/string_hash.hpp"
#include "sip/keyed_hash.hpp"
#include "sip/server.hpp"

namespace lintel::sip {

struct Binding {
  std::uint64_t id = 0;    // stable, see StoredBinding::id
  std::string contact;     // the URI as registered
  std::string parameters;  // of the Contact header, without expires
  std::string call_id;
  std::string path;
  std::string user_agent;
  Hop hop;               // where it registered from; how it is reached while `hop.flow` lives
  SocketAddress direct;  // where it says it listens, if that is the host it came from; else empty
  Monotonic expires{};
  Monotonic refreshed{};
  std::uint32_t cseq = 0;
  TransportKind direct_kind = TransportKind::udp;
};

class Registrar {
 public:
  Registrar(Core& core, BindingStore* store, std::string key, const ServerSettings& settings,
            const ServerEvents& events);

  void load();
  [[nodiscard]] std::uint64_t id_of(const Address& contact) const;  // by +sip.instance and reg-id, else by the URI
  [[nodiscard]] Binding* find(std::string_view account, std::uint64_t id);
  // All that have not expired, oldest first.
  [[nodiscard]] std::vector<const Binding*> of(std::string_view account) const;
  // The same for one look; `visit` must not change the table.
  template <typename Visit>
  void for_each(std::string_view account, Visit visit) const {
    const auto list = table_.find(account);
    if (list == table_.end()) return;
    const Monotonic now = core_.clock().monotonic();
    for (const auto& binding : list->second)
      if (binding.expires > now) visit(binding);
  }
  [[nodiscard]] std::vector<std::string> accounts() const;
  // Adds or refreshes. Beyond `most` contacts the one refreshed longest ago goes. False when the table is full.
  bool put(std::string_view account, Binding binding, std::size_t most);
  void remove(std::string_view account, std::uint64_t id);
  void remove_all(std::string_view account);
  void flow_closed(FlowId flow);
  void flush();
  // Fills in where the binding listens, from its contact, its hop and what they have in common.
  static void find_direct(Binding& binding);
  // How to reach it now; kind and flow unset (flow 0, empty address) when it cannot be.
  [[nodiscard]] bool reach(const Binding& binding, Hop& hop) const;
  [[nodiscard]] WallTime wall_of(Monotonic expires) const;

 private:
  using List = std::vector<Binding>;
  void changed(std::string_view account, std::uint64_t id);
  void sweep();
  void tell(std::string_view account, bool was_online);

  Core& core_;
  BindingStore* store_;
  KeyedHash hash_;
  const ServerSettings& settings_;
  const ServerEvents& events_;
  std::unordered_map<std::string, List, StringHash, std::equal_to<>> table_;
  std::unordered_map<FlowId, std::unordered_set<std::string>> by_flow_;  // connections only
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::unordered_set<std::uint64_t>, StringHash, std::equal_to<>> dirty_;
  Timer flush_timer_;
  Timer sweeper_;
};

[[nodiscard]] std::string id_text(std::uint64_t id);

}  // namespace lintel::sip
