#include <fmt/format.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "base/log.hpp"
#include "media/audio.hpp"
#include "media/leg_gst.hpp"
#include "media/sound.hpp"

namespace lintel::media {
namespace {

constexpr auto decode_limit = std::chrono::seconds(20);
constexpr std::array<const char*, 5> sound_suffixes{".wav", ".ogg", ".opus", ".mp3", ".flac"};

struct Decoding {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::int16_t> samples;
  std::size_t limit = 0;
  bool over = false;
  bool ended = false;
  std::string error;
};

}  // namespace

Result<std::vector<std::int16_t>> decode_audio_file(const std::string& path, int seconds, bool refuse_longer) {
  Decoding decoding;
  decoding.limit = static_cast<std::size_t>(seconds) * audio_rate;
  {
    LegPipeline pipeline("decode-audio");
    GstElement* source = pipeline.add("filesrc");
    GstElement* decoder = pipeline.add("decodebin");
    GstElement* convert = pipeline.add("audioconvert");
    GstElement* resample = pipeline.add("audioresample");
    GstElement* caps = pipeline.caps_filter("audio/x-raw,format=S16LE,rate=16000,channels=1,layout=interleaved");
    GstElement* sink = pipeline.add("appsink");
    pipeline.link({source, decoder});
    pipeline.link({convert, resample, caps, sink});
    if (!pipeline.ok()) return Error{ErrorCode::unavailable, pipeline.error(), {}, {}, {}};
    g_object_set(source, "location", path.c_str(), nullptr);
    g_signal_connect(decoder, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer data) {
                       const Object<GstPad> target =
                           Object<GstPad>::adopt(gst_element_get_static_pad(static_cast<GstElement*>(data), "sink"));
                       const Caps pad_caps = Caps::adopt(gst_pad_get_current_caps(pad));
                       if (!pad_caps || gst_pad_is_linked(target.get())) return;
                       const char* name = gst_structure_get_name(gst_caps_get_structure(pad_caps.get(), 0));
                       if (g_str_has_prefix(name, "audio/")) gst_pad_link(pad, target.get());
                     }),
                     convert);
    take_buffers(sink, [&decoding](GstBuffer* buffer) {
      GstMapInfo map;
      if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
      {
        const std::lock_guard lock(decoding.mutex);
        const auto* first = reinterpret_cast<const std::int16_t*>(map.data);
        const std::size_t room = decoding.limit - decoding.samples.size();
        const std::size_t count = std::min(room, map.size / 2);
        decoding.samples.insert(decoding.samples.end(), first, first + count);
        if (map.size / 2 > room) {
          decoding.over = true;
          decoding.changed.notify_all();
        }
      }
      gst_buffer_unmap(buffer, &map);
    });
    g_object_set(sink, "drop", FALSE, "max-buffers", 0U, nullptr);
    pipeline.on_message([&decoding](GstMessage* message) {
      const GstMessageType type = GST_MESSAGE_TYPE(message);
      if (type != GST_MESSAGE_ERROR && type != GST_MESSAGE_EOS) return;
      const std::lock_guard lock(decoding.mutex);
      if (type == GST_MESSAGE_ERROR && decoding.error.empty()) decoding.error = message_text(message);
      decoding.ended = true;
      decoding.changed.notify_all();
    });
    if (!pipeline.play()) {
      const std::lock_guard lock(decoding.mutex);
      decoding.ended = true;
      if (decoding.error.empty()) decoding.error = "it cannot be opened";
    }
    std::unique_lock lock(decoding.mutex);
    if (!decoding.changed.wait_for(lock, decode_limit, [&] { return decoding.ended || decoding.over; })) {
      decoding.error = "it takes too long to read";
    }
  }
  if (!decoding.error.empty()) {
    return Error{ErrorCode::unavailable,
                 fmt::format("The sound file '{}' cannot be used: {}", path, decoding.error),
                 {},
                 path,
                 {}};
  }
  if (decoding.samples.empty()) {
    return Error{ErrorCode::invalid, fmt::format("The file '{}' holds no sound.", path), {}, path, {}};
  }
  if (decoding.over && refuse_longer) {
    return Error{ErrorCode::invalid,
                 fmt::format("The sound file '{}' is longer than {} seconds.", path, seconds),
                 {},
                 path,
                 fmt::format("{} s", seconds)};
  }
  return std::move(decoding.samples);
}

std::vector<std::int16_t> load_sound(Sound sound, const std::string& folder) {
  for (const char* suffix : sound_suffixes) {
    if (folder.empty()) break;
    std::error_code error;
    const std::string path = folder + "/" + name_of(sound) + suffix;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    Result<std::vector<std::int16_t>> samples = decode_audio_file(path, sound_seconds_limit, true);
    if (samples) return std::move(*samples);
    log::warning("audio", "{}", samples.error().message);
  }
  return synthesise(sound);
}

}  // namespace lintel::media
