// One encoder at work: raw frames in, access units out. Made for one size of picture and thrown away when that changes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "media/encoder.hpp"
#include "media/frame_limit.hpp"
#include "media/pipeline.hpp"

namespace lintel::media {

// The encoders for a codec, the preferred first; only what is installed. Any thread.
[[nodiscard]] std::vector<std::string> encoders_for(Codec codec);
[[nodiscard]] Result<void> encoder_available(Codec codec);  // Error unavailable, naming the package

class EncoderPipeline {
 public:
  // Builds and starts it; on a worker. Units go to `hub`; `failed` is called on a streaming thread.
  [[nodiscard]] static Result<std::shared_ptr<EncoderPipeline>> start(const std::string& encoder, StreamKey stream,
                                                                      ProfileSettings settings, const Caps& raw,
                                                                      std::shared_ptr<Hub> hub,
                                                                      std::function<void(std::string)> failed);
  void push(
      const Unit& frame);  // the camera's streaming thread; never waits. Frames beyond the profile's rate are left out
  void force_key();        // the next frame pushed becomes a key
  // Any thread; false: this encoder must be started anew for it.
  [[nodiscard]] bool change_bit_rate(int kilobits_per_second);

 private:
  explicit EncoderPipeline(int frames_per_second) : limit_(frames_per_second) {}
  FrameLimit limit_;
  std::unique_ptr<Pipeline> pipeline_;
  Object<GstElement> source_, encoder_;
  std::string name_;
};

}  // namespace lintel::media
