// What of a peer's media line fits us. Any thread.
#pragma once

#include <optional>

#include "media/sdp.hpp"

namespace lintel::media {

[[nodiscard]] std::optional<sdp::Format> choose_opus(const sdp::Media& media);
[[nodiscard]] std::optional<sdp::Format> choose_events(const sdp::Media& media);  // RFC 4733, of Opus' clock
// H.264 that we can send first; VP8 only where there is none.
[[nodiscard]] std::optional<sdp::Format> choose_picture(const sdp::Media& media);

}  // namespace lintel::media
