// Live view in a browser or player by WHEP (draft-ietf-wish-whep): the HTTP part is the web room's; here an offer
// becomes an answer and a session. Loop only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "media/leg.hpp"

namespace lintel::media {

struct LiveViewOptions {
  std::size_t viewer_limit = 32;
  Duration connect_limit = std::chrono::seconds(15);  // a session whose DTLS is not up by then is dropped
};

// How many of `all` places one viewer may have: a quarter, but four at least, since its page may change from one view to
// the next before the first is given up; and never the last one, where there are two or more.
[[nodiscard]] constexpr std::size_t places_of_one(std::size_t all) {
  const std::size_t wanted = all / 4 > 4 ? all / 4 : 4;
  return wanted < all ? wanted : all > 1 ? all - 1 : all;
}

struct LiveView {
  std::string id;      // unguessable; goes into the Location header
  std::string answer;  // application/sdp
};

class LiveViews {
 public:
  using Opened = std::function<void(Result<LiveView>)>;

  LiveViews(Loop& loop, Legs& legs, LiveViewOptions options);
  ~LiveViews();

  // Answers the offer of `viewer`, whoever that is to the caller, for `stream`. Audio, when offered, is the station's near
  // end. Errors: invalid (the offer; 400), full (503; all places are taken, or the viewer's), unavailable (no encoder).
  void open(Profile stream, const std::string& viewer, std::string offer, Opened opened);
  // Errors: not_found.
  Result<void> close(const std::string& id);
  [[nodiscard]] bool lasts(const std::string& id) const;
  void set_viewer_limit(std::size_t limit);  // running ones stay
  void close_all();
  [[nodiscard]] std::size_t viewers() const;

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
