// One stream (profile and codec): its hub, and the encoder that runs while the hub has members.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "base/workers.hpp"
#include "media/encoder.hpp"
#include "media/hub.hpp"

namespace lintel::media {

//   stopped --first viewer--> starting --first unit--> running --last viewer gone, grace over--> stopped
//                               |  ^                      |
//                       failed <+--+--- retry ------------+   (each encoder installed is tried before that)
// Loop only, but for hub().
class EncodedStream {
 public:
  // Frames come from `raw`; encoders are built on `worker`, which must outlive this.
  EncodedStream(Loop& loop, Workers& worker, std::shared_ptr<Hub> raw, StreamKey key, ProfileSettings settings,
                Duration grace);
  ~EncodedStream();
  EncodedStream(const EncodedStream&) = delete;
  EncodedStream& operator=(const EncodedStream&) = delete;

  void set(ProfileSettings settings);  // checked; a running encoder changes or is replaced, its viewers stay
  [[nodiscard]] const std::shared_ptr<Hub>& hub() const;
  [[nodiscard]] EncoderState state() const;
  [[nodiscard]] const std::string& message() const;
  [[nodiscard]] const std::string& encoder() const;  // in use, or empty

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
