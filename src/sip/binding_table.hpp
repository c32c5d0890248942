// The registered contacts, packed: a registrar of a large house holds thousands of them for weeks. Each is one piece of
// memory with its texts behind it, those of one account in a chain, and one array finds the chains. Loop only; internal
// to the room.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "sip/transport.hpp"

namespace lintel::sip {

struct Binding {
  // What it keeps of the request, in the order in which it lies behind the rest.
  struct Texts {
    std::string_view account, contact, parameters, call_id, path, user_agent;
  };

  std::uint64_t id = 0;  // stable, see StoredBinding::id
  FlowId flow = 0;
  Monotonic expires{};
  SocketAddress source;         // where it registered from; how it is reached while `flow` lives
  std::uint32_t refreshed = 0;  // seconds since the registrar began
  std::uint32_t kept_until = 0;  // … until when it is good by what is on the disk; 0: nothing is there
  std::uint32_t cseq = 0;
  std::uint16_t direct_port = 0;  // where it says it listens, if that is at the host it came from; else 0
  TransportKind kind = TransportKind::udp;
  TransportKind direct_kind = TransportKind::udp;
  bool changed = false;  // since it was last written

  [[nodiscard]] std::string_view account() const { return text(0); }
  [[nodiscard]] std::string_view contact() const { return text(1); }     // the URI as registered
  [[nodiscard]] std::string_view parameters() const { return text(2); }  // of the Contact header, without expires
  [[nodiscard]] std::string_view call_id() const { return text(3); }
  [[nodiscard]] std::string_view path() const { return text(4); }
  [[nodiscard]] std::string_view user_agent() const { return text(5); }
  [[nodiscard]] Hop hop() const { return {kind, flow, source, {}}; }

  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

 private:
  friend class BindingTable;
  static constexpr std::size_t texts = 6;
  Binding() = default;
  [[nodiscard]] std::string_view text(std::size_t number) const {
    const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
    return {reinterpret_cast<const char*>(this + 1) + begin, ends_[number] - begin};
  }

  std::uint16_t ends_[texts]{};  // of the texts, counted from the first one
  std::uint16_t room_ = 0;       // for texts
  Binding* next_ = nullptr;      // of the same account, younger
  Binding* next_of_flow_ = nullptr;
  Binding* previous_of_flow_ = nullptr;
};

class BindingTable {
 public:
  static constexpr std::size_t most_text = 16'384;  // bytes of one binding; what put() is given must fit

  BindingTable() = default;
  ~BindingTable();
  BindingTable(const BindingTable&) = delete;
  BindingTable& operator=(const BindingTable&) = delete;

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] Binding* first(std::string_view account) const;  // the oldest; null: none
  [[nodiscard]] static Binding* next(const Binding& binding) { return binding.next_; }
  [[nodiscard]] Binding* find(std::string_view account, std::uint64_t id) const;
  [[nodiscard]] Binding* first_of_flow(FlowId flow) const;
  [[nodiscard]] static Binding* next_of_flow(const Binding& binding) { return binding.next_of_flow_; }

  // A new one behind those of its account, with nothing but id and texts.
  Binding& add(std::uint64_t id, const Binding::Texts& texts);
  // Gives it other texts, of the same account. It may lie elsewhere afterwards: the reference is to be used no more.
  Binding& rewrite(Binding& binding, const Binding::Texts& texts);
  void set_flow(Binding& binding, FlowId flow, bool listed);  // `listed`: first_of_flow() finds it
  void remove(Binding& binding);

  // `visit` must not change the table.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Binding* head : slots_)
      for (const Binding* one = head; one != nullptr; one = one->next_) visit(*one);
  }

 private:
  static Binding* make(const Binding::Texts& texts);
  static void free(Binding* binding);
  static void fill(Binding& binding, const Binding::Texts& texts);
  static std::uint16_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint16_t>(hash * 0x9e3779b97f4a7c15U >> 48U);
  }
  [[nodiscard]] std::size_t slot_of(std::string_view account, std::size_t hash) const;  // where it is, or would be
  [[nodiscard]] std::size_t slot_of(std::string_view account) const;
  void grow();
  void clear_slot(std::size_t slot);
  void leave_flow(Binding& binding);

  std::vector<Binding*> slots_;      // heads of the chains, found by the hash of the account; a power of two, or empty
  std::vector<std::uint16_t> tags_;  // a part of the hash of each, so that few others are looked at
  std::size_t used_ = 0;             // slots
  std::size_t count_ = 0;
  std::unordered_map<FlowId, Binding*> by_flow_;
};

}  // namespace lintel::sip
