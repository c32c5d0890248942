// What viewers share: the packets of one profile, and those of the station's sound. Made once, on the thread they come
// from, and handed to the server's thread; all else is for the server's thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "media/rtsp.hpp"
#include "media/rtsp_inbox.hpp"
#include "media/rtsp_payload.hpp"

namespace lintel::media {

struct RtspSession;

class RtspStream {
 public:
  // `arrived` is called on the server's thread.
  using Arrived = std::function<void(RtspStream&, const Bundle&)>;
  RtspStream(Profile profile, const RtspVideo& video, std::shared_ptr<RtspInbox> inbox, Arrived arrived);

  // Nothing happens when it is joined already. Error: full, unavailable.
  Result<void> join();
  void leave();
  [[nodiscard]] bool joined() const { return static_cast<bool>(subscription_); }
  // Lest the next viewer wait for a key: nothing happens while the newest one is fresh.
  void want_key();

  [[nodiscard]] Profile profile() const { return profile_; }
  [[nodiscard]] const std::optional<ParameterSets>& parameters() const { return parameters_; }  // while joined
  [[nodiscard]] std::uint32_t ssrc() const;
  // From a key up to now, or empty when that key is older than the time in which no other one may be forced.
  [[nodiscard]] const std::vector<Bundle>& fresh() const { return fresh_; }
  [[nodiscard]] const Bundle& newest() const { return newest_; }  // may be null

  std::vector<RtspSession*> viewers;  // that play, or start to

 private:
  struct Feed;
  void take(std::uint64_t joining, const Bundle& bundle, const std::optional<ParameterSets>& parameters);

  const Profile profile_;
  const RtspVideo& video_;
  const std::shared_ptr<RtspInbox> inbox_;
  const Arrived arrived_;
  std::shared_ptr<Feed> feed_;
  Subscription subscription_;
  std::uint64_t joining_ = 0;  // what an ended subscription still gives is not heard
  std::optional<ParameterSets> parameters_;
  std::vector<Bundle> fresh_;
  Bundle newest_;
};

// The near end of the station, as long as somebody listens.
class RtspSound {
 public:
  using Arrived = std::function<void(const Bundle&)>;
  // `post` reaches the loop, where the audio side is joined and left. `audio` may be null: there is no sound.
  RtspSound(AudioEngine* audio, Loop::Poster post, std::shared_ptr<RtspInbox> inbox, Arrived arrived);

  [[nodiscard]] bool available() const { return feed_ != nullptr; }
  void set_wanted(bool wanted);
  [[nodiscard]] std::uint32_t ssrc() const;
  [[nodiscard]] const Bundle& newest() const { return newest_; }  // null while nobody listens

 private:
  struct Feed;
  AudioEngine* const audio_;
  const Loop::Poster post_;
  const std::shared_ptr<RtspInbox> inbox_;
  const Arrived arrived_;
  std::shared_ptr<Feed> feed_;
  struct Place;
  std::shared_ptr<Place> place_;
  Bundle newest_;
  bool wanted_ = false;
};

}  // namespace lintel::media
