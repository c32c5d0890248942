// One stream of the station's picture on its way to all WebRTC peers that watch it: joined once, cut into packets once,
// and kept for a moment, for those who lost a packet and for those who come. Network thread only.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "media/h264_payload.hpp"
#include "media/network_thread.hpp"
#include "media/video.hpp"

namespace lintel::media {

struct PayloadedUnit {
  std::uint64_t number = 0;
  GstClockTime time = 0;        // running time
  std::uint32_t timestamp = 0;  // the same in RTP's 90 kHz
  bool key = false;
  std::vector<std::uint8_t> bytes;   // the access unit
  std::vector<PayloadPiece> pieces;  // into `bytes`
};

class VideoTaker {
 public:
  virtual ~VideoTaker() = default;
  virtual void take(const PayloadedUnit& unit) = 0;
};

class VideoFeed : public std::enable_shared_from_this<VideoFeed> {
 public:
  static constexpr std::size_t payload_limit = 1160;  // RTP, SRTP, UDP and IPv6 stay below 1,280 bytes
  static constexpr std::size_t kept_bytes = 2'000'000;
  static constexpr std::size_t kept_units = 64;
  static constexpr GstClockTime fresh = 300 * GST_MSECOND;  // a key this young begins a new viewer's picture

  VideoFeed(Video& video, StreamKey stream, std::shared_ptr<WorkQueue> queue);

  // The encoder runs while somebody is here. Error: unavailable.
  Result<void> join(VideoTaker* taker);
  void leave(VideoTaker* taker);
  [[nodiscard]] bool empty() const { return takers_.empty(); }
  void request_key() { subscription_.request_key(); }

  // Where to begin: the units from the newest key on when that is fresh, else nothing.
  [[nodiscard]] std::vector<const PayloadedUnit*> since_fresh_key() const;
  [[nodiscard]] const PayloadedUnit* find(std::uint64_t number) const;  // null: no longer kept

 private:
  struct Backlog {
    std::atomic<int> waiting = 0;  // units on their way to this thread
    bool dropping = false;         // encoder's thread: nothing more until a key
  };
  void deliver(const Unit& unit);

  Video& video_;
  const StreamKey stream_;
  const std::shared_ptr<WorkQueue> queue_;
  std::vector<VideoTaker*> takers_;
  std::deque<std::unique_ptr<PayloadedUnit>> kept_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 0;
  std::shared_ptr<Backlog> backlog_ = std::make_shared<Backlog>();
  Subscription subscription_;
};

}  // namespace lintel::media
