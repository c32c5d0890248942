// Where sound comes from and goes to: a device, a file, or nothing. The samples cross between the audio thread and the
// device's own GStreamer thread by bounded queues; opening and closing happen on a job thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "media/audio.hpp"
#include "media/audio_queue.hpp"

namespace lintel::media {

struct DeviceName {
  enum class Kind { none, silence, test, tone, room, file, alsa, pipewire };
  Kind kind = Kind::none;
  std::string name;  // of the device or file
};
// Error: invalid, for a name of no kind.
[[nodiscard]] Result<DeviceName> parse_device_name(std::string_view text, bool microphone);

// Job thread only, but for take() and give(): audio thread.
class MicrophoneDevice {
 public:
  virtual ~MicrophoneDevice() = default;  // may wait
  // Takes a frame when a whole one is there.
  virtual bool take(AudioFrame& frame) = 0;
  // Whether frames come in the device's own time; else take() answers whenever it is asked.
  [[nodiscard]] virtual bool has_clock() const = 0;
  // Whether it can hear the speaker, so that echo has to be cancelled.
  [[nodiscard]] virtual bool acoustic() const { return has_clock(); }
  virtual void hear(const AudioFrame& /*played*/) {}  // for the twin of a room
};
class SpeakerDevice {
 public:
  virtual ~SpeakerDevice() = default;
  virtual void give(const AudioFrame& frame) = 0;
};

// `arrived` is called on the device's thread for each piece of sound; `failed` once, from any thread, when it breaks.
[[nodiscard]] Result<std::unique_ptr<MicrophoneDevice>> open_microphone(const DeviceName& name,
                                                                        std::function<void()> arrived,
                                                                        std::function<void(std::string)> failed);
[[nodiscard]] Result<std::unique_ptr<SpeakerDevice>> open_speaker(const DeviceName& name,
                                                                  std::function<void(std::string)> failed);

}  // namespace lintel::media
