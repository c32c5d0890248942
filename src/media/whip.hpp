// A browser lends its camera and microphone to the station by WHIP (RFC 9725), and hears the far end by the answer's
// audio when it offers to receive. The HTTP part is the web room's. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "media/leg.hpp"

namespace lintel::media {

struct Lending {
  std::string id;      // unguessable; goes into the Location header
  std::string answer;  // application/sdp
};

// One lender at a time: a new one takes over (a panel page that was reloaded must not be kept out by its own past).
class Lendings {
 public:
  using Opened = std::function<void(Result<Lending>)>;

  // `video` null: pictures are refused. `audio` null: sound is refused.
  Lendings(Loop& loop, Legs& legs, AudioEngine* audio, Video* video);
  ~Lendings();

  // Errors: invalid (the offer), unavailable.
  void open(std::string offer, Opened opened);
  Result<void> close(const std::string& id);  // error: not_found
  [[nodiscard]] bool lasts(const std::string& id) const;
  [[nodiscard]] bool lent() const;
  void on_change(std::function<void(bool lent)> changed);

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
