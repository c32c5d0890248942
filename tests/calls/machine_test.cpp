#include "calls/machine.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

namespace lintel::calls {
namespace {
using S = CallState;
using I = CallInput;

constexpr S every_state[] = {S::dialling, S::ringing, S::arriving, S::answering, S::talking, S::ended};
constexpr I every_input[] = {I::accept,      I::hang_up,   I::pre_empt,  I::leg_rings, I::leg_answers,
                             I::no_leg_left, I::peer_ends, I::time_over, I::unlocked};

TEST(CallMachine, holdsItsGraphForEveryStateAndInput) {
  const std::vector<std::pair<std::pair<S, I>, S>> graph = {
      {{S::dialling, I::leg_rings}, S::ringing},    {{S::dialling, I::leg_answers}, S::talking},
      {{S::dialling, I::no_leg_left}, S::ended},    {{S::ringing, I::leg_answers}, S::talking},
      {{S::ringing, I::no_leg_left}, S::ended},     {{S::arriving, I::accept}, S::answering},
      {{S::arriving, I::no_leg_left}, S::ended},    {{S::arriving, I::peer_ends}, S::ended},
      {{S::answering, I::leg_answers}, S::talking}, {{S::answering, I::no_leg_left}, S::ended},
      {{S::answering, I::peer_ends}, S::ended},     {{S::talking, I::peer_ends}, S::ended},
      {{S::talking, I::unlocked}, S::ended},
  };
  for (const S state : every_state) {
    for (const I input : every_input) {
      std::optional<S> expected;
      for (const auto& [from, to] : graph) {
        if (from == std::pair(state, input)) expected = to;
      }
      // These three end whatever runs.
      if (state != S::ended && (input == I::hang_up || input == I::pre_empt || input == I::time_over))
        expected = S::ended;
      EXPECT_EQ(transition(state, input), expected) << name_of(state) << " × " << name_of(input);
    }
  }
}

TEST(CallMachine, hasStableNames) {
  EXPECT_EQ(name_of(Cause::shutdown), "shutdown");
  EXPECT_EQ(name_of(Cause::not_answered), "not_answered");
  EXPECT_EQ(name_of(CallKind::live_view), "live_view");
  EXPECT_EQ(name_of(Start::not_allowed), "not_allowed");
  EXPECT_EQ(name_of(LegEnd::shutdown), "shutdown");
  EXPECT_EQ(name_of(Refusal::failed), "failed");
}

}  // namespace
}  // namespace lintel::calls
