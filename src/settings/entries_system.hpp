// Settings of the station, its SIP server, ports, security and storage. Part of the one table: see table.hpp.
#pragma once

#include <array>

#include "settings/entry.hpp"
#include "settings/patterns.hpp"

namespace lintel::settings::declared {

inline constexpr std::array languages = {Choice{"browser", "As the browser"}, Choice{"en", "English"}, Choice{"de", "Deutsch"}};
inline constexpr std::array log_levels = {Choice{"debug", "Everything"}, Choice{"info", "What happens"},
                                          Choice{"warning", "What is wrong"}, Choice{"error", "What fails"}};

// One setting a paragraph.
// clang-format off
inline constexpr std::array station = {
  Entry{.key = "station.name", .page = "station", .title = "Name",
    .help = "What the station is called on monitors and in browsers.",
    .type = Type::text, .text = "Door station", .least_length = 1, .max_length = 40},
  // H02
  Entry{.key = "station.number", .page = "station", .title = "Number",
    .help = "The station's own number and SIP user, at most five digits. Once set, it can be changed only while the station is not the SIP server. No room may have it.",
    .type = Type::text, .text = "8001", .least_length = 1, .max_length = 5, .valid = digits, .allowed = "digits"},
  Entry{.key = "station.language", .page = "station", .title = "Language",
    .help = "The language of the panel's page from its next start on, where nobody chose another one there. Consoles and monitors use their own.",
    .type = Type::choice, .text = "browser", .choices = languages},

  // S15
  Entry{.key = "sip_server.on", .page = "sip_server", .title = "SIP server",
    .help = "This station is the building's SIP server: monitors, phones and further stations register with it.",
    .type = Type::boolean, .number = 1, .applies = Applies::restart},
  Entry{.key = "sip_server.domain", .page = "sip_server", .title = "Domain",
    .help = "The SIP domain and realm. Phones show it; monitors learn it when they are paired. Phones must be set up again after a change.",
    .type = Type::text, .text = "VDP", .least_length = 1, .max_length = 255, .valid = host, .allowed = "letters, digits, dots and hyphens",
    .applies = Applies::restart},
  Entry{.key = "sip_server.port", .page = "sip_server", .title = "Port",
    .help = "Where phones register over UDP and TCP.",
    .type = Type::integer, .number = 5060, .minimum = 1025, .maximum = 65535, .applies = Applies::restart},
  Entry{.key = "sip_server.udp", .page = "sip_server", .title = "UDP",
    .help = "Serve SIP over UDP.", .type = Type::boolean, .number = 1, .applies = Applies::restart},
  Entry{.key = "sip_server.tcp", .page = "sip_server", .title = "TCP",
    .help = "Serve SIP over TCP.", .type = Type::boolean, .number = 1, .applies = Applies::restart},
  Entry{.key = "sip_server.tls", .page = "sip_server", .title = "TLS",
    .help = "Serve SIP over TLS, with the station's certificate.", .type = Type::boolean, .number = 1, .applies = Applies::restart},
  Entry{.key = "sip_server.tls_port", .page = "sip_server", .title = "TLS port",
    .help = "Where phones register over TLS.",
    .type = Type::integer, .number = 5061, .minimum = 1025, .maximum = 65535, .applies = Applies::restart,
    .depends_on = "sip_server.tls", .depends_value = "true"},
  Entry{.key = "sip_server.shortest_registration", .page = "sip_server", .title = "Shortest registration",
    .help = "A device that asks for a shorter period is told this one.",
    .type = Type::duration, .unit = Unit::seconds, .number = 60, .minimum = 10, .maximum = 3600, .applies = Applies::restart},
  Entry{.key = "sip_server.registration", .page = "sip_server", .title = "Usual registration",
    .help = "The period of devices that ask for none.",
    .type = Type::duration, .unit = Unit::seconds, .number = 600, .minimum = 10, .maximum = 86400, .applies = Applies::restart},
  Entry{.key = "sip_server.longest_registration", .page = "sip_server", .title = "Longest registration",
    .help = "A device that asks for a longer period gets this one. Short periods find lost devices sooner.",
    .type = Type::duration, .unit = Unit::seconds, .number = 3600, .minimum = 60, .maximum = 86400, .applies = Applies::restart},
  Entry{.key = "sip_server.silent_after", .page = "sip_server", .title = "A silent peer is left after",
    .help = "A device or server that answers nothing at all for this time is taken for gone, and the next one is tried.",
    .type = Type::duration, .unit = Unit::seconds, .number = 4, .minimum = 1, .maximum = 32, .applies = Applies::restart},
  Entry{.key = "sip_server.source_rate", .page = "sip_server", .title = "Requests from one address",
    .help = "An address that sends more requests a second than this, without being a registered device, is not listened to for a while.",
    .type = Type::integer, .number = 50, .minimum = 5, .maximum = 10000, .applies = Applies::restart},

  // S11
  Entry{.key = "web.http_port", .page = "ports", .title = "HTTP port",
    .help = "Where browsers connect without encryption. Where the default may not be opened, 8080 is taken.",
    .type = Type::integer, .number = 80, .minimum = 80, .maximum = 65535, .valid_number = port_or<80>, .allowed = "80 or 1025 to 65535",
    .applies = Applies::restart},
  Entry{.key = "web.https_port", .page = "ports", .title = "HTTPS port",
    .help = "Where browsers connect with encryption; the microphone of a monitor needs it. Where the default may not be opened, 8443 is taken.",
    .type = Type::integer, .number = 443, .minimum = 443, .maximum = 65535, .valid_number = port_or<443>, .allowed = "443 or 1025 to 65535",
    .applies = Applies::restart},
  Entry{.key = "media.first_port", .page = "ports", .title = "First media port",
    .help = "Sound and pictures of calls use UDP ports from this one on; it must be even.",
    .type = Type::integer, .number = 20000, .minimum = 1026, .maximum = 65500, .applies = Applies::restart},
  Entry{.key = "media.last_port", .page = "ports", .title = "Last media port",
    .help = "The last UDP port for sound and pictures. Each SIP phone that rings or talks takes four; all players together take two, and all browsers one for each address of the station.",
    .type = Type::integer, .number = 20999, .minimum = 1057, .maximum = 65535, .applies = Applies::restart},

  // S04
  Entry{.key = "security.session_idle", .page = "security", .title = "A session ends after",
    .help = "Whoever does nothing in the browser for this time has to log in again, also where its page shows by itself what is new. Monitors and panels log in by themselves.",
    .type = Type::duration, .unit = Unit::minutes, .number = 30, .minimum = 1, .maximum = 1440},
  // S02
  Entry{.key = "security.login_tries", .page = "security", .title = "Wrong passwords before a lock-out",
    .help = "So many wrong passwords for an account from one address lock that address out.",
    .type = Type::integer, .number = 5, .minimum = 3, .maximum = 20},
  Entry{.key = "security.login_lock", .page = "security", .title = "Locked out for",
    .help = "How long an address is locked out after too many wrong passwords, the first time. Each further time is twice as long, up to 15 minutes or to what is set here. The owner can still log in from elsewhere.",
    .type = Type::duration, .unit = Unit::minutes, .number = 5, .minimum = 1, .maximum = 1440},
  Entry{.key = "security.request_rate", .page = "security", .title = "Requests from one address",
    .help = "How many web requests a second one address may send on average; more are told to wait.",
    .type = Type::integer, .number = 50, .minimum = 5, .maximum = 10000},
  Entry{.key = "security.connections", .page = "security", .title = "Connections from one address",
    .help = "How many web connections, as many of RTSP and as many of SIP one address may hold open at a time; of SIP more where a device is registered.",
    .type = Type::integer, .number = 64, .minimum = 8, .maximum = 4096, .applies = Applies::restart},

  // N09
  Entry{.key = "journal.size", .page = "storage", .title = "Entries of the journal",
    .help = "How many entries the journal keeps. When it is full, the oldest go first.",
    .type = Type::integer, .number = 100000, .minimum = 1000, .maximum = 1000000},
  Entry{.key = "log.level", .page = "storage", .title = "Log",
    .help = "How much the program writes to the system's log. The journal is not affected.",
    .type = Type::choice, .text = "info", .choices = log_levels},
};
// clang-format on

}  // namespace lintel::settings::declared
