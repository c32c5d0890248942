// What both servers are given: the same access units at 25 a second. Canned ones cost nothing to make, so that what is
// measured is the serving; live ones come from the station's own camera side, so that a key must be waited for.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "media/hub.hpp"
#include "media/video.hpp"

namespace lintel::bench {

inline constexpr int frames_per_second = 25;

// Encodes ten seconds of 1280x720 at about 2 Mbit/s, once.
class Canned {
 public:
  Canned();  // plays them, over and over; a key that is asked for is the next unit
  ~Canned();
  [[nodiscard]] const std::shared_ptr<media::Hub>& hub() const { return hub_; }

 private:
  void play();
  std::shared_ptr<media::Hub> hub_ = media::Hub::create("canned");
  std::vector<media::Unit> units_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Serves until its standard input ends: prints the port first. Never returns an error: it exits.
void serve_lintel(bool live, std::size_t viewers);
void serve_gstreamer(bool live);

}  // namespace lintel::bench
