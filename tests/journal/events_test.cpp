#include "journal/events.hpp"

#include <gmock/gmock.h>

#include <set>

#include "base/text.hpp"
#include "journal/journal.hpp"

namespace lintel::journal {
namespace {

TEST(Events, areToldInSentencesAndExplained) {
  std::set<std::string_view> ids;
  for (const Event* event : all_events()) {
    EXPECT_TRUE(ids.insert(event->id).second) << event->id;
    EXPECT_EQ(text::split(event->id, '.').size(), 2U) << event->id;
    EXPECT_TRUE(event->sentence.ends_with('.') || event->sentence.ends_with('}')) << event->id;
    EXPECT_TRUE(event->help.ends_with('.')) << event->id;
    EXPECT_EQ(find_event(event->id), event);
    EXPECT_EQ(sentence(*event, {}).find('{'), std::string::npos) << event->id;
  }
  EXPECT_EQ(find_event("no.such"), nullptr);
}

// "1 seconds" is no English: a time has the sign of its unit, and a count no word behind it that would have to follow.
TEST(Events, areGoodEnglishForOneOfManyToo) {
  for (const Event* event : all_events())
    for (const std::string_view plural : {"} seconds", "} minutes", "} rooms", "} entries"})
      EXPECT_EQ(event->sentence.find(plural), std::string_view::npos) << event->id;
}

TEST(Sentence, isFilledFromDetailsAndFields) {
  EXPECT_EQ(
      sentence(events::access_unlocked, {.door = "Front door", .subject = "101#1", .fields = {{"method", "monitor"}}}),
      "101#1 opened Front door by monitor.");
  EXPECT_EQ(sentence(events::access_unlocked,
                     {.door = "front_door", .subject = "Anna B_1", .fields = {{"method", "exit_button"}}}),
            "Anna B_1 opened front_door by exit button.");
  EXPECT_EQ(sentence(events::call_no_such_room, {}), "A visitor dialled unknown; there is no such room.");
  EXPECT_EQ(sentence(events::call_no_such_room, {.fields = {{"number", "{room}"}}}),
            "A visitor dialled {room}; there is no such room.");
}

}  // namespace
}  // namespace lintel::journal
