#include "media/rtsp_media.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsrc.h>

#include <mutex>

#include "base/log.hpp"

// ---- gst-rtsp-server's classes, extended where it has no signal for it ----

struct LintelMountPoints {
  GstRTSPMountPoints parent;
};
struct LintelMountPointsClass {
  GstRTSPMountPointsClass parent;
};
G_DEFINE_TYPE(LintelMountPoints, lintel_mount_points, GST_TYPE_RTSP_MOUNT_POINTS)

static gchar* lintel_mount_points_make_path(GstRTSPMountPoints* /*mounts*/, const GstRTSPUrl* url) {
  const auto text = [](const gchar* part) { return part != nullptr ? std::string_view(part) : std::string_view(); };
  const auto path = lintel::media::parse_rtsp_path(text(url->abspath), text(url->query));
  if (!path) return g_strdup("/unknown");  // matches no mount: 404
  return g_strconcat("/", lintel::media::name_of(path->profile), path->rest.c_str(), nullptr);
}
static void lintel_mount_points_class_init(LintelMountPointsClass* type) {
  type->parent.make_path = &lintel_mount_points_make_path;
}
static void lintel_mount_points_init(LintelMountPoints* /*self*/) {}

struct LintelMediaFactory {
  GstRTSPMediaFactory parent;
};
struct LintelMediaFactoryClass {
  GstRTSPMediaFactoryClass parent;
};
G_DEFINE_TYPE(LintelMediaFactory, lintel_media_factory, GST_TYPE_RTSP_MEDIA_FACTORY)

// One key: by default each spelling of the address would get a media of its own.
static gchar* lintel_media_factory_gen_key(GstRTSPMediaFactory* /*factory*/, const GstRTSPUrl* /*url*/) {
  return g_strdup("stream");
}
static void lintel_media_factory_class_init(LintelMediaFactoryClass* type) {
  type->parent.gen_key = &lintel_media_factory_gen_key;
}
static void lintel_media_factory_init(LintelMediaFactory* /*self*/) {}

namespace lintel::media {
namespace {

// Feeds one appsrc from a hub. The consumer shares it; it lives until the last unit in flight is pushed.
struct Feed {
  Object<GstElement> appsrc;
  Caps caps;  // touched by the hub's thread only
  std::atomic<bool> fed{false};

  void take(const Unit& unit) {
    if (unit.caps.get() != caps.get()) {
      caps = unit.caps;
      gst_app_src_set_caps(GST_APP_SRC(appsrc.get()), caps.get());
    }
    fed = true;
    gst_app_src_push_buffer(GST_APP_SRC(appsrc.get()), gst_buffer_ref(unit.buffer.get()));
  }
};

// What hangs on a media while it is prepared.
struct Feeds {
  std::mutex mutex;  // its end and a PLAY may come on different threads
  Subscription video, audio;
};
constexpr const char* feeds_key = "lintel-feeds";

struct Configuration {
  Profile profile;
  std::shared_ptr<const RtspSource> source;
};

void unprepared(GstRTSPMedia* /*media*/, gpointer data) {
  auto* feeds = static_cast<Feeds*>(data);
  const std::lock_guard lock(feeds->mutex);
  feeds->video.end();
  feeds->audio.end();
}

void fail(GstElement* appsrc, const std::string& why) {
  GError* error = g_error_new(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "%s", why.c_str());
  gst_element_post_message(appsrc, gst_message_new_error(GST_OBJECT(appsrc), error, nullptr));
  g_error_free(error);
}

void configure(GstRTSPMediaFactory* /*factory*/, GstRTSPMedia* media, gpointer data) {
  const auto& configuration = *static_cast<Configuration*>(data);
  const auto element = Object<GstElement>::adopt(gst_rtsp_media_get_element(media));
  if (const auto pipeline = Object<GstObject>::adopt(gst_object_get_parent(GST_OBJECT(element.get()))))
    share_time(GST_PIPELINE(pipeline.get()));

  auto* feeds = new Feeds;
  g_object_set_data_full(G_OBJECT(media), feeds_key, feeds, [](gpointer old) { delete static_cast<Feeds*>(old); });
  g_signal_connect(media, "unprepared", G_CALLBACK(&unprepared), feeds);

  auto video = std::make_shared<Feed>();
  video->appsrc = Object<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element.get()), "video"));
  // Joining forces a key unit: the first DESCRIBE waits for the payloader's caps, and those for the key.
  auto joined = configuration.source->join(configuration.profile, [video](const Unit& unit) { video->take(unit); });
  if (!joined.ok()) {
    log::warning("media.rtsp", "{}", joined.error().message);
    fail(video->appsrc.get(), joined.error().message);
    return;
  }
  feeds->video = std::move(*joined);
  configuration.source->in_a_while([weak = std::weak_ptr(video)] {
    const auto waiting = weak.lock();
    if (waiting != nullptr && !waiting->fed) fail(waiting->appsrc.get(), "The camera gives no picture now.");
  });
  if (const auto& tap = configuration.source->audio) {
    auto audio = std::make_shared<Feed>();
    audio->appsrc = Object<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element.get()), "audio"));
    if (audio->appsrc) feeds->audio = tap->join("rtsp", [audio](const Unit& unit) { audio->take(unit); });
  }
}

std::string audio_branch(const std::optional<RtspAudio>& audio) {
  if (!audio) return {};
  const char* payloader = audio->caps.starts_with("audio/x-mulaw")  ? "rtppcmupay pt=0"
                          : audio->caps.starts_with("audio/x-alaw") ? "rtppcmapay pt=8"
                          : audio->caps.starts_with("audio/x-opus") ? "rtpopuspay pt=97"
                                                                    : nullptr;
  if (payloader == nullptr) return {};
  return fmt::format(
      " appsrc name=audio is-live=true format=time max-bytes=0 max-buffers=50 leaky-type=downstream ! {} name=pay1",
      payloader);
}

}  // namespace

void force_key(GstRTSPMedia* media) {
  auto* feeds = static_cast<Feeds*>(g_object_get_data(G_OBJECT(media), feeds_key));
  if (feeds == nullptr) return;
  const std::lock_guard lock(feeds->mutex);
  feeds->video.request_key();
}

GstRTSPMountPoints* make_mount_points() {
  return GST_RTSP_MOUNT_POINTS(g_object_new(lintel_mount_points_get_type(), nullptr));
}

GstRTSPMediaFactory* make_media_factory(Profile profile, std::shared_ptr<const RtspSource> source) {
  auto* factory = GST_RTSP_MEDIA_FACTORY(g_object_new(lintel_media_factory_get_type(), nullptr));
  const std::string launch =
      "( appsrc name=video is-live=true format=time max-bytes=0 max-buffers=60 leaky-type=downstream "
      "! rtph264pay name=pay0 pt=96 config-interval=-1 aggregate-mode=none" +
      audio_branch(source->audio) + " )";
  gst_rtsp_media_factory_set_launch(factory, launch.c_str());
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  gst_rtsp_media_factory_set_protocols(
      factory, static_cast<GstRTSPLowerTrans>(GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP));
  gst_rtsp_media_factory_set_latency(factory, 0);
  gst_rtsp_media_factory_add_role(factory, rtsp_role, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                  GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
  g_signal_connect_data(
      factory, "media-configure", G_CALLBACK(&configure), new Configuration{profile, std::move(source)},
      [](gpointer data, GClosure*) { delete static_cast<Configuration*>(data); }, GConnectFlags{});
  return factory;
}

}  // namespace lintel::media
