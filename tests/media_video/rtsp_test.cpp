#include "media/rtsp.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/digest.hpp"
#include "media/audio.hpp"
#include "media_video/program.hpp"
#include "media_video/video_fixture.hpp"

namespace lintel::media {
namespace {

class RtspTest : public VideoTest {
 protected:
  void SetUp() override { serve({}); }
  void serve(RtspOptions given) {
    given.address = "127.0.0.1";
    auto started = RtspServer::start(loop, video, std::move(given));
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(*started);
    ASSERT_TRUE(server->listen(0, false).ok());
    server->set_accounts(recorder());
  }
  static std::vector<RtspAccount> recorder() {
    return {{"recorder", digest::ha1(digest::Algorithm::md5, "recorder", "Lintel", "Secret-17")}};
  }
  std::string url(const std::string& path, const std::string& password = "Secret-17") const {
    return "rtsp://recorder:" + password + "@127.0.0.1:" + std::to_string(server->port()) + path;
  }
  // ffmpeg decodes `frames` frames into raw grey pictures of 64x48; answers how many came and its exit code.
  std::pair<int, std::size_t> pull(const std::string& from, const std::string& transport, int frames) {
    const std::string target = folder.file("frames.raw");
    std::error_code ignored;
    std::filesystem::remove(target, ignored);
    Program ffmpeg({"ffmpeg", "-hide_banner", "-loglevel", "error", "-rtsp_transport", transport, "-analyzeduration",
                    "200000", "-i", from, "-frames:v", std::to_string(frames), "-vf", "scale=64:48", "-pix_fmt", "gray",
                    "-f", "rawvideo", target},
                   folder.file("ffmpeg.log"));
    std::optional<int> code;
    if (!until([&] { return (code = ffmpeg.ended()).has_value(); })) return {-2, 0};
    const auto size = std::filesystem::exists(target) ? std::filesystem::file_size(target) : 0;
    return {*code, size / (64 * 48)};
  }
  std::string log_of_ffmpeg() const {
    std::ostringstream text;
    text << std::ifstream(folder.file("ffmpeg.log")).rdbuf();
    return text.str();
  }

  // A certificate of the test's own.
  void certify(const std::string& name = "localhost") {
    const std::string key = folder.file("key.pem"), certificate = folder.file("certificate.pem");
    Program openssl({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=" + name},
                    folder.file("openssl.log"));
    ASSERT_TRUE(until([&] { return openssl.ended() == 0; }));
    std::ostringstream text;
    text << std::ifstream(certificate).rdbuf() << std::ifstream(key).rdbuf();
    pem = text.str();
  }

  // The name in the certificate that is served there.
  std::string served_by(std::uint16_t port) {
    const std::string log = folder.file("client.log");
    Program client({"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(port)}, log);
    if (!until([&] { return client.ended().has_value(); })) return "";
    std::ifstream text(log);
    for (std::string line; std::getline(text, line);)
      if (line.starts_with("subject=")) return line.substr(line.rfind(' ') + 1);
    return "";
  }

  Folder folder;
  std::string pem;
  Video video{loop, options()};
  std::unique_ptr<RtspServer> server;
};

// V03
TEST_F(RtspTest, givesDecodableFramesOverTcpAndStopsWithTheLastViewer) {
  const auto [code, frames] = pull(url("/main"), "tcp", 10);
  EXPECT_EQ(code, 0) << log_of_ffmpeg();
  EXPECT_EQ(frames, 10U);
  EXPECT_GE(stream(video).hub.keys, 1U);
  ASSERT_TRUE(until([&] { return stream(video).state == EncoderState::stopped; }));
  ASSERT_TRUE(until([&] { return server->statistics().sessions == 0 && server->statistics().connections == 0; }));
}

TEST_F(RtspTest, givesTheSubStreamOverUdpByItsOtherAddress) {
  const auto [code, frames] = pull(url("/cam/realmonitor?channel=1&subtype=1"), "udp", 5);
  EXPECT_EQ(code, 0) << log_of_ffmpeg();
  EXPECT_EQ(frames, 5U);
  EXPECT_GT(stream(video, {Profile::sub, Codec::h264}).hub.units, 0U);
  EXPECT_EQ(stream(video).hub.units, 0U) << "the main stream was not touched";
}

TEST_F(RtspTest, refusesAWrongPasswordAndAnUnknownPath) {
  auto [code, frames] = pull(url("/main", "wrong"), "tcp", 1);
  EXPECT_NE(code, 0);
  EXPECT_EQ(frames, 0U);
  EXPECT_NE(log_of_ffmpeg().find("401"), std::string::npos) << log_of_ffmpeg();
  std::tie(code, frames) = pull(url("/other"), "tcp", 1);
  EXPECT_NE(code, 0);
  server->set_accounts({});
  std::tie(code, frames) = pull(url("/main"), "tcp", 1);
  EXPECT_NE(log_of_ffmpeg().find("401"), std::string::npos) << "without accounts nobody may watch";
  EXPECT_EQ(stream(video).hub.units, 0U) << "no encoder for strangers";
}

TEST_F(RtspTest, refusesAtOnceWhileTheCameraIsLost) {
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 1; }));
  ASSERT_TRUE(video.unplug(true).ok());
  const auto [code, frames] = pull(url("/main"), "tcp", 1);
  EXPECT_NE(code, 0);
  EXPECT_EQ(frames, 0U);
  EXPECT_NE(log_of_ffmpeg().find("503"), std::string::npos) << log_of_ffmpeg();
}

TEST_F(RtspTest, namesThePortThatIsTaken) {
  const auto other = RtspServer::start(loop, video, {.address = "127.0.0.1"}).value();
  const auto second = other->listen(server->port(), false);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_NE(second.error().message.find(std::to_string(server->port())), std::string::npos);
  EXPECT_NE(second.error().message.find("--rtsp-port"), std::string::npos);
}

// A bare connection that says `text`.
class Connection {
 public:
  Connection(std::uint16_t port, const std::string& text) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 && !text.empty())
      (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  [[nodiscard]] bool closed() const {
    char byte = 0;
    const auto got = ::recv(socket_, &byte, 1, MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN);
  }

 private:
  int socket_;
};

TEST_F(RtspTest, closesConnectionsThatSayNothingAndThoseTooMany) {
  server.reset();
  serve({.connection_limit = 2, .silent_limit = std::chrono::seconds(1)});
  const Connection first(server->port(), ""), second(server->port(), "OPTIONS");
  ASSERT_TRUE(until([&] { return server->statistics().connections == 2; }));
  const Connection third(server->port(), "");
  ASSERT_TRUE(until([&] { return third.closed(); }));
  EXPECT_EQ(server->statistics().refused_connections, 1U);
  ASSERT_TRUE(until([&] { return first.closed() && second.closed(); }));
  ASSERT_TRUE(until([&] { return server->statistics().connections == 0; }));
}

TEST_F(RtspTest, forcesAKeyForEachViewerOfTheSharedStream) {
  Program first(
      {"ffmpeg", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url("/main"), "-f", "null", "-"},
      folder.file("first.log"));
  // So far behind the first key that what came since is not kept any more for whoever joins.
  ASSERT_TRUE(until([&] { return stream(video).hub.units > 30; }));
  const auto forced = stream(video).hub.keys_forced;
  const auto [code, frames] = pull(url("/live/ch00_0"), "tcp", 3);
  EXPECT_EQ(code, 0) << log_of_ffmpeg();
  EXPECT_GT(stream(video).hub.keys_forced, forced);
  EXPECT_EQ(stream(video).hub.consumers, 1U) << "one payloading for both";
}

TEST_F(RtspTest, isANetworkCameraForAnotherStation) {
  Video other(loop, options(url("/main")));
  auto viewer = watch(other);
  ASSERT_TRUE(until([&] { return viewer->units > 5; })) << other.camera().message;
  EXPECT_EQ(other.camera().width, 320);
  EXPECT_EQ(other.camera().message.find("Secret"), std::string::npos) << other.camera().message;
  server.reset();  // the network camera goes away
  ASSERT_TRUE(until([&] { return other.camera().state == CameraState::lost; }));
  EXPECT_EQ(other.camera().message.find("Secret"), std::string::npos) << other.camera().message;
}

TEST_F(RtspTest, saysThatANetworkCameraRefusesThePassword) {
  Video other(loop, options(url("/main", "wrong-17")));
  other.start();
  ASSERT_TRUE(until([&] { return other.camera().state == CameraState::lost; }));
  EXPECT_NE(other.camera().message.find("refused the user name or password"), std::string::npos)
      << other.camera().message;
  EXPECT_EQ(other.camera().message.find("wrong-17"), std::string::npos);
}

TEST_F(RtspTest, speaksTlsWithACertificate) {
  certify();
  auto secure = RtspServer::start(loop, video, {.address = "127.0.0.1", .tls_pem = pem});
  ASSERT_TRUE(secure.ok()) << secure.error().message;
  ASSERT_TRUE((*secure)->listen(0, true).ok());
  (*secure)->set_accounts(recorder());
  const auto [code, frames] =
      pull("rtsps://recorder:Secret-17@127.0.0.1:" + std::to_string((*secure)->tls_port()) + "/sub", "tcp", 3);
  EXPECT_EQ(code, 0) << log_of_ffmpeg();
  EXPECT_EQ(frames, 3U);
  EXPECT_EQ((*secure)->port(), 0) << "without the plain port";
  EXPECT_EQ(RtspServer::start(loop, video, {.address = "127.0.0.1", .tls_pem = "nonsense"}).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(server->listen(0, true).error().code, ErrorCode::invalid) << "there is no certificate";
}

// S11: a port that another program held is had later; who watches at the other one is not disturbed.
TEST_F(RtspTest, takesAPortLater) {
  certify();
  serve({.tls_pem = pem});
  Program watching({"ffmpeg", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url("/sub"), "-f", "null", "-"},
                   folder.file("watching.log"));
  ASSERT_TRUE(until([&] { return server->statistics().sessions == 1; }));
  const auto later = server->listen(0, true);
  ASSERT_TRUE(later.ok()) << later.error().message;
  EXPECT_EQ(*later, server->tls_port());
  const auto [code, frames] = pull("rtsps://recorder:Secret-17@127.0.0.1:" + std::to_string(*later) + "/sub", "tcp", 3);
  EXPECT_EQ(code, 0) << log_of_ffmpeg();
  EXPECT_EQ(frames, 3U);
  EXPECT_GE(server->statistics().sessions, 1);
  EXPECT_FALSE(watching.ended());
}

// S12: renewed while it runs, as the station does with a new address; who watches is not disturbed.
TEST_F(RtspTest, usesANewCertificateForWhoComesAfter) {
  certify("before");
  auto secure = RtspServer::start(loop, video, {.address = "127.0.0.1", .tls_pem = std::exchange(pem, {})});
  ASSERT_TRUE(secure.ok()) << secure.error().message;
  ASSERT_TRUE((*secure)->listen(0, true).ok());
  (*secure)->set_accounts(recorder());
  const std::uint16_t port = (*secure)->tls_port();
  EXPECT_EQ(served_by(port), "before");
  Program watching({"ffmpeg", "-loglevel", "error", "-rtsp_transport", "tcp", "-i",
                    "rtsps://recorder:Secret-17@127.0.0.1:" + std::to_string(port) + "/sub", "-f", "null", "-"},
                   folder.file("watching.log"));
  ASSERT_TRUE(until([&] { return (*secure)->statistics().sessions == 1; }));
  certify("after");
  ASSERT_TRUE((*secure)->use_certificate(std::exchange(pem, {})).ok());
  EXPECT_EQ(served_by(port), "after");
  EXPECT_EQ((*secure)->use_certificate("nonsense").error().code, ErrorCode::invalid);
  EXPECT_EQ(served_by(port), "after") << "what can be used is kept";
  EXPECT_EQ((*secure)->statistics().sessions, 1);
  EXPECT_FALSE(watching.ended());
}

// V03: sound beside the picture, over each way, recognisable: how strong the 1 kHz of the microphone is in what came.
class RtspSoundTest : public RtspTest {
 protected:
  void SetUp() override {
    AudioOptions quiet;
    quiet.microphone = "tone";
    quiet.speaker = "none";
    quiet.echo_cancellation = quiet.noise_suppression = false;
    audio = std::make_unique<AudioEngine>(loop, quiet);
    certify();
    serve({.tls_pem = pem, .audio = audio.get()});
    ASSERT_TRUE(server->listen(0, true).ok());
  }
  void TearDown() override { server.reset(); }
  // Picture and sound at once: frames that came, and the share of the sound that is the tone.
  void pull_both(const std::string& from, const std::string& transport) {
    const std::string sound = folder.file("sound.raw"), picture = folder.file("frames.raw");
    Program ffmpeg({"ffmpeg",  "-hide_banner", "-loglevel", "error", "-y",   "-rtsp_transport",
                    transport, "-i",           from,        "-map",  "0:a",  "-t",
                    "1",       "-c:a",         "pcm_s16le", "-ar",   "8000", "-f",
                    "s16le",   sound,          "-map",      "0:v",   "-t",   "1",
                    "-vf",     "scale=64:48",  "-pix_fmt",  "gray",  "-f",   "rawvideo",
                    picture},
                   folder.file("ffmpeg.log"));
    ASSERT_TRUE(until([&] { return ffmpeg.ended().has_value(); }));
    EXPECT_EQ(ffmpeg.ended(), 0) << log_of_ffmpeg();
    EXPECT_GE(std::filesystem::file_size(picture) / (64 * 48), 10U);
    std::ifstream raw(sound, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(raw)), {});
    std::vector<double> samples;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
      samples.push_back(static_cast<std::int16_t>(static_cast<unsigned char>(bytes[at]) |
                                                  static_cast<unsigned char>(bytes[at + 1]) << 8));
    ASSERT_GE(samples.size(), 4000U);
    double all = 0, sine = 0, cosine = 0;
    for (std::size_t at = 0; at < samples.size(); ++at) {
      const double phase = 2 * M_PI * 1000 * static_cast<double>(at) / 8000;
      all += samples[at] * samples[at];
      sine += samples[at] * std::sin(phase);
      cosine += samples[at] * std::cos(phase);
    }
    EXPECT_GT(std::sqrt(all / static_cast<double>(samples.size())), 500) << "not silence";
    EXPECT_GT(2 * (sine * sine + cosine * cosine) / static_cast<double>(samples.size()) / all, 0.9) << "the tone";
  }
  std::unique_ptr<AudioEngine> audio;
};

TEST_F(RtspSoundTest, carriesSoundBesideThePictureOverTcp) {
  pull_both(url("/main"), "tcp");
}
TEST_F(RtspSoundTest, carriesSoundBesideThePictureOverUdp) {
  pull_both(url("/sub"), "udp");
}
TEST_F(RtspSoundTest, carriesSoundBesideThePictureOverTls) {
  pull_both("rtsps://recorder:Secret-17@127.0.0.1:" + std::to_string(server->tls_port()) + "/main", "tcp");
}

TEST_F(RtspTest, aViewerThatVanishesLeavesNoSessionAndNoEncoder) {
  {
    Program ffmpeg({"ffmpeg", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url("/main"), "-f",
                    "null", "-"},
                   folder.file("ffmpeg.log"));
    ASSERT_TRUE(until([&] { return stream(video).hub.units > 3 && server->statistics().sessions == 1; }));
  }  // killed: no TEARDOWN
  ASSERT_TRUE(until([&] { return stream(video).state == EncoderState::stopped; }));
  ASSERT_TRUE(until([&] { return server->statistics().sessions == 0; }));
}

// Recorders come and go: nothing of them stays.
TEST_F(RtspTest, leavesNothingBehindViewers) {
  auto staying = watch(video);
  ASSERT_TRUE(until([&] { return staying->units > 3; }));
  (void)pull(url("/main"), "tcp", 1);
  ASSERT_TRUE(until([&] { return server->statistics().connections == 0; }));
  const int descriptors = open_descriptors();
  for (int round = 0; round < 5; ++round) (void)pull(url("/main"), "tcp", 1);
  ASSERT_TRUE(until([&] { return server->statistics().connections == 0 && server->statistics().sessions == 0; }));
  (void)until([&] { return open_descriptors() <= descriptors; }, 5s);
  EXPECT_LE(open_descriptors(), descriptors);
}

TEST_F(RtspTest, mayGoWhileSomebodyWatches) {
  Program ffmpeg(
      {"ffmpeg", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url("/main"), "-f", "null", "-"},
      folder.file("ffmpeg.log"));
  ASSERT_TRUE(until([&] { return stream(video).hub.units > 5; }));
  server.reset();
  ASSERT_TRUE(until([&] { return ffmpeg.ended().has_value(); }));
  ASSERT_TRUE(until([&] { return stream(video).state == EncoderState::stopped; }));
}

}  // namespace
}  // namespace lintel::media
