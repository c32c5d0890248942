// Drawing on the raw picture that a pad's probe holds. GStreamer's thread; internal to the room.
#pragma once

#include <gst/video/video.h>

#include "media/media.hpp"

namespace lintel::media {

// Calls draw(frame, buffer) with the picture mapped for writing; a buffer that others hold too is copied before. Does
// nothing where the pad carries no raw picture.
template <typename Draw>
void draw_on_probed(GstPad* pad, GstPadProbeInfo* probe, Draw draw) {
  GstVideoInfo info;
  const Caps caps = Caps::adopt(gst_pad_get_current_caps(pad));
  if (!caps || gst_video_info_from_caps(&info, caps.get()) == FALSE) return;
  GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(probe));
  GST_PAD_PROBE_INFO_DATA(probe) = buffer;
  GstVideoFrame frame;
  if (gst_video_frame_map(&frame, &info, buffer, GST_MAP_READWRITE) == FALSE) return;
  draw(frame, *buffer);
  gst_video_frame_unmap(&frame);
}

}  // namespace lintel::media
