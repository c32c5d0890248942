// Ports of the calls room for its tests: they record, and answer as they are told.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
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

  void dial(const std::vector<std::pair<LegId, Contact>>& legs, const DialFor&) override {
    for (const auto& [leg, contact] : legs) {
      dialled.emplace_back(leg, contact.account);
      if (on_dial) on_dial(leg);
    }
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

// A station with rooms 101 (two monitors), 102 (one), 103 (none), another station and a centre.
struct CallsTest : testing::Test {
  SimulatedClock clock;
  FakeDirectory directory;
  FakeLines lines;
  FakeWishes wishes;
  Heard heard;
  Calls calls{clock, directory, lines, wishes};

  void SetUp() override {
    directory.add(Resolution::Kind::room, "101", 2);
    directory.add(Resolution::Kind::room, "102", 1);
    directory.add(Resolution::Kind::room, "103", 0);
    directory.add(Resolution::Kind::station, "8002", 1);
    directory.add(Resolution::Kind::centre, "888888", 1);
    calls.add_listener(heard);
  }
  void options(const std::function<void(CallOptions&)>& change) {
    CallOptions changed;
    change(changed);
    calls.set_options(changed);
  }
  [[nodiscard]] std::optional<CallState> state() const {
    const auto call = calls.current();
    return call ? std::optional(call->state) : std::nullopt;
  }
  LegId talk_to(std::string_view number) {
    EXPECT_EQ(calls.press(number), Start::started);
    const LegId leg = lines.dialled.back().first;
    calls.leg_answered(leg);
    return leg;
  }
  Start arrive(bool talk, bool allowed = true, bool monitor = true) {
    Arrival arrival;
    arrival.leg = calls.new_leg();
    arrival.account = "101#1";
    arrival.room = "101";
    arrival.allowed = allowed;
    arrival.monitor = monitor;
    arrival.wants_to_talk = talk;
    return calls.arrive(arrival);
  }
};

}  // namespace lintel::calls::test
