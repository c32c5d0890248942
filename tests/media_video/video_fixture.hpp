// What the tests of the picture side share: a real loop that is turned until something holds.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/loop.hpp"
#include "media/video.hpp"

namespace lintel::media {

using namespace std::chrono_literals;

class VideoTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(init().ok()); }

  // Only a guard against hanging: no test depends on how long something takes.
  bool until(const std::function<bool()>& holds, std::chrono::seconds limit = 20s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    // What is waited for may change on a media thread, without waking the loop.
    const Timer looking = loop.clock().every(1ms, [] {});
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.turn(true);
    }
    return true;
  }

  // Small and quick: the machine that tests may have one slow core.
  static Video::Options options(std::string source = "test") {
    Video::Options made;
    made.camera.source = std::move(source);
    made.camera.width = 320;
    made.camera.height = 240;
    made.camera.frames_per_second = 25;
    made.camera.overlay.show_time = made.camera.overlay.show_name = false;
    made.camera.first_retry = 50ms;
    made.camera.sleep_grace = 50ms;
    made.main = {320, 240, 25, 512};
    made.sub = {160, 120, 10, 128};
    made.encoder_grace = 50ms;
    return made;
  }

  // What a consumer heard, counted from any thread.
  struct Viewer {
    std::atomic<int> units{0}, keys{0};
    std::atomic<bool> began_with_key{false};
    std::atomic<int> width{0}, height{0};
    std::atomic<GstClockTime> last{0};
    std::atomic<bool> time_grew{true};
    Subscription subscription;
  };
  static std::shared_ptr<Viewer> watch(Video& video, StreamKey stream = {}) {
    auto viewer = std::make_shared<Viewer>();
    auto joined = video.subscribe(stream, "viewer", [weak = std::weak_ptr(viewer)](const Unit& unit) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      if (self->units == 0) self->began_with_key = unit.key;
      int width = 0, height = 0;
      const GstStructure* structure = gst_caps_get_structure(unit.caps.get(), 0);
      gst_structure_get_int(structure, "width", &width);
      gst_structure_get_int(structure, "height", &height);
      self->width = width;
      self->height = height;
      if (unit.running_time < self->last || GST_BUFFER_PTS(unit.buffer.get()) != unit.running_time)
        self->time_grew = false;
      self->last = unit.running_time;
      if (unit.key) ++self->keys;
      ++self->units;
    });
    EXPECT_TRUE(joined.ok());
    if (joined.ok()) viewer->subscription = std::move(*joined);
    return viewer;
  }
  static Video::StreamStatus stream(const Video& video, StreamKey key = {}) {
    for (const auto& status : video.streams())
      if (status.stream == key) return status;
    return {};
  }
  static int open_descriptors() {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
  }
  static int threads() {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
    return count;
  }

  Loop loop;
};

// A folder that goes with the test.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("lintel-video-" + bytes::to_hex(bytes::random(6)))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace lintel::media
