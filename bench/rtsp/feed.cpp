#include "feed.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <mutex>

#include "media/pipeline.hpp"

namespace lintel::bench {

using namespace lintel::media;

Canned::Canned() {
  // Noise of a quarter of the size: something to encode, and not beyond all measure.
  auto made = Pipeline::parse(
      "videotestsrc pattern=snow num-buffers=250 ! video/x-raw,width=320,height=180,framerate=25/1 ! videoscale "
      "! video/x-raw,width=1280,height=720,format=I420 ! x264enc tune=zerolatency speed-preset=superfast bitrate=2048 "
      "key-int-max=50 bframes=0 threads=2 vbv-buf-capacity=1000 option-string=scenecut=0 "
      "! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1 "
      "! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=sink sync=false");
  if (!made.ok()) {
    fmt::print(stderr, "{}\n", made.error().message);
    std::exit(1);
  }
  std::atomic<bool> ended{false};
  std::mutex mutex;
  take_samples((*made)->find("sink").get(), [&](const Sample& sample) {
    Unit unit;
    unit.buffer = Buffer::adopt(gst_buffer_copy(gst_sample_get_buffer(sample.get())));
    unit.caps = Caps::share(gst_sample_get_caps(sample.get()));
    unit.key = !GST_BUFFER_FLAG_IS_SET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    const std::lock_guard lock(mutex);
    units_.push_back(std::move(unit));
  });
  (*made)->listen([&](const Pipeline::Notice&) { ended = true; });
  (void)(*made)->play();
  while (!ended) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  made->reset();
  std::size_t bytes = 0;
  for (const Unit& unit : units_) bytes += gst_buffer_get_size(unit.buffer.get());
  fmt::print(stderr, "{} units, {} kbit/s\n", units_.size(), bytes * 8 * frames_per_second / units_.size() / 1000);
  thread_ = std::thread([this] { play(); });
}

Canned::~Canned() {
  stopping_ = true;
  thread_.join();
}

void Canned::play() {
  std::size_t next = 0;
  for (auto due = std::chrono::steady_clock::now(); !stopping_;
       due += std::chrono::milliseconds(1000 / frames_per_second)) {
    std::this_thread::sleep_until(due);
    if (hub_->take_key_request(running_time()))
      while (!units_[next].key) next = (next + 1) % units_.size();
    Unit unit = units_[next];
    next = (next + 1) % units_.size();
    unit.buffer = Buffer::adopt(gst_buffer_copy(unit.buffer.get()));
    unit.running_time = running_time();
    GST_BUFFER_PTS(unit.buffer.get()) = GST_BUFFER_DTS(unit.buffer.get()) = unit.running_time;
    hub_->deliver(std::move(unit));
  }
}

}  // namespace lintel::bench
