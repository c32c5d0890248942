// Settings of calls, the SIP account, audio and sounds. Part of the one table: see table.hpp.
#pragma once

#include <array>

#include "settings/entry.hpp"
#include "settings/patterns.hpp"

namespace lintel::settings::declared {

inline constexpr std::array hang_up_methods = {
    Choice{"never", "Never"}, Choice{"any", "Any opening"}, Choice{"monitor", "From a monitor"},
    Choice{"dtmf", "By a phone's unlock command"}, Choice{"code", "By a code at the panel"}};
inline constexpr std::array call_encryptions = {Choice{"off", "Off"}, Choice{"optional", "Where the phone can"},
                                                Choice{"compulsory", "Always: no call without it"}};
inline constexpr std::array timer_refreshers = {Choice{"uac", "The caller"}, Choice{"uas", "The called side"}};
inline constexpr std::array sip_transports = {Choice{"udp", "UDP"}, Choice{"tcp", "TCP"}, Choice{"tls", "TLS"}};

// One setting a paragraph.
// clang-format off
inline constexpr std::array intercom = {
  // C15
  Entry{.key = "call.longest_ring", .page = "call", .title = "Longest ringing",
    .help = "How long monitors ring before the call ends as not answered.",
    .type = Type::duration, .unit = Unit::seconds, .number = 30, .minimum = 5, .maximum = 300},
  // C15
  Entry{.key = "call.longest_incoming", .page = "call", .title = "Longest unanswered call to the station",
    .help = "How long a call to the station may ring when it is not answered by itself.",
    .type = Type::duration, .unit = Unit::seconds, .number = 60, .minimum = 5, .maximum = 300},
  // C14
  Entry{.key = "call.longest_call", .page = "call", .title = "Longest call",
    .help = "The station ends a call after this time, so that a forgotten receiver does not block the door.",
    .type = Type::duration, .unit = Unit::seconds, .number = 120, .minimum = 10, .maximum = 3600},
  // C02
  Entry{.key = "call.group", .page = "call", .title = "Group call",
    .help = "A call to a room rings its main monitor and all its extensions. Without it only the main monitor rings.",
    .type = Type::boolean, .number = 1},
  // C06
  Entry{.key = "call.centre_number", .page = "call", .title = "Number of the centre",
    .help = "Dialled by the centre key, the emergency key and by hand. No room or station may have it. Until centres can be added here it rings only where a SIP server elsewhere has this number.",
    .type = Type::text, .text = "888888", .least_length = 1, .max_length = 9, .valid = digits, .allowed = "digits"},
  // C16
  Entry{.key = "call.auto_answer", .page = "call", .title = "Answer monitors by itself",
    .help = "A call from any monitor or phone of the house is answered by the station at once, for live view with sound. Others are never answered by themselves.",
    .type = Type::boolean, .number = 1},
  Entry{.key = "call.auto_answer_delay", .page = "call", .title = "Answer after",
    .help = "How long the station waits before it answers by itself.",
    .type = Type::duration, .unit = Unit::seconds, .number = 0, .minimum = 0, .maximum = 30, .depends_on = "call.auto_answer", .depends_value = "true"},
  // C17
  Entry{.key = "call.hang_up_after", .page = "call", .title = "Hang up after opening",
    .help = "The call ends some seconds after the door was opened in this way.",
    .type = Type::choice, .text = "never", .choices = hang_up_methods},
  Entry{.key = "call.hang_up_delay", .page = "call", .title = "Hang up after",
    .help = "How long the call goes on after the door was opened.",
    .type = Type::duration, .unit = Unit::seconds, .number = 5, .minimum = 0, .maximum = 60},
  // A06
  Entry{.key = "call.unlock_command_1", .page = "call", .title = "Unlock command for lock 1",
    .help = "Keys that a phone of the called room presses in a call to open lock 1. Empty switches it off. Other callers need a code of at least four digits.",
    .type = Type::text, .text = "#", .max_length = 8, .valid = unlock_keys,
    .allowed = "the keys 0 to 9 and *, # only as the last one"},
  // A06
  Entry{.key = "call.unlock_command_2", .page = "call", .title = "Unlock command for lock 2",
    .help = "Keys that a phone of the called room presses in a call to open lock 2. Empty switches it off.",
    .type = Type::text, .text = "*", .max_length = 8, .valid = unlock_keys,
    .allowed = "the keys 0 to 9 and *, # only as the last one"},
  // C21
  Entry{.key = "call.encryption", .page = "call", .title = "Encrypt sound and picture",
    .help = "Calls with SIP phones go by SRTP. A call that would have to be encrypted and cannot be is refused, and the panel and the journal say so. The keys stand in the SIP messages: they are worth something only where the phones register over TLS. Browsers are always encrypted.",
    .type = Type::choice, .text = "off", .choices = call_encryptions},
  // C19
  Entry{.key = "call.session_timer", .page = "call", .title = "Session timer",
    .help = "Both sides of a SIP call say from time to time that they are still there, and one that falls silent ends the call. Sound and picture that stop end it too, so this matters where a server counts calls.",
    .type = Type::boolean, .number = 0},
  Entry{.key = "call.session_timer_period", .page = "call", .title = "Session timer: period",
    .help = "The call is refreshed at half of this time, and ends when it passes without. The other side may ask for another one, never below 90 seconds.",
    .type = Type::duration, .unit = Unit::seconds, .number = 1800, .minimum = 90, .maximum = 7200, .depends_on = "call.session_timer", .depends_value = "true"},
  Entry{.key = "call.session_timer_refresher", .page = "call", .title = "Session timer: who refreshes",
    .help = "Proposed to the other side, which may insist on its own choice.",
    .type = Type::choice, .text = "uac", .choices = timer_refreshers, .depends_on = "call.session_timer", .depends_value = "true"},
  // C20
  Entry{.key = "call.user_agent", .page = "call", .title = "User-Agent",
    .help = "How the station names its make in SIP messages. Some servers go by it.",
    .type = Type::text, .text = "Lintel", .least_length = 1, .max_length = 64, .valid = sip_words, .allowed = "letters, digits, spaces and signs of ASCII, without a space at either end"},
  // C28
  Entry{.key = "call.viewers", .page = "call", .title = "Viewers at once",
    .help = "How many monitors and browsers may watch the station at one time; players by RTSP have places of their own. Further ones are told that it is full; calls always get their picture. One login has a quarter of the places at most, or four.",
    .type = Type::integer, .number = 16, .minimum = 1, .maximum = 256},

  Entry{.key = "account.server", .page = "account", .title = "Server",
    .help = "Name or address of the SIP server that this station registers with. Empty: it registers with none.",
    .type = Type::text, .max_length = 255, .valid = host, .allowed = "a host name or an IP address", .depends_on = "sip_server.on", .depends_value = "false"},
  Entry{.key = "account.port", .page = "account", .title = "Port",
    .help = "The server's port.",
    .type = Type::integer, .number = 5060, .minimum = 1, .maximum = 65535, .depends_on = "sip_server.on", .depends_value = "false"},
  Entry{.key = "account.transport", .page = "account", .title = "Transport",
    .help = "How SIP messages reach the server.",
    .type = Type::choice, .text = "udp", .choices = sip_transports, .depends_on = "sip_server.on", .depends_value = "false"},
  Entry{.key = "account.password", .page = "account", .title = "Registration password",
    .help = "The password that the server knows for this station's number.",
    .type = Type::secret, .max_length = 128, .depends_on = "sip_server.on", .depends_value = "false"},
  // C10
  Entry{.key = "account.period", .page = "account", .title = "Registration period",
    .help = "How long a registration is asked for; the server may grant less. It is renewed in time, and a failed one is tried again by itself.",
    .type = Type::duration, .unit = Unit::seconds, .number = 3600, .minimum = 60, .maximum = 86400, .depends_on = "sip_server.on", .depends_value = "false"},
  // C11
  Entry{.key = "account.proxy", .page = "account", .title = "Outbound proxy",
    .help = "Name or address that everything for the server is sent to instead. Empty: the server itself.",
    .type = Type::text, .max_length = 255, .valid = host, .allowed = "a host name or an IP address", .depends_on = "sip_server.on", .depends_value = "false"},
  Entry{.key = "account.proxy_port", .page = "account", .title = "Outbound proxy: port",
    .help = "The port of the outbound proxy.",
    .type = Type::integer, .number = 5060, .minimum = 1, .maximum = 65535, .depends_on = "sip_server.on", .depends_value = "false"},
  Entry{.key = "account.backup", .page = "account", .title = "Backup server",
    .help = "Name or address of the server or proxy that is used while the first is silent. The first is asked each minute, and used again once it answers. Empty: none.",
    .type = Type::text, .max_length = 255, .valid = host, .allowed = "a host name or an IP address", .depends_on = "sip_server.on", .depends_value = "false"},
  Entry{.key = "account.backup_port", .page = "account", .title = "Backup server: port",
    .help = "The port of the backup server.",
    .type = Type::integer, .number = 5060, .minimum = 1, .maximum = 65535, .depends_on = "sip_server.on", .depends_value = "false"},

  Entry{.key = "audio.microphone_volume", .page = "audio", .title = "Microphone volume",
    .help = "How loud visitors are for the people inside. Zero is silence.",
    .type = Type::integer, .unit = Unit::percent, .number = 80, .minimum = 0, .maximum = 100},
  Entry{.key = "audio.speaker_volume", .page = "audio", .title = "Speaker volume",
    .help = "How loud the station speaks. Zero is silence.",
    .type = Type::integer, .unit = Unit::percent, .number = 80, .minimum = 0, .maximum = 100},
  Entry{.key = "audio.echo_cancellation", .page = "audio", .title = "Cancel the echo",
    .help = "Takes the speaker's sound out of the microphone's, so that people inside do not hear themselves.",
    .type = Type::boolean, .number = 1},

  Entry{.key = "sounds.ringing", .page = "sounds", .title = "Ringing",
    .help = "The station plays the ringing tone while monitors ring.", .type = Type::boolean, .number = 1},
  Entry{.key = "sounds.keys", .page = "sounds", .title = "Keys",
    .help = "Each key of the panel clicks.", .type = Type::boolean, .number = 1},
  Entry{.key = "sounds.unlocked", .page = "sounds", .title = "Door opened",
    .help = "The station says or plays that the door is open.", .type = Type::boolean, .number = 1},
  Entry{.key = "sounds.refused", .page = "sounds", .title = "Refused",
    .help = "The station says or plays that a code or a call was refused, and why.", .type = Type::boolean, .number = 1},
  Entry{.key = "sounds.ended", .page = "sounds", .title = "Call ended",
    .help = "The station plays a tone when a call ends.", .type = Type::boolean, .number = 1},
};
// clang-format on

}  // namespace lintel::settings::declared
