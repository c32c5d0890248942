#include "sip/binding_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <new>
#include <utility>

namespace lintel::sip {
namespace {

constexpr std::size_t fewest_slots = 64;

std::array<std::string_view, 6> in_order(const Binding::Texts& texts) {
  return {texts.account, texts.contact, texts.parameters, texts.call_id, texts.path, texts.user_agent};
}

std::size_t size_of(const Binding::Texts& texts) {
  std::size_t size = 0;
  for (const auto text : in_order(texts)) size += text.size();
  return size;
}

}  // namespace

BindingTable::~BindingTable() {
  for (Binding* one : slots_)
    while (one != nullptr) free(std::exchange(one, one->next_));
}

Binding* BindingTable::make(const Binding::Texts& texts) {
  // Room to the next step of the allocator: a Call-ID may be longer the next time.
  const std::size_t whole = (sizeof(Binding) + size_of(texts) + 8 + 15) / 16 * 16 - 8;
  auto* const binding = new (::operator new(whole)) Binding;
  binding->room_ = static_cast<std::uint16_t>(whole - sizeof(Binding));
  fill(*binding, texts);
  return binding;
}

void BindingTable::free(Binding* binding) {
  binding->~Binding();
  ::operator delete(binding);
}

void BindingTable::fill(Binding& binding, const Binding::Texts& texts) {
  char* const begin = reinterpret_cast<char*>(&binding + 1);
  std::size_t end = 0;
  std::size_t number = 0;
  for (const auto text : in_order(texts)) {
    // An empty text may have no address, which memcpy must not be given.
    if (!text.empty()) std::memcpy(begin + end, text.data(), text.size());
    end += text.size();
    binding.ends_[number++] = static_cast<std::uint16_t>(end);
  }
}

std::size_t BindingTable::slot_of(std::string_view account, std::size_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != nullptr && (tags_[slot] != tag_of(hash) || slots_[slot]->account() != account))
    slot = (slot + 1) & mask;
  return slot;
}

std::size_t BindingTable::slot_of(std::string_view account) const {
  return slot_of(account, std::hash<std::string_view>{}(account));
}

Binding* BindingTable::first(std::string_view account) const {
  return slots_.empty() ? nullptr : slots_[slot_of(account)];
}

Binding* BindingTable::find(std::string_view account, std::uint64_t id) const {
  Binding* one = first(account);
  while (one != nullptr && one->id != id) one = one->next_;
  return one;
}

Binding* BindingTable::first_of_flow(FlowId flow) const {
  const auto found = by_flow_.find(flow);
  return found == by_flow_.end() ? nullptr : found->second;
}

void BindingTable::grow() {
  std::vector<Binding*> old(std::max(fewest_slots, slots_.size() * 2));
  old.swap(slots_);
  tags_ = std::vector<std::uint16_t>(slots_.size());
  for (Binding* const head : old) {
    if (head == nullptr) continue;
    const std::size_t hash = std::hash<std::string_view>{}(head->account());
    const std::size_t slot = slot_of(head->account(), hash);
    slots_[slot] = head;
    tags_[slot] = tag_of(hash);
  }
}

Binding& BindingTable::add(std::uint64_t id, const Binding::Texts& texts) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  Binding* const binding = make(texts);
  binding->id = id;
  const std::size_t hash = std::hash<std::string_view>{}(texts.account);
  const std::size_t slot = slot_of(texts.account, hash);
  Binding*& head = slots_[slot];
  if (head == nullptr) {
    head = binding;
    tags_[slot] = tag_of(hash);
    ++used_;
  } else {
    Binding* last = head;
    while (last->next_ != nullptr) last = last->next_;
    last->next_ = binding;
  }
  ++count_;
  return *binding;
}

Binding& BindingTable::rewrite(Binding& binding, const Binding::Texts& texts) {
  const std::size_t size = size_of(texts);
  constexpr std::size_t worth_giving_back = 64;
  if (size <= binding.room_ && binding.room_ - size < worth_giving_back) {
    fill(binding, texts);
    return binding;
  }
  Binding* const other = make(texts);
  other->id = binding.id;
  other->flow = binding.flow;
  other->expires = binding.expires;
  other->source = binding.source;
  other->refreshed = binding.refreshed;
  other->kept_until = binding.kept_until;
  other->cseq = binding.cseq;
  other->direct_port = binding.direct_port;
  other->kind = binding.kind;
  other->direct_kind = binding.direct_kind;
  other->changed = binding.changed;
  other->next_ = binding.next_;
  other->next_of_flow_ = binding.next_of_flow_;
  other->previous_of_flow_ = binding.previous_of_flow_;
  if (other->next_of_flow_ != nullptr) other->next_of_flow_->previous_of_flow_ = other;
  if (other->previous_of_flow_ != nullptr)
    other->previous_of_flow_->next_of_flow_ = other;
  else if (const auto found = by_flow_.find(other->flow); found != by_flow_.end() && found->second == &binding)
    found->second = other;
  Binding** link = &slots_[slot_of(texts.account)];
  while (*link != &binding) link = &(*link)->next_;
  *link = other;
  free(&binding);
  return *other;
}

void BindingTable::leave_flow(Binding& binding) {
  if (binding.next_of_flow_ != nullptr) binding.next_of_flow_->previous_of_flow_ = binding.previous_of_flow_;
  if (binding.previous_of_flow_ != nullptr) {
    binding.previous_of_flow_->next_of_flow_ = binding.next_of_flow_;
  } else if (const auto found = by_flow_.find(binding.flow); found != by_flow_.end() && found->second == &binding) {
    if (binding.next_of_flow_ != nullptr)
      found->second = binding.next_of_flow_;
    else
      by_flow_.erase(found);
  }
  binding.next_of_flow_ = binding.previous_of_flow_ = nullptr;
}

void BindingTable::set_flow(Binding& binding, FlowId flow, bool listed) {
  leave_flow(binding);
  binding.flow = flow;
  if (!listed) return;
  Binding*& head = by_flow_[flow];
  binding.next_of_flow_ = head;
  if (head != nullptr) head->previous_of_flow_ = &binding;
  head = &binding;
}

void BindingTable::remove(Binding& binding) {
  leave_flow(binding);
  const std::size_t slot = slot_of(binding.account());
  Binding** link = &slots_[slot];
  while (*link != &binding) link = &(*link)->next_;
  *link = binding.next_;
  free(&binding);
  --count_;
  if (slots_[slot] == nullptr) clear_slot(slot);
}

// Those that were put behind a taken slot move up, so that a look-up may end at an empty one.
void BindingTable::clear_slot(std::size_t slot) {
  --used_;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = (slot + 1) & mask; slots_[at] != nullptr; at = (at + 1) & mask) {
    const std::size_t home = std::hash<std::string_view>{}(slots_[at]->account()) & mask;
    if (((at - home) & mask) < ((at - slot) & mask)) continue;
    slots_[slot] = std::exchange(slots_[at], nullptr);
    tags_[slot] = tags_[at];
    slot = at;
  }
}

}  // namespace lintel::sip
