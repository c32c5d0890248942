// The test picture: colour bars, a grey ramp and a ball that moves, so that a frozen stream is seen at once.
#pragma once

#include "media/media.hpp"

namespace lintel::media {

// Paints over each I420 frame that leaves `source` (a live videotestsrc). The clock on it is an overlay of the
// pipeline.
void paint_test_picture(GstElement* source);

}  // namespace lintel::media
