// Several accounts at one place: behind a proxy, an SBC, or a PBX that registers more than one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace lintel::sip {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class AtOnePlace : public test::ServerTest {
 protected:
  const Hop proxy_ = test::udp("192.0.2.50");
  void register_behind(const std::string& account, const std::string& contact) {
    EXPECT_THAT(register_as(account, proxy_, account,
                            "Contact: <sip:" + contact + ">\nPath: <sip:192.0.2.50;lr>\nSupported: path\n"),
                HasSubstr("200 OK"));
  }
};

TEST_F(AtOnePlace, theyCallOneAnother) {
  register_behind("101#0", "x@10.0.0.1");
  register_behind("102#0", "y@10.0.0.2");
  transport.take();
  EXPECT_THAT(authenticated(request("INVITE", "102%230", "101%230"), "101#0", proxy_), HasSubstr("100 Trying"));
  const auto rung = transport.take();
  ASSERT_THAT(rung, SizeIs(1));
  EXPECT_EQ(rung[0].first_line(), "INVITE sip:y@10.0.0.2 SIP/2.0");
}

// H04: who calls the own room rings its other devices, not itself.
TEST_F(AtOnePlace, whoCallsTheOwnAccountIsNotRung) {
  register_as("101#0", phone);
  register_as("101#1", test::udp("192.0.2.11"));
  EXPECT_THAT(authenticated(request("INVITE", "101", "101%230"), "101#0", phone), HasSubstr("100 Trying"));
  const auto rung = transport.take();
  ASSERT_THAT(rung, SizeIs(1));
  EXPECT_EQ(rung[0].to.address.text(), "192.0.2.11:5060");
}

}  // namespace
}  // namespace lintel::sip
