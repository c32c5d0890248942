#include "media/audio_device.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstring>

#include "media/audio_room.hpp"
#include "media/audio_signal.hpp"
#include "media/leg_gst.hpp"
#include "media/sound.hpp"

namespace lintel::media {
namespace {

constexpr int room_delay = 120;  // milliseconds from the speaker to the microphone of the twin
constexpr std::size_t microphone_queue_limit = 10 * audio_frame;
constexpr guint64 speaker_queue_limit = 80 * GST_MSECOND;
const char* const raw_caps = "audio/x-raw,format=S16LE,rate=16000,channels=1,layout=interleaved";

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// A sound held in memory, played again and again.
class MemoryMicrophone final : public MicrophoneDevice {
 public:
  explicit MemoryMicrophone(std::vector<std::int16_t> samples) : samples_(std::move(samples)) {}
  bool take(AudioFrame& frame) override {
    for (std::int16_t& sample : frame) {
      sample = samples_.empty() ? std::int16_t{0} : samples_[next_];
      if (++next_ >= samples_.size()) next_ = 0;
    }
    return true;
  }
  [[nodiscard]] bool has_clock() const override { return false; }

 private:
  std::vector<std::int16_t> samples_;
  std::size_t next_ = 0;
};

// Tells the first failure, and no more after it was told to be quiet.
std::function<void(GstMessage*)> failure_teller(std::string what, std::function<void(std::string)> failed) {
  return [what = std::move(what), failed = std::move(failed),
          told = std::make_shared<std::atomic<bool>>(false)](GstMessage* message) {
    const GstMessageType type = GST_MESSAGE_TYPE(message);
    if (type != GST_MESSAGE_ERROR && type != GST_MESSAGE_EOS) return;
    if (told->exchange(true)) return;
    failed(type == GST_MESSAGE_EOS ? fmt::format("{} has ended.", what)
                                   : fmt::format("{} failed: {}", what, message_text(message)));
  };
}

GstElement* add_device(LegPipeline& pipeline, const DeviceName& name, bool microphone) {
  if (name.kind == DeviceName::Kind::pipewire) {
    GstElement* element = pipeline.add(microphone ? "pipewiresrc" : "pipewiresink");
    if (element != nullptr && !name.name.empty()) {
      // A node's name; "path" takes numbers alone, and finds nothing by a name without saying so.
      g_object_set(element, "target-object", name.name.c_str(), nullptr);
    }
    return element;
  }
  GstElement* element = pipeline.add(microphone ? "alsasrc" : "alsasink");
  if (element != nullptr) {
    if (!name.name.empty()) g_object_set(element, "device", name.name.c_str(), nullptr);
    // Small buffers: what lies in them is delay, and echo that comes later than the canceller looks.
    g_object_set(element, "buffer-time", gint64{60'000}, "latency-time", gint64{10'000}, nullptr);
  }
  return element;
}

class PipelineMicrophone final : public MicrophoneDevice {
 public:
  bool open(const DeviceName& name, std::function<void()> arrived, std::function<void(std::string)> failed) {
    GstElement* source = add_device(pipeline_, name, true);
    GstElement* convert = pipeline_.add("audioconvert");
    GstElement* resample = pipeline_.add("audioresample");
    GstElement* caps = pipeline_.caps_filter(raw_caps);
    GstElement* sink = pipeline_.add("appsink");
    pipeline_.link({source, convert, resample, caps, sink});
    if (!pipeline_.ok()) return false;
    take_buffers(sink, [this, arrived = std::move(arrived)](GstBuffer* buffer) {
      GstMapInfo map;
      if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
      {
        const std::lock_guard lock(mutex_);
        queue_.push({reinterpret_cast<const std::int16_t*>(map.data), map.size / 2});
      }
      gst_buffer_unmap(buffer, &map);
      arrived();
    });
    pipeline_.on_message(failure_teller("The microphone", std::move(failed)));
    return pipeline_.play();
  }
  bool take(AudioFrame& frame) override {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < audio_frame) return false;
    queue_.pop(frame);
    return true;
  }
  [[nodiscard]] bool has_clock() const override { return true; }
  [[nodiscard]] const std::string& error() const { return pipeline_.error(); }

 private:
  std::mutex mutex_;
  SampleQueue queue_{microphone_queue_limit};
  LegPipeline pipeline_{"microphone"};  // last: stopped before the queue goes
};

class PipelineSpeaker final : public SpeakerDevice {
 public:
  ~PipelineSpeaker() override {
    if (!to_file_ || source_ == nullptr) return;
    // The file's header gets its lengths at the end of the stream.
    gst_app_src_end_of_stream(GST_APP_SRC(source_));
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::seconds(1), [this] { return has_ended_; });
  }
  bool open(const DeviceName& name, std::function<void(std::string)> failed) {
    to_file_ = name.kind == DeviceName::Kind::file;
    source_ = pipeline_.add("appsrc");
    GstElement* convert = pipeline_.add("audioconvert");
    GstElement* resample = pipeline_.add("audioresample");
    if (to_file_) {
      GstElement* encoder = pipeline_.add("wavenc");
      GstElement* sink = pipeline_.add("filesink");
      if (sink != nullptr) g_object_set(sink, "location", name.name.c_str(), "async", FALSE, nullptr);
      pipeline_.link({source_, convert, resample, encoder, sink});
    } else {
      GstElement* sink = add_device(pipeline_, name, false);
      if (sink != nullptr) g_object_set(sink, "async", FALSE, "sync", FALSE, nullptr);
      pipeline_.link({source_, convert, resample, sink});
    }
    if (!pipeline_.ok()) return false;
    const Caps caps = Caps::adopt(gst_caps_from_string(raw_caps));
    g_object_set(source_, "caps", caps.get(), "is-live", TRUE, "format", GST_FORMAT_TIME, "do-timestamp", TRUE,
                 "max-time", speaker_queue_limit, "max-bytes", guint64{0}, "leaky-type", 2, nullptr);
    pipeline_.on_message([this, tell = failure_teller("The speaker", std::move(failed))](GstMessage* message) {
      if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
        ended_.notify_all();
        return;
      }
      tell(message);
    });
    return pipeline_.play();
  }
  void give(const AudioFrame& frame) override {
    push_bytes(source_, {reinterpret_cast<const std::uint8_t*>(frame.data()), sizeof(frame)});
  }
  [[nodiscard]] const std::string& error() const { return pipeline_.error(); }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  bool to_file_ = false;
  GstElement* source_ = nullptr;
  LegPipeline pipeline_{"speaker"};
};

class NoSpeaker final : public SpeakerDevice {
 public:
  void give(const AudioFrame& /*frame*/) override {}
};

Error cannot_open(const char* what, const DeviceName& name, const std::string& error) {
  return {ErrorCode::unavailable,
          fmt::format("The {} '{}' does not open{}{}", what, name.name.empty() ? "default" : name.name,
                      error.empty() ? "." : ": ", error),
          {},
          {},
          {}};
}

}  // namespace

Result<DeviceName> parse_device_name(std::string_view text, bool microphone) {
  using Kind = DeviceName::Kind;
  if (text == "none" || text == "silence" || text == "off") return DeviceName{Kind::silence, {}};
  if (text == "test") return DeviceName{Kind::test, {}};
  if (text == "room" && microphone) return DeviceName{Kind::room, {}};
  if (starts_with(text, "room:") && microphone) return DeviceName{Kind::room, std::string(text.substr(5))};
  if (text == "tone" && microphone) return DeviceName{Kind::tone, {}};
  if (text.empty() || text == "default" || text == "auto") return DeviceName{Kind::alsa, "default"};
  if (starts_with(text, "alsa:")) return DeviceName{Kind::alsa, std::string(text.substr(5))};
  if (starts_with(text, "pipewire:")) return DeviceName{Kind::pipewire, std::string(text.substr(9))};
  if (text == "pipewire") return DeviceName{Kind::pipewire, {}};
  if (starts_with(text, "file://")) return DeviceName{Kind::file, std::string(text.substr(7))};
  if (starts_with(text, "file:")) return DeviceName{Kind::file, std::string(text.substr(5))};
  if (starts_with(text, "hw:") || starts_with(text, "plughw:")) return DeviceName{Kind::alsa, std::string(text)};
  if (text.find('/') != std::string_view::npos || text.find('.') != std::string_view::npos) {
    return DeviceName{Kind::file, std::string(text)};
  }
  return Error{ErrorCode::invalid,
               fmt::format("'{}' is no {}: give default, alsa:NAME, pipewire:NAME, a file, test or {}.", text,
                           microphone ? "microphone" : "speaker", microphone ? "silence" : "none"),
               microphone ? "microphone" : "speaker",
               std::string(text),
               {}};
}

Result<std::unique_ptr<MicrophoneDevice>> open_microphone(const DeviceName& name, std::function<void()> arrived,
                                                          std::function<void(std::string)> failed) {
  using Kind = DeviceName::Kind;
  using Opened = std::unique_ptr<MicrophoneDevice>;
  switch (name.kind) {
    case Kind::none:
    case Kind::silence:
      return Opened(std::make_unique<MemoryMicrophone>(std::vector<std::int16_t>{}));
    case Kind::test:
      return Opened(std::make_unique<MemoryMicrophone>(speech_like(10)));
    case Kind::tone:
      return Opened(std::make_unique<MemoryMicrophone>(tone(1000, 1000, 0.25)));
    case Kind::room: {
      if (name.name.empty()) return Opened(std::make_unique<RoomMicrophone>(room_delay, speech_like(10)));
      LINTEL_TRY(auto voice, decode_audio_file(name.name, clip_seconds_limit, false));
      return Opened(std::make_unique<RoomMicrophone>(room_delay, std::move(voice)));
    }
    case Kind::file: {
      LINTEL_TRY(auto samples, decode_audio_file(name.name, clip_seconds_limit, false));
      return Opened(std::make_unique<MemoryMicrophone>(std::move(samples)));
    }
    case Kind::alsa:
    case Kind::pipewire:
      break;
  }
  auto device = std::make_unique<PipelineMicrophone>();
  if (!device->open(name, std::move(arrived), std::move(failed))) {
    return cannot_open("microphone", name, device->error());
  }
  return Opened(std::move(device));
}

Result<std::unique_ptr<SpeakerDevice>> open_speaker(const DeviceName& name, std::function<void(std::string)> failed) {
  using Kind = DeviceName::Kind;
  using Opened = std::unique_ptr<SpeakerDevice>;
  if (name.kind != Kind::file && name.kind != Kind::alsa && name.kind != Kind::pipewire) {
    return Opened(std::make_unique<NoSpeaker>());
  }
  auto device = std::make_unique<PipelineSpeaker>();
  if (!device->open(name, std::move(failed))) return cannot_open("speaker", name, device->error());
  return Opened(std::move(device));
}

}  // namespace lintel::media
