// The place where a lender's frames wait for the camera's pipeline.
#pragma once

#include <gst/app/gstappsrc.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "media/camera.hpp"

namespace lintel::media {

// Any thread. The lender pushes at one side, the camera connects its pipeline's appsrc at the other.
class LentInput {
 public:
  // `arrived`: the first push, and the first with other caps; on the pushing thread.
  LentInput(std::string name, std::function<void()> arrived) : name_(std::move(name)), arrived_(std::move(arrived)) {}

  void push(const Buffer& buffer, const Caps& caps);
  void on_key_needed(std::function<void()> listener);

  // Connects an appsrc, sets its caps, and asks for a key. False: nothing was pushed yet.
  bool connect(Object<GstElement> appsrc);
  void disconnect();
  void forget_caps();  // the next push is an arrival again, but not at once: what failed would only fail again
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const std::string name_;
  const std::function<void()> arrived_;
  std::mutex mutex_;  // guards all below
  Object<GstElement> appsrc_;
  Caps caps_;
  GstClockTime deaf_until_ = 0;  // running time
  std::function<void()> key_needed_;
};

// What the lender holds. `left` is told when it goes.
class LentHandle final : public LentCamera {
 public:
  LentHandle(std::shared_ptr<LentInput> input, std::function<void()> left)
      : input_(std::move(input)), left_(std::move(left)) {}
  ~LentHandle() override {
    input_->forget_caps();
    left_();
  }
  void push(const Buffer& buffer, const Caps& caps) override { input_->push(buffer, caps); }
  void on_key_needed(std::function<void()> listener) override { input_->on_key_needed(std::move(listener)); }

 private:
  const std::shared_ptr<LentInput> input_;
  const std::function<void()> left_;
};

}  // namespace lintel::media
