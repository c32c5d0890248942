// C21: which calls are encrypted.
#include "media/encryption.hpp"

#include <gtest/gtest.h>

namespace lintel::media {
namespace {

const std::string key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n";
const std::string unknown_key = "a=crypto:1 AEAD_AES_256_GCM inline:" + std::string(59, 'A') + "=\r\n";

std::string with(const std::string& lines) {
  return "v=0\r\nc=IN IP4 192.0.2.9\r\n" + lines;
}
sdp::Media line(const std::string& protocol, const std::string& attributes = {}) {
  return sdp::parse(with("m=audio 4000 " + protocol + " 0\r\n" + attributes)).value().media.at(0);
}
// "plain", "encrypted", or the code of the error.
std::string said(const sdp::Media& remote, Encryption wanted, bool answered = false) {
  const Result<bool> encrypted = to_be_encrypted(remote, wanted, answered);
  if (!encrypted) return name_of(encrypted.error().code);
  return *encrypted ? "encrypted" : "plain";
}

TEST(Encryption, isByRtpSavpWhateverTheSetting) {  // C21
  for (const Encryption wanted : {Encryption::off, Encryption::optional, Encryption::compulsory}) {
    EXPECT_EQ(said(line("RTP/SAVP", key), wanted), "encrypted");
    EXPECT_EQ(said(line("RTP/SAVPF", key), wanted), "encrypted");
  }
  EXPECT_EQ(said(line("RTP/SAVP"), Encryption::off), "invalid");
  EXPECT_EQ(said(line("RTP/SAVP", unknown_key), Encryption::optional), "invalid");
  EXPECT_EQ(said(line("RTP/SAVP", unknown_key), Encryption::compulsory), "denied");
}

TEST(Encryption, isByKeysBesidePlainRtpWhereItIsWanted) {  // C21
  EXPECT_EQ(said(line("RTP/AVP", key), Encryption::off), "plain");
  EXPECT_EQ(said(line("RTP/AVP", key), Encryption::optional), "encrypted");
  EXPECT_EQ(said(line("RTP/AVPF", key), Encryption::compulsory), "encrypted");
}

TEST(Encryption, isLeftOutOrInsistedOn) {  // C21
  EXPECT_EQ(said(line("RTP/AVP"), Encryption::optional), "plain");
  EXPECT_EQ(said(line("RTP/AVP"), Encryption::optional, true), "plain");
  EXPECT_EQ(said(line("RTP/AVP"), Encryption::compulsory), "denied");
  EXPECT_EQ(said(line("RTP/AVP"), Encryption::compulsory, true), "denied");
  EXPECT_EQ(said(line("UDP/BFCP"), Encryption::off), "invalid");
}

TEST(Encryption, isNoGuessWhenAPeerEncryptsByWhatIsNotUnderstood) {  // C21
  EXPECT_EQ(said(line("RTP/AVP", unknown_key), Encryption::optional), "plain") << "a wish, which may be left alone";
  EXPECT_EQ(said(line("RTP/AVP", unknown_key), Encryption::optional, true), "invalid") << "what comes would be noise";
}

TEST(Encryption, isJudgedByTheSound) {  // C21
  EXPECT_TRUE(is_encrypted(with("m=audio 4000 RTP/SAVP 0\r\n" + key)));
  EXPECT_TRUE(is_encrypted(with("m=audio 4000 RTP/AVP 0\r\n" + key + "m=video 0 RTP/AVP 31\r\n")));
  EXPECT_FALSE(is_encrypted(with("m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/SAVP 102\r\n" + key)));
  EXPECT_FALSE(is_encrypted(with("m=audio 4000 RTP/SAVP 0\r\n" + unknown_key)));
  EXPECT_FALSE(is_encrypted(with("m=audio 0 RTP/SAVP 0\r\n"))) << "refused";
  EXPECT_TRUE(is_encrypted(with("m=video 4002 RTP/SAVP 102\r\n" + key))) << "a picture alone";
  EXPECT_TRUE(is_encrypted(with("m=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/SAVP 0\r\n" + key))) << "one of two";
  EXPECT_TRUE(is_encrypted("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:sha-256 AA\r\n"));
  EXPECT_FALSE(is_encrypted("hello"));
}

}  // namespace
}  // namespace lintel::media
