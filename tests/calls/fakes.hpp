// Ports of the calls room for its tests: they record, and answer as they are told.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calls/calls.hpp"

namespace lintel::calls::test {

struct FakeDirectory final : Directory {
  std::map<std::string, Resolution, std::less<>> numbers;
  std::map<CallKind, bool> closed;

  void add(Resolution::Kind kind, const std::string& number, int contacts) {
    Resolution resolution;
    resolution.kind = kind;
    resolution.number = number;
    for (int i = 0; i < contacts; ++i) {
      Contact contact;
      contact.account = number + "#" + std::to_string(i);
      contact.id = contact.account + "@somewhere";
      contact.room = kind == Resolution::Kind::room ? number : "";
      contact.monitor = kind == Resolution::Kind::room;
      resolution.contacts.push_back(contact);
    }
    numbers[number] = resolution;
  }
  [[nodiscard]] Resolution resolve(std::string_view number) const override {
    const auto found = numbers.find(number);
    return found == numbers.end() ? Resolution{} : found->second;
  }
  [[nodiscard]] std::string centre_number() const override { return "888888"; }
  [[nodiscard]] bool within_period(CallKind kind) const override { return !closed.contains(kind); }
};

struct FakeLines final : Lines {
  std::vector<std::pair<LegId, std::string>> dialled;  // leg, account
  std::vector<LegId> accepted;
  std::vector<std::pair<LegId, LegEnd>> ended;
  std::function<void(LegId)> on_dial;
  std::function<void(LegId)> on_end;

  void dial(LegId leg, const Contact& contact, const DialFor&) override {
    dialled.emplace_back(leg, contact.account);
    if (on_dial) on_dial(leg);
  }
  void accept(LegId leg) override { accepted.push_back(leg); }
  void end(LegId leg, LegEnd reason) override {
    ended.emplace_back(leg, reason);
    if (on_end) on_end(leg);
  }
  [[nodiscard]] LegId leg(std::size_t index) const { return dialled.at(index).first; }
  [[nodiscard]] bool was_ended(LegId leg, LegEnd reason) const {
    for (const auto& each : ended) {
      if (each == std::pair(leg, reason)) return true;
    }
    return false;
  }
};

struct FakeWishes final : UnlockWish {
  std::string digits;
  WishFrom last;
  int over = 0;
  void wish_digit(const WishFrom& from, char digit) override {
    digits += digit;
    last = from;
  }
  void wishes_over(const WishFrom&) override { ++over; }
};

struct Heard final : CallListener {
  std::vector<CallEvent> events;
  std::function<void(const CallEvent&)> on_event;
  void call_happened(const CallEvent& event) override {
    events.push_back(event);
    if (on_event) on_event(event);
  }
  [[nodiscard]] std::string names() const {  // "placed ringing answered ended"
    std::string all;
    for (const auto& event : events) all += (all.empty() ? "" : " ") + std::string(event.event.substr(5));
    return all;
  }
  [[nodiscard]] Cause cause() const { return events.empty() ? Cause::none : events.back().cause; }
};

}  // namespace lintel::calls::test
