#include "media/pipeline.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>

#include <algorithm>

#include "base/log.hpp"

namespace lintel::media {
namespace {

// GStreamer's own words name files and lines; these are for people.
std::string words_for(const GError& error) {
  if (error.domain == GST_RESOURCE_ERROR) {
    switch (error.code) {
      case GST_RESOURCE_ERROR_NOT_FOUND:
        return "it is not there";
      case GST_RESOURCE_ERROR_BUSY:
        return "another program uses it";
      case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
        return "it refused the user name or password";
      case GST_RESOURCE_ERROR_OPEN_READ:
      case GST_RESOURCE_ERROR_OPEN_READ_WRITE:
        return "it cannot be opened or reached";
      case GST_RESOURCE_ERROR_READ:
        return "it stopped giving data";
      default:
        break;
    }
  }
  if (error.domain == GST_STREAM_ERROR) {
    switch (error.code) {
      case GST_STREAM_ERROR_WRONG_TYPE:
      case GST_STREAM_ERROR_TYPE_NOT_FOUND:
        return "it holds no picture that can be read";
      case GST_STREAM_ERROR_CODEC_NOT_FOUND:
        return "its picture needs a decoder that is not installed";
      case GST_STREAM_ERROR_DECODE:
      case GST_STREAM_ERROR_DEMUX:
        return "its picture is damaged";
      default:
        break;
    }
  }
  return error.message;
}

GstBusSyncReply hear(GstBus* /*bus*/, GstMessage* message, gpointer data) {
  const auto& listener = *static_cast<Pipeline::Listener*>(data);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
    listener({Pipeline::Notice::Kind::ended, {}, {}});
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    Pipeline::Notice notice{Pipeline::Notice::Kind::failed, words_for(*error), {}};
    if (GST_IS_ELEMENT(GST_MESSAGE_SRC(message))) {
      GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(GST_MESSAGE_SRC(message)));
      if (factory != nullptr) notice.element = GST_OBJECT_NAME(factory);
    }
    log::debug("media", "{}: {}", notice.element, error->message);
    g_error_free(error);
    listener(notice);
  }
  gst_message_unref(message);
  return GST_BUS_DROP;
}

GstFlowReturn sampled(GstAppSink* sink, gpointer data) {
  const Sample sample = Sample::adopt(gst_app_sink_pull_sample(sink));
  if (sample) (*static_cast<std::function<void(const Sample&)>*>(data))(sample);
  return GST_FLOW_OK;
}

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::parse(const std::string& description) {
  GError* error = nullptr;
  auto element = Object<GstElement>::sink(
      gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  const GErrorHandle holder(error);
  if (!element || !GST_IS_PIPELINE(element.get()))
    return Error{ErrorCode::unavailable, fmt::format("A video part cannot be put together ({}).",
                                                     error != nullptr ? error->message : "no pipeline")};
  return std::unique_ptr<Pipeline>(new Pipeline(std::move(element)));
}

Pipeline::~Pipeline() {
  gst_element_set_state(element_.get(), GST_STATE_NULL);
  const auto bus = Object<GstBus>::adopt(gst_element_get_bus(element_.get()));
  if (bus) gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
}

Object<GstElement> Pipeline::find(const char* name) const {
  return Object<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element_.get()), name));
}

void Pipeline::listen(Listener listener) {
  const auto bus = Object<GstBus>::adopt(gst_element_get_bus(element_.get()));
  gst_bus_set_sync_handler(bus.get(), &hear, new Listener(std::move(listener)),
                           [](gpointer data) { delete static_cast<Listener*>(data); });
}

bool Pipeline::play() {
  return gst_element_set_state(element_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

void take_samples(GstElement* appsink, std::function<void(const Sample&)> take) {
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = &sampled;
  gst_app_sink_set_callbacks(GST_APP_SINK(appsink), &callbacks, new std::function<void(const Sample&)>(std::move(take)),
                             [](gpointer data) { delete static_cast<std::function<void(const Sample&)>*>(data); });
}

Size fit(Size picture, Size frame) {
  if (picture.width <= 0 || picture.height <= 0) return frame;
  if (frame.width <= 0 || frame.height <= 0) frame = picture;
  const double scale = std::min(
      {1.0, static_cast<double>(frame.width) / picture.width, static_cast<double>(frame.height) / picture.height});
  const auto even = [scale](int length) { return std::max(16, static_cast<int>(length * scale + 0.5) & ~1); };
  return {even(picture.width), even(picture.height)};
}

Size size_of(const GstCaps* caps) {
  Size size;
  if (caps == nullptr || gst_caps_get_size(caps) == 0) return size;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  gst_structure_get_int(structure, "width", &size.width);
  gst_structure_get_int(structure, "height", &size.height);
  return size;
}

}  // namespace lintel::media
