// Offers of RTP legs that are made before anybody is called: bound sockets, keys, and the text. All phones of a room
// ring at once, and none of them waits for sockets. As many are kept as were taken at once before, up to `most`.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "media/leg.hpp"

namespace lintel::media {

class RtpSession;

class ReadyOffers {
 public:
  static constexpr std::size_t most = 16;  // each has four sockets
  static constexpr std::size_t at_first = 2;
  static constexpr std::size_t share = 4;  // no more than a quarter of the port range waits here
  // New ones are made when those just taken have rung.
  static constexpr Duration pause = std::chrono::milliseconds(5);

  struct Offer {
    std::shared_ptr<RtpSession> session;
    std::string text;
  };

  explicit ReadyOffers(Legs::Inner& legs) : legs_(legs) {}
  ~ReadyOffers();

  // Loop only. Offers for such legs will be asked for, and for no others.
  void expect(LegKind kind, const LegOptions& options);
  // Loop only. One that is ready, or one that is made now. Error: unavailable (ports).
  [[nodiscard]] Result<Offer> take(LegKind kind, const LegOptions& options);

 private:
  [[nodiscard]] Result<Offer> make(LegKind kind, const LegOptions& options) const;  // any thread
  void refill();                                                                    // job thread

  Legs::Inner& legs_;
  std::mutex mutex_;
  // Guarded by mutex_.
  LegKind kind_ = LegKind::webrtc;  // not asked for yet
  LegOptions options_;
  std::size_t wanted_ = at_first;
  std::vector<Offer> offers_;
  // Loop only.
  std::size_t taken_ = 0;  // since the last pause
  Timer pause_;
};

}  // namespace lintel::media
