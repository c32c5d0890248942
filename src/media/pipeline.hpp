// A running GStreamer pipeline as an owned thing: it stops when it goes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "media/media.hpp"

namespace lintel::media {

// Any thread, but the destructor stops the pipeline and may wait for it: never let the last reference go on one of the
// pipeline's own streaming threads (capture elements or weak references in callbacks, not the Pipeline).
class Pipeline {
 public:
  struct Notice {
    enum class Kind { failed, ended } kind = Kind::failed;
    std::string reason;   // failed: why, in words, as a part of a sentence
    std::string element;  // failed: the element's factory
  };
  using Listener = std::function<void(const Notice&)>;

  // From gst-launch syntax. No outside text belongs into `description`: set it as properties afterwards.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> parse(const std::string& description);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  [[nodiscard]] GstElement* get() const { return element_.get(); }
  [[nodiscard]] Object<GstElement> find(const char* name) const;  // empty when there is none
  // Errors and the end of the stream, on a streaming thread; set before play(). There is no bus watch, so no
  // descriptors.
  void listen(Listener listener);
  [[nodiscard]] bool play();  // false: it failed at once; the listener has heard why

 private:
  explicit Pipeline(Object<GstElement> element) : element_(std::move(element)) {}
  Object<GstElement> element_;
};

// Calls `take` on the sink's streaming thread with each sample. The appsink keeps `take` until it is finalised.
void take_samples(GstElement* appsink, std::function<void(const Sample&)> take);

// The size of `width` x `height` made to fit into the frame, same shape, never enlarged, even numbers.
struct Size {
  int width = 0, height = 0;
};
[[nodiscard]] Size fit(Size picture, Size frame);
[[nodiscard]] Size size_of(const GstCaps* caps);  // 0x0 when the caps have none

}  // namespace lintel::media
