#include "settings/table.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/text.hpp"
#include "settings/settings.hpp"

namespace lintel::settings {
namespace {

TEST(Table, saysInFullSentencesWhatEachSettingDoes) {
  for (const Entry& entry : table()) {
    EXPECT_TRUE(entry.help.ends_with('.')) << entry.key;
    EXPECT_GT(entry.help.size(), 15U) << entry.key;
    EXPECT_FALSE(entry.title.empty()) << entry.key;
    EXPECT_FALSE(entry.title.ends_with('.')) << entry.key;
    EXPECT_TRUE(text::printable(entry.help)) << entry.key;
    EXPECT_EQ(entry.valid != any_text || entry.valid_number != any_number, !entry.allowed.empty())
        << entry.key << ": say in words what is allowed";
    EXPECT_EQ(entry.help.find(" ("), std::string_view::npos) << entry.key << ": catalogue ids are not for the console";
  }
  for (const Page& page : pages()) EXPECT_TRUE(page.help.ends_with('.')) << page.id;
}

TEST(Table, hasKeysOfOneShape) {
  for (const Entry& entry : table()) {
    EXPECT_EQ(text::split(entry.key, '.').size(), 2U) << entry.key;
    for (const char c : entry.key)
      EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.') << entry.key;
  }
}

// What the program reads at its start alone must say so: who shortens a registration to find lost monitors sooner would
// wait for it in vain.
TEST(Table, saysWhatTakesEffectAfterARestart) {
  for (const char* key : {"sip_server.shortest_registration", "sip_server.registration",
                          "sip_server.longest_registration", "sip_server.silent_after", "sip_server.source_rate",
                          "media.first_port", "media.last_port", "security.connections"})
    EXPECT_EQ(find(key)->applies, Applies::restart) << key;
}

TEST(Table, hasSaneBounds) {
  for (const Entry& entry : table()) {
    EXPECT_TRUE(check(entry, Default{}).ok()) << entry.key;
    if (entry.type == Type::integer || entry.type == Type::duration) {
      EXPECT_LT(entry.minimum, entry.maximum) << entry.key;
      EXPECT_FALSE(check(entry, entry.minimum - 1).ok()) << entry.key;
      EXPECT_TRUE(check(entry, entry.minimum).ok()) << entry.key;
      EXPECT_TRUE(check(entry, entry.maximum).ok()) << entry.key;
      EXPECT_FALSE(check(entry, entry.maximum + 1).ok()) << entry.key;
      EXPECT_FALSE(check(entry, true).ok()) << entry.key;
      EXPECT_FALSE(check(entry, std::string("many")).ok()) << entry.key;
    }
    if (entry.type == Type::choice) {
      EXPECT_GE(entry.choices.size(), 2U) << entry.key;
      EXPECT_FALSE(check(entry, std::string("no such choice")).ok()) << entry.key;
    }
    if (entry.type == Type::text || entry.type == Type::secret) {
      EXPECT_LE(entry.max_length, 255U) << entry.key;
      EXPECT_FALSE(check(entry, std::string(entry.max_length + 1, '1')).ok()) << entry.key;
      EXPECT_FALSE(check(entry, std::string("a\nb")).ok()) << entry.key;
      EXPECT_FALSE(check(entry, std::string("a\0b", 3)).ok()) << entry.key;
      EXPECT_FALSE(check(entry, std::int64_t{1}).ok()) << entry.key;
    }
  }
}

TEST(Table, dependsOnlyOnValuesThatExist) {
  for (const Entry& entry : table())
    if (!entry.depends_on.empty()) {
      const Entry* other = find(entry.depends_on);
      ASSERT_NE(other, nullptr) << entry.key;
      EXPECT_TRUE(check(*other, std::string(entry.depends_value)).ok()) << entry.key;
    }
}

TEST(Table, hasTheNumbersOfTheCatalogue) {
  EXPECT_EQ(find("call.centre_number")->text, "888888");        // C06
  EXPECT_EQ(find("call.centre_number")->max_length, 9U);        // C06
  EXPECT_EQ(find("station.number")->max_length, 5U);            // H02
  EXPECT_EQ(find("sip_server.domain")->text, "VDP");            // S15
  EXPECT_EQ(find("call.encryption")->choices.size(), 3U);       // C21
  EXPECT_EQ(find("call.session_timer")->number, 0);             // C19
  EXPECT_EQ(find("call.session_timer_period")->minimum, 90);    // C19
  EXPECT_EQ(find("call.session_timer_period")->maximum, 7200);  // C19
  EXPECT_EQ(find("call.group")->number, 1);                     // C02
  EXPECT_EQ(find("video.main_size")->choices.size(), 6U);       // V01
  EXPECT_EQ(find("call.unlock_command_1")->text, "#");          // A06
}

// C20: what goes into a header is one line of it and nothing else.
TEST(Table, letsNoHeaderIntoTheUserAgent) {
  const Entry& entry = *find("call.user_agent");
  const auto takes = [&](const std::string& text) { return check(entry, text).ok(); };
  EXPECT_TRUE(takes("Lintel"));
  EXPECT_TRUE(takes("Door/2.1 (block 7; \"east\")"));
  EXPECT_TRUE(takes(std::string(64, 'a')));
  EXPECT_FALSE(takes(std::string(65, 'a')));
  EXPECT_FALSE(takes(""));
  EXPECT_FALSE(takes("Lintel\r\nContact: <sip:evil@192.0.2.66>"));
  EXPECT_FALSE(takes("Lintel\nX: y"));
  EXPECT_FALSE(takes(" Lintel"));
  EXPECT_FALSE(takes("Lintel\t"));
  EXPECT_FALSE(takes("T\xC3\xBCr"));
}

TEST(Table, hasACommittedReferenceThatIsCurrent) {
  std::ifstream file(LINTEL_SOURCE "/docs/settings.md");
  std::stringstream committed;
  committed << file.rdbuf();
  EXPECT_TRUE(committed.str() == reference()) << "run: cmake --build <folder> --target lintel_settings_reference, "
                                                 "then lintel_settings_reference > docs/settings.md";
}

}  // namespace
}  // namespace lintel::settings
