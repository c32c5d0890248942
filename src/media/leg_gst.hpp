// Small conveniences over GStreamer for legs and audio devices. Any thread.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <functional>
#include <span>
#include <string>

#include "base/gobject.hpp"
#include "base/handle.hpp"
#include "base/result.hpp"
#include "media/media.hpp"

namespace lintel::media {

using Element = Object<GstElement>;

// A pipeline on the shared time that is put together step by step; the first thing that fails is kept and the rest does
// nothing.
class LegPipeline {
 public:
  explicit LegPipeline(const char* name);
  ~LegPipeline();  // to NULL: may wait, so never on the loop
  LegPipeline(const LegPipeline&) = delete;
  LegPipeline& operator=(const LegPipeline&) = delete;

  // Makes an element and adds it. Null (and error()) when the plugin is missing. The pipeline keeps the reference.
  GstElement* add(const char* factory, const char* name = nullptr);
  GstElement* caps_filter(const std::string& caps);
  void link(std::initializer_list<GstElement*> elements);
  // While running: brings elements that were added later to the pipeline's state.
  static void follow(std::initializer_list<GstElement*> elements);

  // Errors, end of stream, warnings and element messages, on whatever thread posts them.
  void on_message(std::function<void(GstMessage*)> handler);
  bool play();  // false when the state change failed at once
  // To NULL: afterwards no streaming thread and no signal of it runs. May wait. An owner whose members those threads
  // use calls this before it lets go of the pipeline.
  void halt();

  [[nodiscard]] GstElement* get() const { return pipeline_.get(); }
  [[nodiscard]] GstBin* bin() const { return GST_BIN(pipeline_.get()); }
  [[nodiscard]] bool ok() const { return error_.empty(); }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  Element pipeline_;
  std::string error_;
  std::function<void(GstMessage*)> handler_;
};

[[nodiscard]] std::string message_text(GstMessage* message);  // of an error or warning, for the log

// Gives every buffer of an appsink to `take`, on its streaming thread.
void take_buffers(GstElement* appsink, std::function<void(GstBuffer*)> take);
// Copies bytes into a new buffer and pushes it; timestamps by the source (do-timestamp) unless `pts` is given.
bool push_bytes(GstElement* appsrc, std::span<const std::uint8_t> bytes, GstClockTime pts = GST_CLOCK_TIME_NONE,
                GstClockTime duration = GST_CLOCK_TIME_NONE, bool delta = false);

// Shows each buffer of a pad to `probe`, on its streaming thread; false drops it.
using BufferProbe = std::function<bool(GstPadProbeInfo*)>;
void probe_buffers(GstPad* pad, BufferProbe probe);
[[nodiscard]] Object<GstPad> pad_of(GstElement* element, const char* name);  // a static one

// Runs a callable as GObject signal handler data: freed with the connection.
template <typename Callable>
void free_callable(gpointer data, GClosure* /*closure*/) {
  delete static_cast<Callable*>(data);
}

}  // namespace lintel::media
