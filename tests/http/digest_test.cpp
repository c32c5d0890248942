#include "http/digest.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "http/rate_limit.hpp"

namespace lintel::http {
namespace {

TEST(Digest, givesTheResponsesOfRfc7616) {  // §3.9.1
  for (const auto& [algorithm, expected] :
       {std::pair(digest::Algorithm::md5, "8ca523f5e9506fed4657c9700eebdbec"),
        std::pair(digest::Algorithm::sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")}) {
    const std::string ha1 = digest::ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
    EXPECT_EQ(
        digest::response({algorithm, ha1, "GET", "/dir/index.html", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                          "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "auth"}),
        expected);
  }
}

class DigestTest : public ::testing::Test {
 protected:
  using Outcome = DigestAuthority::Outcome;
  static std::optional<DigestUser> find(std::string_view user) {
    if (user != "door") return std::nullopt;
    return DigestUser{"door", digest::ha1(digest::Algorithm::md5, "door", "Lintel", "secret"),
                      digest::ha1(digest::Algorithm::sha256, "door", "Lintel", "secret")};
  }
  [[nodiscard]] std::string nonce() const {
    const std::string challenge = authority_.challenges(false).front();
    const std::size_t from = challenge.find("nonce=\"") + 7;
    return challenge.substr(from, challenge.find('"', from) - from);
  }
  [[nodiscard]] Request signed_request(const std::string& nonce, const std::string& user = "door",
                                       const std::string& password = "secret",
                                       digest::Algorithm algorithm = digest::Algorithm::sha256, bool qop = true,
                                       Method method = Method::get, const std::string& count = "00000001") const {
    Request request{.method = method, .target = "/api/v1/locks?x=1"};
    const std::string ha1 = digest::ha1(algorithm, user, "Lintel", password);
    const digest::Answer answer{
        algorithm, ha1, name_of(method), request.target, nonce, qop ? count : "", qop ? "abc" : "", qop ? "auth" : ""};
    std::string header = "Digest username=\"" + user + "\", realm=\"Lintel\", uri=\"" + request.target +
                         "\", nonce=\"" + nonce + "\", response=\"" + digest::response(answer) + "\"";
    header += algorithm == digest::Algorithm::sha256 ? ", algorithm=SHA-256" : ", algorithm=MD5";
    if (qop) header += ", qop=auth, nc=" + count + ", cnonce=\"abc\"";
    request.headers.emplace_back("Authorization", header);
    return request;
  }
  [[nodiscard]] Outcome outcome(const Request& request) { return authority_.verify(request, find).outcome; }

  SimulatedClock clock_;
  DigestAuthority authority_{clock_, {.realm = "Lintel"}};
};

TEST_F(DigestTest, acceptsBothAlgorithms) {
  EXPECT_EQ(outcome(signed_request(nonce())), Outcome::accepted);
  EXPECT_EQ(outcome(signed_request(nonce(), "door", "secret", digest::Algorithm::md5)), Outcome::accepted);
}

TEST_F(DigestTest, refusesWrongPasswordsUsersAndTargets) {
  EXPECT_EQ(outcome(signed_request(nonce(), "door", "wrong")), Outcome::refused);
  EXPECT_EQ(outcome(signed_request(nonce(), "nobody", "secret")), Outcome::refused);
  Request moved = signed_request(nonce());
  moved.target = "/api/v1/codes";
  EXPECT_EQ(outcome(moved), Outcome::malformed);
  Request other_method = signed_request(nonce());
  other_method.method = Method::post;
  EXPECT_EQ(outcome(other_method), Outcome::refused);
  EXPECT_EQ(outcome(Request{}), Outcome::absent);
}

// security.md 8: who reads plain HTTP in the house hears an unlock, and must not be able to say it again.
TEST_F(DigestTest, whatChangesSomethingCountsOnce) {
  const std::string known = nonce();
  const auto change = [&](const std::string& count) {
    return signed_request(known, "door", "secret", digest::Algorithm::sha256, true, Method::post, count);
  };
  EXPECT_EQ(outcome(change("00000001")), Outcome::accepted);
  EXPECT_EQ(outcome(change("00000001")), Outcome::stale) << "the client signs anew; a listener cannot";
  EXPECT_EQ(outcome(change("00000003")), Outcome::accepted);
  EXPECT_EQ(outcome(change("00000002")), Outcome::accepted) << "requests of two connections may overtake each other";
  EXPECT_EQ(outcome(change("00000003")), Outcome::stale);
  EXPECT_EQ(outcome(signed_request(known)), Outcome::accepted);
  EXPECT_EQ(outcome(signed_request(known)), Outcome::accepted) << "reading changes nothing";
}

TEST_F(DigestTest, whatWasSaidIsRememberedWithinABound) {
  const std::string old = nonce();
  const auto change = [&](const std::string& known, std::size_t number) {
    std::string count = std::to_string(number);
    count.insert(0, 8 - count.size(), '0');
    return signed_request(known, "door", "secret", digest::Algorithm::md5, true, Method::post, count);
  };
  const Request first = change(old, 1);
  EXPECT_EQ(outcome(first), Outcome::accepted);
  for (std::size_t i = 0; i < DigestAuthority::most_remembered; ++i) {
    clock_.advance(std::chrono::milliseconds(1));
    ASSERT_EQ(outcome(change(nonce(), 1)), Outcome::accepted) << i;
  }
  EXPECT_EQ(outcome(first), Outcome::stale) << "forgotten, but its nonce is good no more";
  clock_.advance(std::chrono::minutes(6));
  EXPECT_EQ(outcome(change(nonce(), 1)), Outcome::accepted);
  EXPECT_LE(authority_.remembered(), 1U);
}

TEST_F(DigestTest, noncesAgeAndCannotBeForged) {
  const std::string old = nonce();
  clock_.advance(std::chrono::minutes(6));
  EXPECT_EQ(outcome(signed_request(old)), Outcome::stale);
  EXPECT_EQ(outcome(signed_request(bytes::to_base64url(bytes::random(32)))), Outcome::stale);
  DigestAuthority restarted(clock_, {.realm = "Lintel"});
  EXPECT_EQ(restarted.verify(signed_request(nonce()), find).outcome, Outcome::stale);
}

TEST_F(DigestTest, takesNoQopOnlyWhereAllowed) {
  EXPECT_EQ(outcome(signed_request(nonce(), "door", "secret", digest::Algorithm::md5, false)), Outcome::malformed);
}

TEST_F(DigestTest, refusesHeadersThatAreNotWellFormed) {
  for (const char* header :
       {"Digest ", "Digest x", "Digest username=\"a", "Digest username=\"door\", username=\"door\"",
        "Digest username=door,,,=", "Digest username=\"door\" realm=\"Lintel\""}) {
    const Request request{.target = "/", .headers = {{"Authorization", header}}};
    EXPECT_EQ(outcome(request), Outcome::malformed) << header;
  }
}

TEST(RateLimit, givesTokensBackWithTime) {
  SimulatedClock clock;
  RateLimit limit(clock, {.burst = 2, .refill = std::chrono::seconds(10)});
  EXPECT_TRUE(limit.take("a"));
  EXPECT_TRUE(limit.take("a"));
  EXPECT_FALSE(limit.take("a"));
  EXPECT_TRUE(limit.take("b"));
  EXPECT_EQ(limit.wait("a"), std::chrono::seconds(10));
  clock.advance(std::chrono::seconds(10));
  EXPECT_TRUE(limit.take("a"));
  limit.forgive("a");
  EXPECT_TRUE(limit.take("a"));
}

TEST(RateLimit, keepsABoundedTable) {
  SimulatedClock clock;
  RateLimit limit(clock, {.burst = 1, .refill = std::chrono::seconds(10), .entries = 100});
  for (int i = 0; i < 100'000; ++i) (void)limit.take(std::to_string(i));
  EXPECT_EQ(limit.size(), 100U);
}

TEST(RateLimit, countsAnIpv6NetworkAsOneSource) {
  EXPECT_EQ(source_of("2001:db8:1:2:3:4:5:6"), source_of("2001:db8:1:2::99"));
  EXPECT_NE(source_of("2001:db8:1:2::1"), source_of("2001:db8:1:3::1"));
  EXPECT_EQ(source_of("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(source_of("192.0.2.1"), "192.0.2.1");
}

}  // namespace
}  // namespace lintel::http
