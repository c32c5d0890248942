#include "sip/digest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "sip/session_fields.hpp"

namespace lintel::sip::digest {
namespace {

using namespace std::chrono_literals;
const std::string key(32, 'k');
const Monotonic now{1h};

Credentials vector_of(Algorithm algorithm) {
  Credentials out;
  out.user = "Mufasa";
  out.realm = "http-auth@example.org";
  out.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  out.uri = "/dir/index.html";
  out.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  out.nonce_count = "00000001";
  out.qop_auth = true;
  out.algorithm = algorithm;
  return out;
}

TEST(Digest, givesTheResponsesOfRfc7616) {
  for (const auto& [algorithm, wanted] :
       {std::pair{Algorithm::md5, "8ca523f5e9506fed4657c9700eebdbec"},
        std::pair{Algorithm::sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"}}) {
    const auto secret = ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
    EXPECT_EQ(expected_response(vector_of(algorithm), secret, "GET"), wanted);
  }
}

std::string challenge_of(std::string_view realm, Algorithm algorithm, const Nonce& nonce, bool stale = false) {
  std::string out;
  Challenges(realm).append(out, algorithm, nonce, stale);
  return out;
}

Verdict round_trip(Algorithm algorithm, const std::string& password, Duration later, bool qop = true) {
  NonceSigner signer(key, 5min);
  auto challenge = parse_challenge(challenge_of("VDP", algorithm, signer.make(now, "192.0.2.1")));
  EXPECT_TRUE(challenge.ok());
  challenge->qop_auth = qop;
  const auto header = make_credentials(*challenge, "101#1", password, "INVITE", "sip:101@VDP", 1, "c\"n");
  const auto credentials = parse_credentials(header);
  EXPECT_TRUE(credentials.ok()) << header;
  EXPECT_EQ(credentials->user, "101#1");
  const Secrets secrets{ha1(Algorithm::md5, "101#1", "VDP", "secret"),
                        ha1(Algorithm::sha256, "101#1", "VDP", "secret")};
  return verify(*credentials, secrets, "INVITE", "VDP", signer, now + later, "192.0.2.1");
}

TEST(Digest, acceptsTheRightPasswordOnly) {
  for (const auto algorithm : {Algorithm::md5, Algorithm::sha256}) {
    EXPECT_EQ(round_trip(algorithm, "secret", 0s), Verdict::accepted);
    EXPECT_EQ(round_trip(algorithm, "secret", 0s, false), Verdict::accepted);
    EXPECT_EQ(round_trip(algorithm, "Secret", 0s), Verdict::refused);
    EXPECT_EQ(round_trip(algorithm, "secret", 6min), Verdict::stale);
    EXPECT_EQ(round_trip(algorithm, "wrong", 6min), Verdict::refused);
  }
}

TEST(Digest, saysNothingAboutAnAnswerToANonceOfAnother) {
  NonceSigner signer(key, 5min);
  for (const std::string& nonce : {std::string("invented"), std::string(view(signer.make(now, "192.0.2.1")))}) {
    const auto challenge = parse_challenge("Digest realm=\"VDP\", nonce=\"" + nonce + "\", qop=\"auth\"");
    for (const char* password : {"right", "wrong"}) {
      const auto given = parse_credentials(make_credentials(*challenge, "u", password, "REGISTER", "sip:VDP", 1, "c"));
      EXPECT_EQ(
          verify(*given, {ha1(Algorithm::md5, "u", "VDP", "right"), ""}, "REGISTER", "VDP", signer, now, "192.0.2.2"),
          Verdict::stale);
    }
  }
}

TEST(Digest, refusesAnotherRealmAnUnknownUserAndAMissingSecret) {
  NonceSigner signer(key, 5min);
  auto challenge =
      parse_challenge("Digest realm=\"other\", nonce=\"" + std::string(view(signer.make(now))) + "\", qop=\"auth\"");
  const auto credentials = parse_credentials(make_credentials(*challenge, "u", "p", "BYE", "sip:x", 1, "c"));
  EXPECT_EQ(verify(*credentials, {ha1(Algorithm::md5, "u", "other", "p"), ""}, "BYE", "VDP", signer, now),
            Verdict::refused);
  EXPECT_EQ(verify(*credentials, decoy_secrets(), "BYE", "other", signer, now), Verdict::refused);
  auto empty = *credentials;
  empty.response = expected_response(empty, "", "BYE");
  EXPECT_EQ(verify(empty, Secrets{}, "BYE", "other", signer, now), Verdict::refused);
}

TEST(Digest, writesChallengesThatReadBack) {
  NonceSigner signer(key, 5min);
  const auto nonce = signer.make(now);
  const auto challenge = parse_challenge(challenge_of("a \"quoted\" realm", Algorithm::sha256, nonce, true));
  ASSERT_TRUE(challenge.ok());
  EXPECT_EQ(challenge->realm, "a \"quoted\" realm");
  EXPECT_EQ(challenge->nonce, view(nonce));
  EXPECT_EQ(challenge->algorithm, Algorithm::sha256);
  EXPECT_TRUE(challenge->qop_auth && challenge->stale);
}

TEST(Nonces, areBoundToKeyContextAndTime) {
  NonceSigner signer(key, 5min);
  const std::string nonce(view(signer.make(now, "a")));
  EXPECT_EQ(signer.check(nonce, now + 5min, "a"), NonceSigner::State::fresh);
  EXPECT_EQ(signer.check(nonce, now + 301s, "a"), NonceSigner::State::expired);
  EXPECT_EQ(signer.check(nonce, now, "b"), NonceSigner::State::foreign);
  EXPECT_EQ(NonceSigner(std::string(32, 'x'), 5min).check(nonce, now, "a"), NonceSigner::State::foreign);
  auto forged = nonce;
  forged[3] = forged[3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(signer.check(forged, now, "a"), NonceSigner::State::foreign);
  EXPECT_EQ(signer.check("", now), NonceSigner::State::foreign);
  EXPECT_NE(signer.make(now), signer.make(now));
}

TEST(Digest, readsWhatDevicesSend) {
  auto challenge = parse_challenge("digest  Realm = \"a \\\"b\\\"\" ,nonce=abc,QOP=\"auth-int, AUTH\",stale=TRUE,x=y");
  ASSERT_TRUE(challenge.ok());
  EXPECT_EQ(challenge->realm, "a \"b\"");
  EXPECT_EQ(challenge->nonce, "abc");
  EXPECT_TRUE(challenge->qop_auth);
  EXPECT_TRUE(challenge->stale);
}

TEST(Digest, refusesWhatIsMalformed) {
  for (const char* bad :
       {"", "Basic abc", "Digest", "Digest realm", "Digest realm=\"a", "Digest realm=\"a\"",
        "Digest realm=\"a\", nonce=\"b\", nonce=\"c\"", "Digest realm=\"a\", nonce=\"b\" x",
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-512", "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
        "Digest realm=\"a\", nonce=\"b\",", "Digest realm=\"a\nb\", nonce=\"b\""}) {
    EXPECT_FALSE(parse_challenge(bad).ok()) << bad;
  }
  EXPECT_FALSE(parse_challenge("Digest nonce=\"b\", realm=\"" + std::string(600, 'a') + "\"").ok());
  std::string many = "Digest realm=\"a\", nonce=\"b\"";
  for (int at = 0; at < 40; ++at) many += ", p" + std::to_string(at) + "=1";
  EXPECT_FALSE(parse_challenge(many).ok());
  const std::string good = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"";
  EXPECT_TRUE(parse_credentials(good + std::string(32, 'a') + "\"").ok());
  EXPECT_FALSE(parse_credentials(good + std::string(31, 'a') + "\"").ok());
  EXPECT_FALSE(parse_credentials(good + std::string(32, 'g') + "\"").ok());
  EXPECT_FALSE(parse_credentials(good + std::string(32, 'a') + "\", algorithm=SHA-256").ok());
  EXPECT_FALSE(parse_credentials(good + std::string(32, 'a') + "\", qop=auth").ok());
}

// RFC 8760; security.md 9
TEST(ClientAuthenticator, choosesTheStrongestOfItsOwnRealmAndStopsAtARefusal) {
  const std::vector<std::string> both = {"Digest realm=\"VDP\", nonce=\"1\", algorithm=MD5, qop=\"auth\"",
                                         "Digest realm=\"VDP\", nonce=\"1\", algorithm=SHA-256, qop=\"auth\""};
  EXPECT_EQ(choose(both)->algorithm, Algorithm::sha256);
  EXPECT_FALSE(choose(both, "other"));
  ClientAuthenticator login("u", "p", "VDP");
  EXPECT_FALSE(login.challenged({"Digest realm=\"evil\", nonce=\"1\""}, 0));
  ASSERT_TRUE(login.challenged(both, 0));
  EXPECT_THAT(login.authorize("INVITE", "sip:x"), ::testing::HasSubstr("nc=00000001"));
  EXPECT_THAT(login.authorize("BYE", "sip:x"), ::testing::HasSubstr("nc=00000002"));
  EXPECT_FALSE(login.challenged(both, 1));
  EXPECT_TRUE(login.challenged({both[0] + ", stale=true"}, 1));
  ClientAuthenticator learning("u", "p");
  EXPECT_TRUE(learning.challenged({"Digest realm=\"first\", nonce=\"1\""}, 0));
  EXPECT_FALSE(learning.challenged({"Digest realm=\"second\", nonce=\"1\""}, 0));
}

// C24
TEST(DtmfBody, isReadInEverySpelling) {
  const auto digit = [](const char* type, const char* body) {
    const auto key_pressed = parse_dtmf(type, body);
    return key_pressed ? key_pressed->digit : '?';
  };
  EXPECT_EQ(digit("application/dtmf-relay", "Signal=5\r\nDuration=250\r\n"), '5');
  EXPECT_EQ(digit("application/dtmf-relay", "Signal=5\r\nDuration=250"), '5');
  EXPECT_EQ(digit("application/DTMF-Relay; x=y", "duration = 1\nsignal = b"), 'B');
  EXPECT_EQ(digit("application/dtmf-relay", "Signal=11"), '#');
  EXPECT_EQ(digit("application/dtmf-relay", "Signal=10"), '*');
  EXPECT_EQ(digit("application/dtmf", "#"), '#');
  EXPECT_EQ(digit("application/dtmf", " 7\r\n"), '7');
  EXPECT_EQ(digit("application/dtmf-relay", "Signal=5\r\nSignal=6"), '?');
  EXPECT_EQ(digit("application/dtmf-relay", ""), '?');
  EXPECT_EQ(digit("application/dtmf", "12"), '?');
  EXPECT_EQ(digit("text/plain", "5"), '?');
  EXPECT_EQ(digit("application/dtmf", std::string(300, ' ').append("5").c_str()), '?');
  EXPECT_EQ(parse_dtmf("application/dtmf-relay", "Signal=1\nDuration=99999999999")->duration, longest_dtmf);
}

}  // namespace
}  // namespace lintel::sip::digest
