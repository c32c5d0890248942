// What gst-rtsp-server is given of ours: which path means which stream, and the media of a stream, fed by the hub.
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include <atomic>
#include <functional>
#include <memory>

#include "media/rtsp.hpp"

namespace lintel::media {

// What the media of one server need; it outlives the server while a media still goes. Any thread.
struct RtspSource {
  std::function<Result<Subscription>(Profile, Consumer)> join;
  std::optional<RtspAudio> audio;
  std::function<void(std::function<void()>)> in_a_while;  // runs the work after the time a picture may take to come
};

// Mount points that know the aliases: every path of a stream becomes "/main" or "/sub" (transfer full).
[[nodiscard]] GstRTSPMountPoints* make_mount_points();
// The factory of one stream: one shared media for all viewers, whatever path they came by (transfer full).
[[nodiscard]] GstRTSPMediaFactory* make_media_factory(Profile profile, std::shared_ptr<const RtspSource> source);

// Somebody began to play `media`: its stream makes a key, so that the picture is there at once. Any thread.
void force_key(GstRTSPMedia* media);

inline constexpr const char* rtsp_role = "viewer";  // the role of every account

}  // namespace lintel::media
