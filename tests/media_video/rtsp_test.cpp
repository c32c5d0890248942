#include "media/rtsp.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "media/pipeline.hpp"
#include "media_video/program.hpp"
#include "media_video/video_fixture.hpp"

namespace lintel::media {
namespace {

class RtspTest : public VideoTest {
 protected:
  void SetUp() override {
    auto started = RtspServer::start(loop, video, {.address = "127.0.0.1", .port = 0});
    ASSERT_TRUE(started.ok()) << started.error().message;
    server = std::move(*started);
    server->set_accounts({{"recorder", "Secret-17"}});
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

  Folder folder;
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
  const auto second = RtspServer::start(loop, video, {.address = "127.0.0.1", .port = server->port()});
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
  auto started = RtspServer::start(
      loop, video, {.address = "127.0.0.1", .port = 0, .connection_limit = 2, .silent_limit = std::chrono::seconds(1)});
  ASSERT_TRUE(started.ok());
  server = std::move(*started);
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
  ASSERT_TRUE(until([&] { return stream(video).hub.units > 5; }));
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
  const std::string key = folder.file("key.pem"), certificate = folder.file("certificate.pem");
  Program openssl({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"},
                  folder.file("openssl.log"));
  ASSERT_TRUE(until([&] { return openssl.ended() == 0; }));
  std::ostringstream pem;
  pem << std::ifstream(certificate).rdbuf() << std::ifstream(key).rdbuf();
  auto secure = RtspServer::start(loop, video, {.address = "127.0.0.1", .port = 0, .tls_pem = pem.str()});
  ASSERT_TRUE(secure.ok()) << secure.error().message;
  (*secure)->set_accounts({{"recorder", "Secret-17"}});
  const auto [code, frames] =
      pull("rtsps://recorder:Secret-17@127.0.0.1:" + std::to_string((*secure)->port()) + "/sub", "tcp", 3);
  EXPECT_EQ(code, 0) << log_of_ffmpeg();
  EXPECT_EQ(frames, 3U);
  EXPECT_EQ(RtspServer::start(loop, video, {.address = "127.0.0.1", .port = 0, .tls_pem = "nonsense"}).error().code,
            ErrorCode::invalid);
}

// A tap that gives G.711 without pause, as the room's audio side does.
TEST_F(RtspTest, carriesSoundBesideThePicture) {
  const auto sound = Hub::create("sound");
  auto source = Pipeline::parse(
      "audiotestsrc is-live=true samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! appsink "
      "name=sink sync=false");
  ASSERT_TRUE(source.ok());
  share_time(GST_PIPELINE((*source)->get()));
  take_samples((*source)->find("sink").get(), [sound](const Sample& sample) {
    Unit unit;
    unit.buffer = Buffer::adopt(gst_buffer_copy(gst_sample_get_buffer(sample.get())));
    unit.running_time = running_time();
    GST_BUFFER_PTS(unit.buffer.get()) = GST_BUFFER_DTS(unit.buffer.get()) = unit.running_time;
    unit.caps = Caps::share(gst_sample_get_caps(sample.get()));
    unit.key = true;
    sound->deliver(std::move(unit));
  });
  ASSERT_TRUE((*source)->play());
  RtspOptions given{.address = "127.0.0.1", .port = 0};
  given.audio = RtspAudio{"audio/x-mulaw", [sound](std::string name, Consumer consumer) {
                            return sound->join(std::move(name), std::move(consumer));
                          }};
  server.reset();
  auto started = RtspServer::start(loop, video, given);
  ASSERT_TRUE(started.ok());
  server = std::move(*started);
  server->set_accounts({{"recorder", "Secret-17"}});
  const std::string target = folder.file("sound.raw");
  Program ffmpeg({"ffmpeg", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url("/main"), "-map",
                  "0:a", "-frames:a", "10", "-c:a", "pcm_s16le", "-f", "s16le", target},
                 folder.file("ffmpeg.log"));
  ASSERT_TRUE(until([&] { return ffmpeg.ended().has_value(); }));
  EXPECT_EQ(ffmpeg.ended(), 0) << log_of_ffmpeg();
  std::ifstream raw(target, std::ios::binary);
  const std::string samples((std::istreambuf_iterator<char>(raw)), {});
  EXPECT_GE(samples.size(), 10U * 320);
  int loudest = 0;
  for (std::size_t at = 0; at + 1 < samples.size(); at += 2)
    loudest = std::max(
        loudest, std::abs(static_cast<int>(static_cast<std::int16_t>(
                     static_cast<unsigned char>(samples[at]) | static_cast<unsigned char>(samples[at + 1]) << 8))));
  EXPECT_GT(loudest, 10000) << "the tone, not silence";
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
