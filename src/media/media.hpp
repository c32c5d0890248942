// GStreamer's start, and the one time that all pipelines of the house share.
//
// Every pipeline runs on the same clock with the same base time, so a buffer's running time means the same in each of
// them: a frame stamped by the camera can be pushed into an appsrc of any other pipeline as it is.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/gobject.hpp"
#include "base/result.hpp"

namespace lintel::media {

// Starts GStreamer, once for the process; later calls answer the same. Any thread, but the first call may take a second
// when the plugin registry must be rebuilt, so it belongs before the loop runs. Error: unavailable, with what to
// install.
Result<void> init();

// After init(); any thread.
[[nodiscard]] GstClock* shared_clock();         // monotonic system clock, owned here
[[nodiscard]] GstClockTime shared_base_time();  // the clock's time when running time was 0
[[nodiscard]] GstClockTime running_time();      // now, in nanoseconds since shared_base_time()
// Puts `pipeline` on the shared time. Call it before its first state change. Any thread.
void share_time(GstPipeline* pipeline);

// Is the element `factory` installed? Any thread.
[[nodiscard]] bool has_element(const char* factory);
// Error unavailable: "<what> needs the GStreamer element 'x264enc', which is not installed: install the package …".
[[nodiscard]] Error missing_element(const std::string& what, const char* factory);

// A counted reference to a mini object (buffer, caps, sample). The same two words as lintel::Object.
template <typename T>
class Mini {
 public:
  Mini() = default;
  [[nodiscard]] static Mini adopt(T* object) { return Mini(object); }  // transfer full
  [[nodiscard]] static Mini share(T* object) {                         // transfer none
    if (object != nullptr) gst_mini_object_ref(GST_MINI_OBJECT_CAST(object));
    return Mini(object);
  }
  Mini(const Mini& other) : Mini(share(other.object_)) {}
  Mini(Mini&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Mini& operator=(Mini other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Mini() {
    if (object_ != nullptr) gst_mini_object_unref(GST_MINI_OBJECT_CAST(object_));
  }
  [[nodiscard]] T* get() const { return object_; }
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Mini(T* object) : object_(object) {}
  T* object_ = nullptr;
};

using Buffer = Mini<GstBuffer>;
using Caps = Mini<GstCaps>;
using Sample = Mini<GstSample>;

}  // namespace lintel::media
