// Viewers by WebRTC for bench/webrtc/run, one order a line on standard input, one answer or event a line on standard output. ID is a word; texts
// are base64; times are CLOCK_MONOTONIC in nanoseconds.
//
//   watch ID            -> offer ID TEXT: of sound and picture
//   look ID             -> offer ID TEXT: of a picture alone
//   accept ID TEXT         the answer to that offer
//   take ID TEXT        -> answer ID TEXT: to an offer
//   stop ID
//   hear, encode, rest     a thread "sound" like the station's hears silence; and encodes it, sending it nowhere; and ends
//   figures             -> figures VIEWERS PACKETS BYTES PICTURES, sums of those that live
//   events: connected ID TIME, key ID TIME (the first whole key frame), failed ID TEXT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>

#include "base/bytes.hpp"
#include "base/loop.hpp"
#include "media/audio.hpp"
#include "media/media.hpp"
#include "media/voice_feed.hpp"
#include "viewer.hpp"

namespace lintel::bench {
namespace {

void say(const std::string& line) {
  static std::mutex mutex;  // viewers speak on threads of their own
  const std::lock_guard lock(mutex);
  std::cout << line << std::endl;
}

std::int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::unique_ptr<Viewer> make(const std::string& id) {
  Viewer::Events events;
  events.described = [id](const std::string& text) {
    const bool offer = text.find("a=setup:actpass") != std::string::npos;
    say(fmt::format("{} {} {}", offer ? "offer" : "answer", id, bytes::to_base64(text)));
  };
  events.connected = [id] { say(fmt::format("connected {} {}", id, now())); };
  events.key = [id] { say(fmt::format("key {} {}", id, now())); };
  events.failed = [id](const std::string& reason) { say(fmt::format("failed {} {}", id, bytes::to_base64(reason))); };
  return std::make_unique<Viewer>(std::move(events));
}

// What the station does once for all who listen.
class Hearing {
 public:
  Hearing() : engine_(loop_, options()) {}
  void encode() {
    // Two frames a packet, as for who only listens.
    struct Encoding {
      media::OpusEncoding opus;
      std::array<std::int16_t, 2 * media::audio_frame> pair{};
      bool half = false;
    };
    auto joined = engine_.join([encoding = std::make_shared<Encoding>()](const media::AudioFrame& near) {
      std::ranges::copy(near, encoding->pair.begin() + (encoding->half ? media::audio_frame : 0));
      if (encoding->half) (void)encoding->opus.encode(encoding->pair);
      encoding->half = !encoding->half;
    });
    if (joined) port_ = std::move(*joined);
  }

 private:
  static media::AudioOptions options() {
    media::AudioOptions options;
    options.microphone = "silence";
    options.speaker = "none";
    return options;
  }
  Loop loop_;  // never run: the devices are there at once, and what they say is not needed
  media::AudioEngine engine_;
  std::unique_ptr<media::AudioPort> port_;
};

void serve() {
  std::unique_ptr<Hearing> hearing;
  std::map<std::string, std::unique_ptr<Viewer>> viewers;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string order, id, text;
    words >> order >> id >> text;
    text = bytes::from_base64(text).value_or("");
    if (order == "watch" || order == "look") {
      (viewers[id] = make(id))->offer(order == "watch");
    } else if (order == "take") {
      (viewers[id] = make(id))->answer(text);
    } else if (order == "accept" && viewers.contains(id)) {
      viewers[id]->accept(text);
    } else if (order == "stop") {
      viewers.erase(id);
    } else if (order == "hear") {
      hearing = std::make_unique<Hearing>();
    } else if (order == "rest") {
      hearing.reset();
    } else if (order == "encode" && hearing) {
      hearing->encode();
    } else if (order == "figures") {
      std::uint64_t packets = 0, size = 0, pictures = 0;
      for (const auto& [name, viewer] : viewers) {
        packets += viewer->packets();
        size += viewer->bytes();
        pictures += viewer->pictures();
      }
      say(fmt::format("figures {} {} {} {}", viewers.size(), packets, size, pictures));
    }
  }
}

}  // namespace
}  // namespace lintel::bench

int main() {
  if (!lintel::media::init().ok()) return 1;
  lintel::bench::serve();
  return 0;
}
