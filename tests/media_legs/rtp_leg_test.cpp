#include <gtest/gtest.h>

#include "media/audio_signal.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

AudioOptions test_audio() {
  AudioOptions options;
  options.microphone = "test";
  options.speaker = "test";
  return options;
}

// Two stations in one process, each with ears and a voice, joined by a call.
class TwoStations : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init().ok()); }

  void make(LegKind kind, LegOptions first, LegOptions second) {
    LegEvents events;
    events.dtmf = [this](char digit) { first_heard += digit; };
    events.connected = [this] { first_connected = true; };
    events.lost = [this](const std::string& reason) { lost = reason; };
    first_leg = std::move(first_legs.create(kind, std::move(first), events).value());
    events.dtmf = [this](char digit) { second_heard += digit; };
    events.connected = [this] { second_connected = true; };
    events.lost = {};
    second_leg = std::move(second_legs.create(kind, std::move(second), events).value());
  }
  // Offer, answer, start; answers whether all went well. The second one sends nothing at an early stage.
  bool call(CallStage stage = CallStage::answered) {
    bool done = false;
    std::string problem;
    first_leg->create_offer([&](Result<std::string> offer) {
      if (!offer) return void(problem = offer.error().message);
      offer_text = *offer;
      second_leg->create_answer(*offer, [&](Result<std::string> answer) {
        if (!answer) return void(problem = answer.error().message);
        answer_text = *answer;
        first_leg->accept_answer(*answer, [&](Result<void> accepted) {
          if (!accepted) return void(problem = accepted.error().message);
          first_leg->start(stage);
          if (stage == CallStage::answered) second_leg->start();
          done = true;
        });
      });
    });
    turn_until(loop, [&] { return done || !problem.empty(); });
    EXPECT_EQ(problem, "");
    return done;
  }
  bool hears(AudioEngine& engine, double level) {
    return turn_until(loop, [&] {
      const std::vector<std::int16_t> recorded = engine.recorded();
      if (recorded.size() < 5 * audio_rate) return false;
      const std::vector<std::int16_t> last(recorded.end() - 3 * audio_rate, recorded.end());
      return best_correlation(twice, last) > level;
    });
  }

  Loop loop;
  AudioEngine first_audio{loop, test_audio()};
  AudioEngine second_audio{loop, test_audio()};
  Legs first_legs{loop, &first_audio, nullptr, {}};
  Legs second_legs{loop, &second_audio, nullptr, {}};
  std::unique_ptr<Leg> first_leg;
  std::unique_ptr<Leg> second_leg;
  std::string offer_text, answer_text, first_heard, second_heard, lost;
  bool first_connected = false, second_connected = false;
  std::vector<std::int16_t> twice = [] {
    std::vector<std::int16_t> once = speech_like(10);
    once.insert(once.end(), once.begin(), once.begin() + 5 * audio_rate);
    return once;
  }();
};

class EachCodec : public TwoStations, public ::testing::WithParamInterface<AudioCodec> {};

TEST_P(EachCodec, carriesSpeechBothWays) {  // C25
  LegOptions options;
  options.video = Direction::inactive;
  options.codecs = {GetParam()};
  make(LegKind::plain_rtp, options, options);
  ASSERT_TRUE(call());
  EXPECT_TRUE(hears(second_audio, 0.9));
  EXPECT_TRUE(hears(first_audio, 0.9));
  EXPECT_TRUE(first_connected);
  EXPECT_EQ(first_leg->figures().audio_codec, second_leg->figures().audio_codec);
  EXPECT_EQ(first_leg->state(), LegState::connected);
}
INSTANTIATE_TEST_SUITE_P(RtpLeg, EachCodec,
                         ::testing::Values(AudioCodec::opus, AudioCodec::g722, AudioCodec::pcma, AudioCodec::pcmu));

TEST_F(TwoStations, speakEncryptedBySdes) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  options.encryption = Encryption::compulsory;
  make(LegKind::sdes_srtp, options, options);
  ASSERT_TRUE(call());
  EXPECT_NE(offer_text.find("RTP/SAVP"), std::string::npos);
  EXPECT_NE(answer_text.find("a=crypto:1 "), std::string::npos);
  EXPECT_TRUE(hears(second_audio, 0.9));
  EXPECT_TRUE(hears(first_audio, 0.9));
  EXPECT_GT(first_leg->figures().audio_packets_received, 20U);
  first_leg->send_dtmf('#');
  EXPECT_TRUE(turn_until(loop, [&] { return second_heard == "#"; }));
  EXPECT_TRUE(first_leg->figures().encrypted);
}

TEST_F(TwoStations, speakEncryptedWhereBothCanAndMay) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  options.encryption = Encryption::optional;
  make(LegKind::plain_rtp, options, options);
  ASSERT_TRUE(call());
  for (const std::string& text : {offer_text, answer_text}) {
    EXPECT_NE(text.find("RTP/AVP"), std::string::npos) << text;
    EXPECT_NE(text.find("a=crypto:1 "), std::string::npos) << text;
  }
  EXPECT_TRUE(hears(second_audio, 0.9));
  EXPECT_TRUE(hears(first_audio, 0.9));
  EXPECT_TRUE(first_leg->figures().encrypted);
  EXPECT_TRUE(second_leg->figures().encrypted);
}

TEST_F(TwoStations, speakPlainWhereOneCannotEncrypt) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  LegOptions willing = options;
  willing.encryption = Encryption::optional;
  make(LegKind::plain_rtp, willing, options);
  ASSERT_TRUE(call());
  EXPECT_NE(offer_text.find("a=crypto:1 "), std::string::npos);
  EXPECT_EQ(answer_text.find("a=crypto"), std::string::npos) << answer_text;
  EXPECT_TRUE(hears(second_audio, 0.9));
  EXPECT_TRUE(hears(first_audio, 0.9));
  EXPECT_FALSE(first_leg->figures().encrypted);
}

TEST_F(TwoStations, offerNoKeyWhereEncryptionIsOff) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  make(LegKind::plain_rtp, options, options);
  ASSERT_TRUE(call());
  EXPECT_EQ(offer_text.find("crypto"), std::string::npos) << offer_text;
}

TEST_F(TwoStations, stayAsEncryptedAsTheyBegan) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  options.encryption = Encryption::optional;
  make(LegKind::plain_rtp, options, options);
  ASSERT_TRUE(call());
  std::string plain = offer_text;
  plain.erase(plain.find("a=crypto"), plain.find("\r\n", plain.find("a=crypto")) + 2 - plain.find("a=crypto"));
  for (int times = 0; times < 2; ++times) {
    std::optional<ErrorCode> code;
    second_leg->create_answer(
        plain, [&](Result<std::string> answer) { code = answer.ok() ? ErrorCode::internal : answer.error().code; });
    ASSERT_TRUE(turn_until(loop, [&] { return code.has_value(); }));
    EXPECT_EQ(code, ErrorCode::invalid);
  }
  EXPECT_TRUE(hears(second_audio, 0.9));
}

// RFC 4568 §7.1.4: an offer may bring another key, as phones do when they hold or refresh.
TEST_F(TwoStations, followANewKeyOfThePeer) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  make(LegKind::sdes_srtp, options, options);
  ASSERT_TRUE(call());
  ASSERT_TRUE(hears(second_audio, 0.9));
  const auto answer_to = [&](const std::string& offer) {
    std::optional<bool> answered;
    second_leg->create_answer(offer, [&](Result<std::string> answer) { answered = answer.ok(); });
    return turn_until(loop, [&] { return answered.has_value(); }) && *answered;
  };
  const auto is_quiet = [&] {
    const std::vector<std::int16_t> recorded = second_audio.recorded();
    const std::size_t part = audio_rate / 2;
    return recorded.size() > part &&
           std::all_of(recorded.end() - part, recorded.end(), [](std::int16_t one) { return std::abs(one) < 100; });
  };
  std::string other = offer_text;
  other.replace(other.find("inline:") + 7, 40, std::string(40, 'A'));
  ASSERT_TRUE(answer_to(other));
  EXPECT_TRUE(turn_until(loop, is_quiet)) << "what comes is of the old key";
  ASSERT_TRUE(answer_to(offer_text));
  EXPECT_TRUE(hears(second_audio, 0.9));
}

TEST_F(TwoStations, speakEncryptedInAnotherCodecWhenTheFirstIsNotOfferedAnyMore) {  // C21
  LegOptions options;
  options.video = Direction::inactive;
  options.codecs = {AudioCodec::opus, AudioCodec::pcma};
  make(LegKind::sdes_srtp, options, options);
  ASSERT_TRUE(call());
  ASSERT_TRUE(turn_until(loop, [&] { return first_connected && second_connected; }));
  std::string narrow = offer_text;
  narrow.replace(narrow.find("SAVP 96 8 "), 10, "SAVP 8 ");
  std::string answer;
  second_leg->create_answer(narrow, [&](Result<std::string> made) { answer = made.value_or("refused"); });
  ASSERT_TRUE(turn_until(loop, [&] { return !answer.empty(); }));
  EXPECT_NE(answer.find("SAVP 8 "), std::string::npos) << answer;
  EXPECT_TRUE(hears(first_audio, 0.9));
}

TEST_F(TwoStations, hearEachOthersDigitsByRfc4733) {  // C24
  LegOptions options;
  options.video = Direction::inactive;
  options.codecs = {AudioCodec::opus, AudioCodec::pcma};
  make(LegKind::plain_rtp, options, options);
  ASSERT_TRUE(call());
  ASSERT_TRUE(turn_until(loop, [&] { return first_connected && second_connected; }));
  for (const char digit : {'1', '1', '#', '*'}) first_leg->send_dtmf(digit);
  for (const char digit : {'9', 'D'}) second_leg->send_dtmf(digit);
  EXPECT_TRUE(turn_until(loop, [&] { return second_heard == "11#*" && first_heard == "9D"; }))
      << second_heard << " " << first_heard;
}

TEST_F(TwoStations, holdAndResumeByOfferingAgain) {
  LegOptions options;
  options.video = Direction::inactive;
  make(LegKind::plain_rtp, options, options);
  ASSERT_TRUE(call());
  ASSERT_TRUE(turn_until(loop, [&] { return first_connected && second_connected; }));
  std::string held = offer_text;
  held.replace(held.find("a=sendrecv"), 10, "a=inactive");
  std::string answer;
  second_leg->create_answer(held, [&](Result<std::string> made) { answer = made.value_or("refused"); });
  ASSERT_TRUE(turn_until(loop, [&] { return !answer.empty(); }));
  EXPECT_NE(answer.find("a=inactive"), std::string::npos) << answer;
  const std::uint64_t sent = second_leg->figures().audio_packets_sent;
  answer.clear();
  second_leg->create_answer(offer_text, [&](Result<std::string> made) { answer = made.value_or("refused"); });
  ASSERT_TRUE(turn_until(loop, [&] { return !answer.empty(); }));
  EXPECT_NE(answer.find("a=sendrecv"), std::string::npos) << answer;
  EXPECT_TRUE(turn_until(loop, [&] { return second_leg->figures().audio_packets_sent > sent + 20; }));
}

TEST_F(TwoStations, goOnAsTheyWereWhenAnotherOfferIsRefused) {
  make(LegKind::plain_rtp, {}, {});
  ASSERT_TRUE(call());
  ASSERT_TRUE(turn_until(loop, [&] { return first_connected && second_connected; }));
  const auto offered_lines = [&] {
    std::string offer;
    second_leg->create_offer([&](Result<std::string> made) { offer = made.value_or("refused"); });
    EXPECT_TRUE(turn_until(loop, [&] { return !offer.empty(); }));
    return offer.substr(std::min(offer.find("m="), offer.size()));
  };
  const std::string before = offered_lines();
  const std::string unknown =  // and a picture elsewhere, which by itself would do
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 40002 RTP/AVP 96\r\n"
      "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n"
      "m=audio 40000 RTP/AVP 99\r\na=rtpmap:99 AMR/8000\r\n";
  std::string answer;
  second_leg->create_answer(unknown, [&](Result<std::string> made) { answer = made ? "made" : "refused"; });
  ASSERT_TRUE(turn_until(loop, [&] { return !answer.empty(); }));
  EXPECT_EQ(answer, "refused");
  EXPECT_EQ(offered_lines(), before);
  const std::uint64_t sent = second_leg->figures().audio_packets_sent;
  const std::uint64_t received = first_leg->figures().audio_packets_received;
  EXPECT_TRUE(turn_until(loop, [&] {
    return second_leg->figures().audio_packets_sent > sent + 20 && first_leg->figures().audio_packets_received > received + 20;
  }));
}

TEST_F(TwoStations, talkWithoutAPictureWhenItIsRefused) {
  LegOptions options;
  options.video = Direction::receive_only;  // nothing to show here: what matters is the refused line
  LegOptions blind = options;
  blind.video = Direction::inactive;
  make(LegKind::plain_rtp, options, blind);
  ASSERT_TRUE(call());
  EXPECT_NE(offer_text.find("m=video"), std::string::npos);
  EXPECT_NE(answer_text.find("m=video 0"), std::string::npos) << answer_text;
  EXPECT_TRUE(turn_until(loop, [&] { return first_connected && second_connected; }));
}

TEST_F(TwoStations, refuseAPlainCallWhereEncryptionIsCompulsory) {  // C21
  LegOptions plain;
  plain.video = Direction::inactive;
  LegOptions strict = plain;
  strict.encryption = Encryption::compulsory;
  make(LegKind::plain_rtp, plain, strict);
  std::optional<ErrorCode> code;
  first_leg->create_offer([&](Result<std::string> offer) {
    second_leg->create_answer(*offer, [&](Result<std::string> answer) { code = answer.error().code; });
  });
  ASSERT_TRUE(turn_until(loop, [&] { return code.has_value(); }));
  EXPECT_EQ(code, ErrorCode::denied);
}

TEST_F(TwoStations, takeNoPlainAnswerWhereEncryptionIsCompulsory) {  // C21
  LegOptions plain;
  plain.video = Direction::inactive;
  LegOptions strict = plain;
  strict.encryption = Encryption::compulsory;
  make(LegKind::plain_rtp, strict, plain);
  std::optional<ErrorCode> code;
  first_leg->create_offer([&](Result<std::string> offer) {
    offer_text = offer.value_or("");
    std::string answer = offer_text;
    answer.replace(answer.find("RTP/SAVP"), 8, "RTP/AVP");
    answer.erase(answer.find("a=crypto"), answer.find("\r\n", answer.find("a=crypto")) + 2 - answer.find("a=crypto"));
    first_leg->accept_answer(answer, [&](Result<void> done) { code = done.error().code; });
  });
  ASSERT_TRUE(turn_until(loop, [&] { return code.has_value(); }));
  EXPECT_EQ(offer_text.find("RTP/AVP"), std::string::npos) << offer_text;
  EXPECT_EQ(code, ErrorCode::denied);
}

TEST_F(TwoStations, noticeThatThePeerFellSilent) {
  LegOptions options;
  options.video = Direction::inactive;
  LegOptions watchful = options;
  watchful.lost_after = std::chrono::seconds(2);
  make(LegKind::plain_rtp, watchful, options);
  ASSERT_TRUE(call());
  ASSERT_TRUE(turn_until(loop, [&] { return first_connected; }));
  second_leg.reset();
  EXPECT_TRUE(turn_until(loop, [&] { return !lost.empty(); }));
  EXPECT_EQ(first_leg->state(), LegState::lost);
}

// A phone that shows the picture while it rings has nobody yet who could speak.
TEST_F(TwoStations, letAPeerThatRingsBeSilentUntilItIsAnswered) {
  LegOptions options;
  options.video = Direction::inactive;
  LegOptions watchful = options;
  watchful.lost_after = std::chrono::seconds(1);
  make(LegKind::plain_rtp, watchful, options);
  ASSERT_TRUE(call(CallStage::early));
  EXPECT_FALSE(turn_until(
      loop, [&] { return !lost.empty(); }, std::chrono::seconds(3)))
      << lost;
  first_leg->start(CallStage::answered);
  first_leg->start(CallStage::early);  // an early answer that was slower to be taken
  EXPECT_TRUE(turn_until(loop, [&] { return !lost.empty(); })) << "from the answer on it counts";
}

TEST_F(TwoStations, keepNothingOfLegsThatWent) {
  const auto count = [](const char* folder) {
    std::size_t entries = 0;
    GDir* directory = g_dir_open(folder, 0, nullptr);
    while (g_dir_read_name(directory) != nullptr) ++entries;
    g_dir_close(directory);
    return entries;
  };
  LegOptions options;
  options.video = Direction::inactive;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  for (int round = 0; round < 30; ++round) {
    make(round % 2 == 0 ? LegKind::plain_rtp : LegKind::sdes_srtp, options, options);
    ASSERT_TRUE(call());
    first_leg.reset();
    second_leg.reset();
    ASSERT_TRUE(turn_until(loop, [&] { return first_legs.living() == 0 && second_legs.living() == 0; }));
    if (round == 5) descriptors = count("/proc/self/fd"), threads = count("/proc/self/task");
  }
  EXPECT_LE(count("/proc/self/fd"), descriptors + 2);
  EXPECT_LE(count("/proc/self/task"), threads + 2);
}

}  // namespace
}  // namespace lintel::media
