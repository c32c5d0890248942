// How a WebRTC leg's descriptions are made, set and handed out: webrtcbin answers on its own threads, by promises.
#include <fmt/format.h>

#include "media/webrtc_session.hpp"
#define GST_USE_UNSTABLE_API
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>

#include <optional>

namespace lintel::media {
namespace {

using SessionDescription = Handle<GstWebRTCSessionDescription, gst_webrtc_session_description_free>;

Error failed(std::string message) {
  return {ErrorCode::unavailable, std::move(message), {}, {}, {}};
}

// What webrtcbin says of itself: an error, or nothing.
std::optional<std::string> error_of(GstPromise* promise) {
  if (gst_promise_wait(promise) != GST_PROMISE_RESULT_REPLIED) return "it was interrupted";
  const GstStructure* reply = gst_promise_get_reply(promise);
  if (reply == nullptr || !gst_structure_has_field(reply, "error")) return std::nullopt;
  GError* raw = nullptr;
  gst_structure_get(reply, "error", G_TYPE_ERROR, &raw, nullptr);
  const GErrorHandle error(raw);
  return error ? error->message : "unknown";
}

GstPromise* promise_of(std::function<void(GstPromise*)> replied) {
  using Replied = std::function<void(GstPromise*)>;
  return gst_promise_new_with_change_func(
      [](GstPromise* promise, gpointer data) {
        (*static_cast<Replied*>(data))(promise);
        gst_promise_unref(promise);
      },
      new Replied(std::move(replied)), [](gpointer data) { delete static_cast<Replied*>(data); });
}

}  // namespace

void WebrtcSession::describe(const char* action, const std::string& type, const std::string& text,
                             std::function<void(Result<void>)> then) {
  GstSDPMessage* message = nullptr;
  gst_sdp_message_new(&message);
  if (gst_sdp_message_parse_buffer(reinterpret_cast<const guint8*>(text.data()), static_cast<guint>(text.size()),
                                   message) != GST_SDP_OK) {
    gst_sdp_message_free(message);
    return then(Error{ErrorCode::invalid, "The session description is not well formed.", "sdp", {}, {}});
  }
  const SessionDescription description(gst_webrtc_session_description_new(
      type == "offer" ? GST_WEBRTC_SDP_TYPE_OFFER : GST_WEBRTC_SDP_TYPE_ANSWER, message));
  GstPromise* promise =
      promise_of([weak = weak_from_this(), thread = &thread_, then = std::move(then)](GstPromise* done) {
        const std::optional<std::string> error = error_of(done);
        thread->run([weak, then, error] {
          const auto self = weak.lock();
          if (!self || !self->pipeline_) return;
          then(error ? Result<void>(Error{
                           ErrorCode::invalid, "The session description was not accepted: " + *error, "sdp", {}, {}})
                     : Result<void>());
        });
      });
  g_signal_emit_by_name(webrtc_, action, description.get(), promise);
}

void WebrtcSession::create(const char* action, std::function<void(Result<std::string>)> then) {
  const char* field = std::string_view(action) == "create-offer" ? "offer" : "answer";
  GstPromise* promise =
      promise_of([weak = weak_from_this(), thread = &thread_, field, then = std::move(then)](GstPromise* done) {
        Result<std::string> result = failed("The session description could not be made.");
        if (const std::optional<std::string> error = error_of(done)) {
          result = failed("The session description could not be made: " + *error);
        } else if (const GstStructure* reply = gst_promise_get_reply(done); reply != nullptr) {
          GstWebRTCSessionDescription* raw = nullptr;
          gst_structure_get(reply, field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &raw, nullptr);
          if (const SessionDescription description(raw); description) {
            const GCharHandle text(gst_sdp_message_as_text(description->sdp));
            result = std::string(text.get());
          }
        }
        thread->run([weak, then, result = std::move(result)] {
          const auto self = weak.lock();
          if (self && self->pipeline_) then(result);
        });
      });
  g_signal_emit_by_name(webrtc_, action, nullptr, promise);
}

void WebrtcSession::finish_locally(const char* type, const std::string& text) {
  describe("set-local-description", type, text, [this](Result<void> set) {
    if (!set) {
      if (waiting_) std::exchange(waiting_, nullptr)(set.error());
      return;
    }
    remote_set_ = true;
    gathered();
  });
}

void WebrtcSession::gathered() {
  GstWebRTCICEGatheringState state = GST_WEBRTC_ICE_GATHERING_STATE_NEW;
  g_object_get(webrtc_, "ice-gathering-state", &state, nullptr);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) hurry();
}

// Hands the description out with the candidates there are.
void WebrtcSession::hurry() {
  if (!waiting_ || !pipeline_ || !remote_set_) return;
  GstWebRTCSessionDescription* raw = nullptr;
  g_object_get(webrtc_, "local-description", &raw, nullptr);
  const SessionDescription description(raw);
  if (!description) return;
  const GCharHandle text(gst_sdp_message_as_text(description->sdp));
  remote_set_ = false;
  std::exchange(waiting_, nullptr)(std::string(text.get()));
}

}  // namespace lintel::media
