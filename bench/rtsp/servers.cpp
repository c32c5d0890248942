// The two servers side by side: ours, and gst-rtsp-server with one shared media that an appsrc feeds.
#include <fmt/format.h>
#include <gst/app/gstappsrc.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/digest.hpp"
#include "feed.hpp"
#include "media/rtsp.hpp"

namespace lintel::bench {

using namespace lintel::media;

namespace {

// One subscription stays, so that the encoder is warm and only joining is measured.
struct Source {
  explicit Source(bool live) {
    if (!live) {
      canned = std::make_unique<Canned>();
      return;
    }
    Video::Options options;
    options.camera.source = "test";
    video = std::make_unique<Video>(loop, options);
    video->start();
  }
  Subscription join(Consumer consumer) {
    if (canned) return canned->hub()->join("bench", std::move(consumer));
    auto joined = video->subscribe({Profile::main, Codec::h264}, "bench", std::move(consumer));
    if (!joined.ok()) std::exit(1);
    return std::move(*joined);
  }
  void warm() {
    std::atomic<bool> running{false};
    staying = join([&running, first = true](const Unit&) mutable {
      if (std::exchange(first, false)) running = true;
    });
    const Timer looking = loop.clock().every(std::chrono::milliseconds(5), [] {});
    while (!running) loop.turn(true);
  }
  // Until nobody holds the other end of standard input.
  void run(std::uint16_t port) {
    fmt::print("{}\n", port);
    std::fflush(stdout);
    const Watch input = loop.watch(STDIN_FILENO, readable | hung_up, [this](unsigned) { loop.quit(); });
    loop.run();
    std::_Exit(0);  // what is measured is over
  }
  Loop loop;
  std::unique_ptr<Canned> canned;
  std::unique_ptr<Video> video;
  Subscription staying;
};

struct Feed {
  GstElement* appsrc = nullptr;
  Caps caps;
  void take(const Unit& unit) {
    if (unit.caps.get() != caps.get()) {
      caps = unit.caps;
      gst_app_src_set_caps(GST_APP_SRC(appsrc), caps.get());
    }
    gst_app_src_push_buffer(GST_APP_SRC(appsrc), gst_buffer_ref(unit.buffer.get()));
  }
};

Source* source_of_media = nullptr;
Subscription media_subscription;

void configure(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer) {
  GstElement* element = gst_rtsp_media_get_element(media);
  if (GstObject* pipeline = gst_object_get_parent(GST_OBJECT(element))) share_time(GST_PIPELINE(pipeline));
  auto feed = std::make_shared<Feed>();
  feed->appsrc = gst_bin_get_by_name(GST_BIN(element), "video");
  media_subscription = source_of_media->join([feed](const Unit& unit) { feed->take(unit); });
}
void playing(GstRTSPClient*, GstRTSPContext*, gpointer) {
  media_subscription.request_key();
}
void connected(GstRTSPServer*, GstRTSPClient* client, gpointer) {
  g_signal_connect(client, "play-request", G_CALLBACK(&playing), nullptr);
}

}  // namespace

void serve_lintel(bool live, std::size_t viewers) {
  Source source(live);
  source.warm();
  RtspOptions options;
  options.address = "127.0.0.1";
  options.session_limit = options.connection_limit = options.source_limit = static_cast<int>(4 * viewers + 16);
  RtspVideo video;
  video.join = [&source](Profile, Consumer consumer) -> Result<Subscription> {
    return source.join(std::move(consumer));
  };
  auto server = RtspServer::start(source.loop, video, options);
  if (!server.ok() || !(*server)->listen(0, false).ok()) std::exit(1);
  (*server)->set_accounts({{"viewer", digest::ha1(digest::Algorithm::md5, "viewer", "Lintel", "secret")}});
  source.run((*server)->port());
}

void serve_gstreamer(bool live) {
  Source source(live);
  source.warm();
  source_of_media = &source;
  GstRTSPServer* server = gst_rtsp_server_new();
  gst_rtsp_server_set_address(server, "127.0.0.1");
  gst_rtsp_server_set_service(server, "0");
  GstRTSPAuth* auth = gst_rtsp_auth_new();
  gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
  gst_rtsp_auth_set_realm(auth, "Lintel");
  GstRTSPToken* token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", nullptr);
  gst_rtsp_auth_add_digest(auth, "viewer", "secret", token);
  gst_rtsp_server_set_auth(server, auth);
  GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_launch(factory,
                                    "( appsrc name=video is-live=true format=time max-bytes=0 max-buffers=60 "
                                    "leaky-type=downstream ! rtph264pay name=pay0 pt=96 config-interval=-1 "
                                    "aggregate-mode=none )");
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  gst_rtsp_media_factory_set_latency(factory, 0);
  gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                  GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
  g_signal_connect(factory, "media-configure", G_CALLBACK(&configure), nullptr);
  GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server);
  gst_rtsp_mount_points_add_factory(mounts, "/main", factory);
  g_signal_connect(server, "client-connected", G_CALLBACK(&connected), nullptr);
  GstRTSPThreadPool* pool = gst_rtsp_thread_pool_new();
  gst_rtsp_thread_pool_set_max_threads(pool, 2);
  gst_rtsp_server_set_thread_pool(server, pool);
  if (gst_rtsp_server_attach(server, nullptr) == 0) std::exit(1);
  source.run(static_cast<std::uint16_t>(gst_rtsp_server_get_bound_port(server)));
}

}  // namespace lintel::bench
