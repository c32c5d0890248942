#include "media/leg_gst.hpp"

#include <fmt/format.h>

namespace lintel::media {

LegPipeline::LegPipeline(const char* name) {
  if (Result<void> ready = init(); !ready) error_ = ready.error().message;
  pipeline_ = Element::sink(gst_pipeline_new(name));
  share_time(GST_PIPELINE(pipeline_.get()));
}

LegPipeline::~LegPipeline() { halt(); }

void LegPipeline::halt() {
  const Handle<GstBus, gst_object_unref> bus(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
  gst_bus_set_flushing(bus.get(), TRUE);
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

GstElement* LegPipeline::add(const char* factory, const char* name) {
  if (!ok()) return nullptr;
  GstElement* element = gst_element_factory_make(factory, name);
  if (element == nullptr) {
    error_ = missing_element("A call", factory).message;
    return nullptr;
  }
  gst_bin_add(bin(), element);
  return element;
}

GstElement* LegPipeline::caps_filter(const std::string& text) {
  GstElement* filter = add("capsfilter");
  if (filter == nullptr) return nullptr;
  const Caps caps = Caps::adopt(gst_caps_from_string(text.c_str()));
  g_object_set(filter, "caps", caps.get(), nullptr);
  return filter;
}

void LegPipeline::link(std::initializer_list<GstElement*> elements) {
  GstElement* previous = nullptr;
  for (GstElement* element : elements) {
    if (!ok()) return;
    if (element == nullptr) {
      error_ = "A media pipeline could not be put together.";
    } else if (previous != nullptr && !gst_element_link(previous, element)) {
      error_ = fmt::format("A media pipeline could not be linked: {} to {}.", GST_ELEMENT_NAME(previous),
                           GST_ELEMENT_NAME(element));
    }
    previous = element;
  }
}

void LegPipeline::follow(std::initializer_list<GstElement*> elements) {
  for (GstElement* element : elements) gst_element_sync_state_with_parent(element);
}

void LegPipeline::on_message(std::function<void(GstMessage*)> handler) {
  handler_ = std::move(handler);
  const Handle<GstBus, gst_object_unref> bus(gst_element_get_bus(pipeline_.get()));
  // A sync handler, not a watch: a watch would cost two descriptors a pipeline, and need the loop's context.
  gst_bus_set_sync_handler(
      bus.get(),
      [](GstBus*, GstMessage* message, gpointer self) -> GstBusSyncReply {
        static_cast<LegPipeline*>(self)->handler_(message);
        gst_message_unref(message);
        return GST_BUS_DROP;
      },
      this, nullptr);
}

bool LegPipeline::play() {
  return gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

std::string message_text(GstMessage* message) {
  GError* raw = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &raw, nullptr);
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning(message, &raw, nullptr);
  }
  const GErrorHandle error(raw);
  return error ? error->message : "";
}

void take_buffers(GstElement* appsink, std::function<void(GstBuffer*)> take) {
  using Take = std::function<void(GstBuffer*)>;
  g_object_set(appsink, "emit-signals", FALSE, "sync", FALSE, "async", FALSE, "max-buffers", 64U, "drop", TRUE,
               "enable-last-sample", FALSE, nullptr);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* sink, gpointer data) -> GstFlowReturn {
    const Sample sample = Sample::adopt(gst_app_sink_pull_sample(sink));
    if (!sample) return GST_FLOW_EOS;
    if (GstBuffer* buffer = gst_sample_get_buffer(sample.get())) (*static_cast<Take*>(data))(buffer);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(appsink), &callbacks, new Take(std::move(take)),
                             [](gpointer data) { delete static_cast<Take*>(data); });
}

bool push_bytes(GstElement* appsrc, std::span<const std::uint8_t> bytes, GstClockTime pts, GstClockTime duration,
                bool delta) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, bytes.size(), nullptr);
  if (buffer == nullptr) return false;
  gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DTS(buffer) = pts;
  GST_BUFFER_DURATION(buffer) = duration;
  if (delta) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return gst_app_src_push_buffer(GST_APP_SRC(appsrc), buffer) == GST_FLOW_OK;
}

void probe_buffers(GstPad* pad, BufferProbe probe) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) -> GstPadProbeReturn {
        return (*static_cast<BufferProbe*>(data))(info) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
      },
      new BufferProbe(std::move(probe)), [](gpointer data) { delete static_cast<BufferProbe*>(data); });
}

Object<GstPad> pad_of(GstElement* element, const char* name) {
  return Object<GstPad>::adopt(gst_element_get_static_pad(element, name));
}

}  // namespace lintel::media
