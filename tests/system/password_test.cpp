// S02: the password rules, each with its own sentence; and slow hashes.
#include "system/password.hpp"

#include <gtest/gtest.h>

namespace lintel::system {
namespace {

std::string limit_of(std::string_view password, std::string_view user = "admin") {
  const Result<void> outcome = check_password(password, user);
  return outcome.ok() ? "" : outcome.error().limit;
}

TEST(Password, S02_acceptsEightCharactersOfTwoKinds) {
  EXPECT_EQ(limit_of("kitchen7"), "");
  EXPECT_EQ(limit_of("Haustuer-42"), "");
  EXPECT_EQ(limit_of("grüße gern"), "");
  EXPECT_EQ(limit_of("first-student"), "");
}

TEST(Password, S02_refusesEachBrokenRuleInItsOwnWords) {
  EXPECT_EQ(limit_of("short7x"), "8 characters or more");
  EXPECT_EQ(limit_of(std::string(129, 'x')), "at most 128 bytes");
  EXPECT_EQ(limit_of("kitchen\n7"), "no control characters");
  EXPECT_EQ(limit_of("kitchenlamp"), "two kinds of characters");
  EXPECT_EQ(limit_of("my-Admin-9"), "without the user name");
  EXPECT_EQ(limit_of("my-nimda-9"), "without the user name");
  EXPECT_EQ(limit_of("kitchen123"), "no runs such as 123, abcd, aaa");
  EXPECT_EQ(limit_of("kitchen-dcba"), "no runs such as 123, abcd, aaa");
  EXPECT_EQ(limit_of("kitchen321"), "no runs such as 123, abcd, aaa");
  EXPECT_EQ(limit_of("Xkitchen-aBcD"), "no runs such as 123, abcd, aaa");
  EXPECT_EQ(limit_of("kitcheen7aaa"), "no runs such as 123, abcd, aaa");
}

TEST(Password, namesTheFieldAndNeverTheValue) {
  const Result<void> outcome = check_password("kitchen123", "admin");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().field, "password");
  EXPECT_EQ(outcome.error().value, "");
  EXPECT_EQ(outcome.error().message.find("kitchen"), std::string::npos);
}

TEST(Password, hashesAreSaltedArgon2idAndVerify) {
  const std::string first = hash_password("kitchen7").value();
  const std::string second = hash_password("kitchen7").value();
  EXPECT_EQ(first.rfind("$argon2id$v=19$m=19456,t=2,p=1$", 0), 0U);
  EXPECT_NE(first, second);
  EXPECT_TRUE(verify_password("kitchen7", first));
  EXPECT_FALSE(verify_password("kitchen8", first));
  EXPECT_FALSE(verify_password("kitchen7", first.substr(0, first.size() - 4)));
  EXPECT_FALSE(verify_password("kitchen7", ""));
}

}  // namespace
}  // namespace lintel::system
