// A hub hands each unit of one stream (an encoded access unit, or a raw frame) to everybody who joined it.
//
// Threads: join(), request_key(), statistics() and the end of a Subscription are for any thread and never wait.
// Consumers are called on the producer's streaming thread, one unit after the other, without any lock of the hub held:
// a consumer must not wait (push into an appsrc with leaky-type=downstream and return), or it would hold up the others.
// A consumer that ended may still be inside its very last call; whatever it captured lives until that call returns,
// so capture shared ownership (an appsrc reference, a shared_ptr), never a bare `this`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "media/media.hpp"

namespace lintel::media {

// One unit of a stream. The buffer is shared and read-only; take a reference (Buffer::share) or copy the handle.
// Its PTS and DTS *are* its running time on the shared time (media.hpp): push it as it is into an appsrc with
// format=time of a pipeline that went through share_time().
struct Unit {
  Buffer buffer;
  Caps caps;         // H.264: byte-stream, alignment=au, SPS and PPS before each key; the same object until they change
  bool key = false;  // a decoder can start here; raw frames are all keys
  GstClockTime running_time = 0;  // nanoseconds
  std::uint64_t sequence = 0;     // counts up by one a unit of this hub
};

using Consumer = std::function<void(const Unit&)>;

class Hub;

// Membership in a hub; destroying or end()ing it leaves. Any thread, also inside the consumer's own call, and also
// after the hub is gone.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription() { end(); }

  void end();
  // The receiver lost its place (PLI, FIR, a queue that leaked): asks for a key unit. What comes before it still flows.
  void request_key() const;
  // The same, but nothing is delivered until that key unit.
  void restart_at_key() const;
  explicit operator bool() const { return member_ != nullptr; }

 private:
  friend class Hub;
  struct Member;
  Subscription(std::weak_ptr<Hub> hub, std::shared_ptr<Member> member);
  std::weak_ptr<Hub> hub_;
  std::shared_ptr<Member> member_;
};

class Hub : public std::enable_shared_from_this<Hub> {
 public:
  // Key units asked for by consumers are at least this far apart; a request inside the gap is kept and served at its
  // end.
  static constexpr GstClockTime key_gap = 250 * GST_MSECOND;
  static constexpr std::size_t member_limit = 1024;

  struct Statistics {
    std::size_t consumers = 0;
    std::uint64_t units = 0, keys = 0, bytes = 0;
    std::uint64_t keys_forced = 0;  // key requests passed on to the encoder
    double units_per_second = 0;    // over the last whole second
    double bits_per_second = 0;
    GstClockTime last = GST_CLOCK_TIME_NONE;  // running time of the newest unit
  };

  // `members_changed` is told the number of members after each join and leave, from the thread that did it.
  static std::shared_ptr<Hub> create(std::string name, std::function<void(std::size_t)> members_changed = {});

  // The consumer's first unit is a key: one is forced at once. `name` is for the log. Empty Subscription: hub is full.
  [[nodiscard]] Subscription join(std::string name, Consumer consumer);
  void request_key();
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] Caps caps() const;  // of the newest unit; empty before the first
  [[nodiscard]] std::size_t members() const;

  // Producer's side. The streaming thread calls deliver() with buffer, caps, key and running time set.
  void deliver(Unit unit);
  // Before each frame enters the encoder: must this one become a key? At most one true each key_gap.
  [[nodiscard]] bool take_key_request(GstClockTime now);

 private:
  explicit Hub(std::string name, std::function<void(std::size_t)> members_changed);
  friend class Subscription;
  using Members = std::vector<std::shared_ptr<Subscription::Member>>;
  void leave(const std::shared_ptr<Subscription::Member>& member);

  const std::string name_;
  const std::function<void(std::size_t)> members_changed_;
  mutable std::mutex mutex_;                // guards all below; never held while a consumer runs
  std::shared_ptr<const Members> members_;  // replaced, never changed, so that delivery needs no lock
  Caps caps_;
  bool key_wanted_ = false;
  GstClockTime last_key_ = GST_CLOCK_TIME_NONE;
  Statistics statistics_;
  GstClockTime second_began_ = 0;
  std::uint64_t second_units_ = 0, second_bytes_ = 0;
};

}  // namespace lintel::media
