#include "media/camera_lent.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime deaf_for = 2 * GST_SECOND;

}  // namespace

void LentInput::push(const Buffer& buffer, const Caps& caps) {
  bool arrived = false;
  {
    const std::lock_guard lock(mutex_);
    if (running_time() < deaf_until_) return;
    if (!caps_ || gst_caps_is_equal(caps_.get(), caps.get()) == FALSE) {
      caps_ = caps;
      appsrc_ = {};  // another codec or size: the camera builds another pipeline
      arrived = true;
    } else if (appsrc_) {
      // A shallow copy without times: appsrc stamps it on arrival.
      GstBuffer* copy = gst_buffer_copy(buffer.get());
      GST_BUFFER_PTS(copy) = GST_BUFFER_DTS(copy) = GST_CLOCK_TIME_NONE;
      gst_app_src_push_buffer(GST_APP_SRC(appsrc_.get()), copy);
    }
  }
  if (arrived) arrived_();
}

void LentInput::on_key_needed(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  key_needed_ = std::move(listener);
}

bool LentInput::connect(Object<GstElement> appsrc) {
  std::function<void()> ask;
  {
    const std::lock_guard lock(mutex_);
    if (!caps_) return false;
    gst_app_src_set_caps(GST_APP_SRC(appsrc.get()), caps_.get());
    appsrc_ = std::move(appsrc);
    ask = key_needed_;
  }
  if (ask) ask();
  return true;
}

void LentInput::disconnect() {
  const std::lock_guard lock(mutex_);
  appsrc_ = {};
}

void LentInput::forget_caps() {
  const std::lock_guard lock(mutex_);
  caps_ = {};
  appsrc_ = {};
  deaf_until_ = running_time() + deaf_for;
}

}  // namespace lintel::media
