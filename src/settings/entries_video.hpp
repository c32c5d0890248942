// Settings of streams, picture and RTSP. Part of the one table: see table.hpp.
#pragma once

#include <array>

#include "settings/entry.hpp"
#include "settings/patterns.hpp"

namespace lintel::settings::declared {

// V01
inline constexpr std::array resolutions = {Choice{"1920x1080", "1080P"}, Choice{"1280x720", "720P"},
                                           Choice{"704x576", "D1"},      Choice{"800x480", "WVGA"},
                                           Choice{"352x288", "CIF"},     Choice{"320x240", "QVGA"}};

// One setting a paragraph.
// clang-format off
inline constexpr std::array video = {
  Entry{.key = "video.main_size", .page = "streams", .title = "Main stream: size",
    .help = "The picture for calls, browsers and recorders. A change takes effect at once, without a restart.",
    .type = Type::choice, .text = "1280x720", .choices = resolutions},
  Entry{.key = "video.main_rate", .page = "streams", .title = "Main stream: frame rate",
    .help = "Pictures a second. A camera that gives fewer is taken as it is.",
    .type = Type::integer, .unit = Unit::frames, .number = 25, .minimum = 1, .maximum = 60},
  Entry{.key = "video.main_bitrate", .page = "streams", .title = "Main stream: bit rate",
    .help = "How much of the network each viewer takes, at most.",
    .type = Type::integer, .unit = Unit::kilobits, .number = 2048, .minimum = 64, .maximum = 16384},
  Entry{.key = "video.sub_size", .page = "streams", .title = "Sub stream: size",
    .help = "The smaller picture for slow networks and small screens.",
    .type = Type::choice, .text = "352x288", .choices = resolutions},
  Entry{.key = "video.sub_rate", .page = "streams", .title = "Sub stream: frame rate",
    .help = "Pictures a second. A camera that gives fewer is taken as it is.",
    .type = Type::integer, .unit = Unit::frames, .number = 15, .minimum = 1, .maximum = 60},
  Entry{.key = "video.sub_bitrate", .page = "streams", .title = "Sub stream: bit rate",
    .help = "How much of the network each viewer takes, at most.",
    .type = Type::integer, .unit = Unit::kilobits, .number = 384, .minimum = 32, .maximum = 8192},

  Entry{.key = "picture.show_time", .page = "picture", .title = "Time on the picture",
    .help = "Writes date and time into the picture.", .type = Type::boolean, .number = 1},
  Entry{.key = "picture.show_name", .page = "picture", .title = "Name on the picture",
    .help = "Writes the station's name into the picture.", .type = Type::boolean, .number = 0},

  Entry{.key = "rtsp.on", .page = "rtsp", .title = "RTSP",
    .help = "Serves both streams to recorders and players, at /main and /sub. Each needs a machine account with the right to watch.",
    .type = Type::boolean, .number = 1},
  Entry{.key = "rtsp.port", .page = "rtsp", .title = "RTSP port",
    .help = "Where players connect. Where the default may not be opened, 8554 is taken.",
    .type = Type::integer, .number = 554, .minimum = 554, .maximum = 65535, .valid_number = port_or<554>,
    .allowed = "554 or 1025 to 65535", .applies = Applies::restart, .depends_on = "rtsp.on", .depends_value = "true"},
  // S10
  Entry{.key = "rtsp.tls", .page = "rtsp", .title = "RTSP over TLS",
    .help = "Serves both streams encrypted, as rtsps, on a port of its own and with the certificate of the web pages. Switch RTSP itself off to serve nothing else.",
    .type = Type::boolean, .number = 0},
  Entry{.key = "rtsp.tls_port", .page = "rtsp", .title = "Port of RTSP over TLS",
    .help = "Where players connect for encrypted streams. Where the default may not be opened, 8322 is taken.",
    .type = Type::integer, .number = 322, .minimum = 322, .maximum = 65535, .valid_number = port_or<322>,
    .allowed = "322 or 1025 to 65535", .applies = Applies::restart, .depends_on = "rtsp.tls", .depends_value = "true"},
};
// clang-format on

}  // namespace lintel::settings::declared
