#include "household/numbers.hpp"

#include <gmock/gmock.h>

namespace lintel::household {
namespace {

using ::testing::ElementsAre;

TEST(Numbers, H03_aRoomHasAtMostSixLettersOrDigits) {
  for (const char* good : {"1", "101", "A12", "abcdef", "999999", "007"})
    EXPECT_TRUE(check_room_number(good).ok()) << good;
  for (const char* bad : {"", "1234567", "10 1", "10-1", "101#0", "Ü1", "1'1", "../1"})
    EXPECT_FALSE(check_room_number(bad).ok()) << bad;
  const auto refused = check_room_number("1234567");
  EXPECT_EQ(refused.error().field, "number");
  EXPECT_EQ(refused.error().value, "1234567");
  EXPECT_EQ(refused.error().limit, "1 to 6 letters or digits");
}

TEST(Numbers, H01_aStationHasAtMostFiveDigits) {
  for (const char* good : {"1", "8001", "99999"}) EXPECT_TRUE(check_station_number(good).ok()) << good;
  for (const char* bad : {"", "100000", "A1", "8 1"}) EXPECT_FALSE(check_station_number(bad).ok()) << bad;
}

TEST(Numbers, C06_theCentreHasAtMostNineDigits) {
  EXPECT_TRUE(check_centre_number("123456789").ok());
  EXPECT_FALSE(check_centre_number("1234567890").ok());
}

TEST(Numbers, H04_theMainMonitorIsTheRoomItself) {
  EXPECT_EQ(parse_account("101")->extension, 0U);
  EXPECT_EQ(parse_account("101#0")->room, "101");
  EXPECT_EQ(parse_account("101#99")->extension, 99U);
  EXPECT_EQ(account_of("101", 3), "101#3");
  for (const char* bad : {"", "#1", "101#", "101#100", "101#01", "101#x", "101#1#2", "101#-1", "101# 1", "1234567#1"})
    EXPECT_FALSE(parse_account(bad).has_value()) << bad;
}

TEST(Numbers, A10_aCodeHasFourToTenDigitsAndIsNotRepeatedInTheError) {
  EXPECT_TRUE(check_code("1234").ok());
  EXPECT_TRUE(check_code("1234567890").ok());
  for (const char* bad : {"", "123", "12345678901", "12a4", "#1234#"}) {
    EXPECT_FALSE(check_code(bad).ok()) << bad;
    EXPECT_EQ(check_code(bad).error().value, "");
  }
}

TEST(Numbers, refuseNamesThatAreTooLongOrNotText) {
  EXPECT_TRUE(check_name(std::string(64, 'x'), "first_name").ok());
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "ü";
  EXPECT_TRUE(check_name(umlauts, "first_name").ok());
  EXPECT_TRUE(check_name("$(reboot); ../../etc <script>", "first_name").ok()) << "kept literally";
  for (const std::string& bad : {std::string(65, 'x'), umlauts + "ü", std::string("a\0b", 3), std::string("a\nb"),
                                 std::string("\xff"), std::string(4096, 'x')})
    EXPECT_EQ(check_name(bad, "first_name").error().field, "first_name");
  EXPECT_FALSE(check_name("  ", "name", true).ok());
}

TEST(Numbers, checkAddressesAndMail) {
  EXPECT_TRUE(check_email("owner@example.org").ok());
  for (const char* bad : {"", "owner", "@x", "x@", "a@b@c", "a b@c", "a@b,c@d", "a\r\n@b"})
    EXPECT_FALSE(check_email(bad).ok()) << bad;
  EXPECT_TRUE(check_address("").ok());
  EXPECT_TRUE(check_address("2001:db8::1").ok());
  EXPECT_FALSE(check_address("a b").ok());
  EXPECT_FALSE(check_address("http://x/").ok());
  EXPECT_TRUE(check_locks({1, 2}).ok());
  EXPECT_FALSE(check_locks({0}).ok());
  EXPECT_FALSE(check_locks({1, 1}).ok());
}

TEST(Numbers, H05_aBatchGoesFloorByFloor) {
  EXPECT_THAT(*numbers_of({2, 3, "101", "201"}), ElementsAre("101", "102", "103", "201", "202", "203"));
  EXPECT_THAT(*numbers_of({3, 2, "11", "21"}), ElementsAre("11", "12", "21", "22", "31", "32"));
  EXPECT_THAT(*numbers_of({1, 3, "0099", ""}), ElementsAre("0099", "0100", "0101"));
  EXPECT_THAT(*numbers_of({1, 1, "7"}), ElementsAre("7"));
}

TEST(Numbers, H05_aBatchOutOfBoundsNamesTheField) {
  EXPECT_EQ(numbers_of({0, 3, "101", "201"}).error().field, "floors");
  EXPECT_EQ(numbers_of({1, 0, "101"}).error().field, "rooms_per_floor");
  EXPECT_EQ(numbers_of({1, 1, "A1"}).error().field, "first_number");
  EXPECT_EQ(numbers_of({1, 1, ""}).error().field, "first_number");
  EXPECT_EQ(numbers_of({2, 1, "101", ""}).error().field, "second_floor_first_number");
  EXPECT_EQ(numbers_of({2, 10, "101", "105"}).error().limit, "at least 111");
  EXPECT_EQ(numbers_of({2000, 2, "1", "100"}).error().field, "rooms_per_floor");
  EXPECT_EQ(numbers_of({4'000'000'000, 4'000'000'000, "1", "100"}).error().field, "floors");
  EXPECT_EQ(numbers_of({20, 1, "900000", "950000"}).error().field, "floors");
}

}  // namespace
}  // namespace lintel::household
