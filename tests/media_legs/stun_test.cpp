#include "media/stun.hpp"

#include <gtest/gtest.h>

namespace lintel::media::stun {
namespace {

const Transaction transaction{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

TEST(Stun, aCheckIsReadAsItWasWritten) {
  const auto request = binding_request(transaction, "here:there", 77, "password");
  const auto message = parse(request);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, Kind::request);
  EXPECT_EQ(message->method, 1);
  EXPECT_EQ(message->transaction, transaction);
  EXPECT_EQ(message->username, "here:there");
  EXPECT_EQ(message->controlling, 77U);
  EXPECT_FALSE(message->controlled);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_TRUE(message->priority);
  EXPECT_TRUE(authentic(*message, "password"));
  EXPECT_FALSE(authentic(*message, "Password"));
}

TEST(Stun, tellsThePeerWhereItComesFrom) {
  const auto request = binding_request(transaction, "a:b", 1, "p");
  for (const char* address : {"192.0.2.7", "2001:db8::7"}) {
    const Endpoint seen = *endpoint_of(address, 40'001);
    const auto response = binding_success(*parse(request), seen, "p");
    const auto message = parse(response);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, Kind::success);
    EXPECT_EQ(message->transaction, transaction);
    EXPECT_EQ(message->mapped, seen);
    EXPECT_TRUE(authentic(*message, "p"));
  }
}

TEST(Stun, refusesWithAReason) {
  const auto request = binding_request(transaction, "a:b", 1, "p");
  auto asked = *parse(request);
  asked.unknown = {0x7777, 0x0042};
  for (const int code : {487, 420}) {
    const auto response = binding_error(asked, code, "p");
    const auto message = parse(response);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, Kind::error);
    EXPECT_EQ(message->error_code, code);
    EXPECT_TRUE(authentic(*message, "p"));
  }
}

TEST(Stun, takesNothingThatWasCutOrChanged) {
  const auto request = binding_request(transaction, "here:there", 77, "password");
  for (std::size_t size = 0; size < request.size(); ++size) {
    EXPECT_FALSE(parse(std::span(request).first(size))) << size;
  }
  for (std::size_t at = 0; at < request.size(); ++at) {
    if (at == request.size() - 8 || at == request.size() - 7) continue;  // then it is no FINGERPRINT, but may be there
    auto changed = request;
    changed[at] ^= 0x10;
    const auto message = parse(changed);
    EXPECT_FALSE(message && authentic(*message, "password")) << at;
  }
}

TEST(Stun, namesWhatItDoesNotUnderstand) {
  // A binding request with an attribute that must be understood and one that need not.
  const std::vector<std::uint8_t> request{0, 1, 0, 16, 0x21, 0x12, 0xA4, 0x42, 1,    2,    3, 4,
                                          5, 6, 7, 8,  9,    10,   11,   12,   0x77, 0x77, 0, 3,
                                          1, 2, 3, 0,  0x99, 0x99, 0,    4,    1,    2,    3, 4};
  const auto message = parse(request);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->unknown, (std::vector<std::uint16_t>{0x7777}));
  EXPECT_FALSE(authentic(*message, ""));
}

}  // namespace
}  // namespace lintel::media::stun
