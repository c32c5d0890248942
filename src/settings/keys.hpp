// The typed names of the settings: settings.get(call::longest_ring) gives seconds. A name that is not in the table, or
// has another type there, does not compile.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "settings/typed.hpp"

namespace lintel::settings {

namespace lock1 {
inline constexpr Setting<std::string> name{"lock1.name"};
inline constexpr Setting<std::chrono::seconds> period{"lock1.period"};
inline constexpr Setting<std::chrono::seconds> interval{"lock1.interval"};
inline constexpr Setting<std::string> safe_state{"lock1.safe_state"};
inline constexpr Setting<bool> sensor{"lock1.sensor"};
inline constexpr Setting<std::string> sensor_contact{"lock1.sensor_contact"};
inline constexpr Setting<std::chrono::seconds> held_limit{"lock1.held_limit"};
inline constexpr Setting<std::string> relay{"lock1.relay"};
inline constexpr Setting<std::string> relay_line{"lock1.relay_line"};
inline constexpr Setting<std::string> relay_level{"lock1.relay_level"};
inline constexpr Setting<std::string> sensor_input{"lock1.sensor_input"};
inline constexpr Setting<std::string> sensor_line{"lock1.sensor_line"};
}  // namespace lock1

namespace lock2 {
inline constexpr Setting<std::string> name{"lock2.name"};
inline constexpr Setting<std::chrono::seconds> period{"lock2.period"};
inline constexpr Setting<std::chrono::seconds> interval{"lock2.interval"};
inline constexpr Setting<std::string> safe_state{"lock2.safe_state"};
inline constexpr Setting<bool> sensor{"lock2.sensor"};
inline constexpr Setting<std::string> sensor_contact{"lock2.sensor_contact"};
inline constexpr Setting<std::chrono::seconds> held_limit{"lock2.held_limit"};
inline constexpr Setting<std::string> relay{"lock2.relay"};
inline constexpr Setting<std::string> relay_line{"lock2.relay_line"};
inline constexpr Setting<std::string> relay_level{"lock2.relay_level"};
inline constexpr Setting<std::string> sensor_input{"lock2.sensor_input"};
inline constexpr Setting<std::string> sensor_line{"lock2.sensor_line"};
}  // namespace lock2

namespace access {
inline constexpr Setting<std::string> local_lock{"access.local_lock"};
inline constexpr Setting<std::string> exit_button_lock{"access.exit_button_lock"};
inline constexpr Setting<bool> publish_sensor{"access.publish_sensor"};
}  // namespace access

namespace exit_button {
inline constexpr Setting<std::string> input{"exit_button.input"};
inline constexpr Setting<std::string> line{"exit_button.line"};
inline constexpr Setting<std::string> contact{"exit_button.contact"};
}  // namespace exit_button

namespace emergency_key {
inline constexpr Setting<std::string> input{"emergency_key.input"};
inline constexpr Setting<std::string> line{"emergency_key.line"};
inline constexpr Setting<std::string> contact{"emergency_key.contact"};
}  // namespace emergency_key

namespace inputs {
inline constexpr Setting<std::string> wiring{"inputs.wiring"};
}  // namespace inputs

namespace keypad {
inline constexpr Setting<std::int64_t> tries{"keypad.tries"};
inline constexpr Setting<std::chrono::minutes> window{"keypad.window"};
inline constexpr Setting<std::chrono::minutes> lock_time{"keypad.lock_time"};
inline constexpr Setting<std::chrono::seconds> input_time{"keypad.input_time"};
}  // namespace keypad

namespace reader {
inline constexpr Setting<std::string> device{"reader.device"};
inline constexpr Setting<std::chrono::seconds> wait{"reader.wait"};
}  // namespace reader

namespace call {
inline constexpr Setting<std::chrono::seconds> longest_ring{"call.longest_ring"};
inline constexpr Setting<std::chrono::seconds> longest_incoming{"call.longest_incoming"};
inline constexpr Setting<std::chrono::seconds> longest_call{"call.longest_call"};
inline constexpr Setting<bool> group{"call.group"};
inline constexpr Setting<std::string> centre_number{"call.centre_number"};
inline constexpr Setting<bool> auto_answer{"call.auto_answer"};
inline constexpr Setting<std::chrono::seconds> auto_answer_delay{"call.auto_answer_delay"};
inline constexpr Setting<std::string> hang_up_after{"call.hang_up_after"};
inline constexpr Setting<std::chrono::seconds> hang_up_delay{"call.hang_up_delay"};
inline constexpr Setting<std::string> unlock_command_1{"call.unlock_command_1"};
inline constexpr Setting<std::string> unlock_command_2{"call.unlock_command_2"};
inline constexpr Setting<std::string> encryption{"call.encryption"};
inline constexpr Setting<bool> session_timer{"call.session_timer"};
inline constexpr Setting<std::chrono::seconds> session_timer_period{"call.session_timer_period"};
inline constexpr Setting<std::string> session_timer_refresher{"call.session_timer_refresher"};
inline constexpr Setting<std::string> user_agent{"call.user_agent"};
inline constexpr Setting<std::int64_t> viewers{"call.viewers"};
}  // namespace call

namespace account {
inline constexpr Setting<std::string> server{"account.server"};
inline constexpr Setting<std::int64_t> port{"account.port"};
inline constexpr Setting<std::string> transport{"account.transport"};
inline constexpr Setting<std::string> password{"account.password"};
inline constexpr Setting<std::chrono::seconds> period{"account.period"};
inline constexpr Setting<std::string> proxy{"account.proxy"};
inline constexpr Setting<std::int64_t> proxy_port{"account.proxy_port"};
inline constexpr Setting<std::string> backup{"account.backup"};
inline constexpr Setting<std::int64_t> backup_port{"account.backup_port"};
}  // namespace account

namespace audio {
inline constexpr Setting<std::int64_t> microphone_volume{"audio.microphone_volume"};
inline constexpr Setting<std::int64_t> speaker_volume{"audio.speaker_volume"};
inline constexpr Setting<bool> echo_cancellation{"audio.echo_cancellation"};
}  // namespace audio

namespace sounds {
inline constexpr Setting<bool> ringing{"sounds.ringing"};
inline constexpr Setting<bool> keys{"sounds.keys"};
inline constexpr Setting<bool> unlocked{"sounds.unlocked"};
inline constexpr Setting<bool> refused{"sounds.refused"};
inline constexpr Setting<bool> ended{"sounds.ended"};
}  // namespace sounds

namespace video {
inline constexpr Setting<std::string> main_size{"video.main_size"};
inline constexpr Setting<std::int64_t> main_rate{"video.main_rate"};
inline constexpr Setting<std::int64_t> main_bitrate{"video.main_bitrate"};
inline constexpr Setting<std::string> sub_size{"video.sub_size"};
inline constexpr Setting<std::int64_t> sub_rate{"video.sub_rate"};
inline constexpr Setting<std::int64_t> sub_bitrate{"video.sub_bitrate"};
}  // namespace video

namespace picture {
inline constexpr Setting<bool> show_time{"picture.show_time"};
inline constexpr Setting<bool> show_name{"picture.show_name"};
}  // namespace picture

namespace rtsp {
inline constexpr Setting<bool> on{"rtsp.on"};
inline constexpr Setting<std::int64_t> port{"rtsp.port"};
inline constexpr Setting<bool> tls{"rtsp.tls"};
inline constexpr Setting<std::int64_t> tls_port{"rtsp.tls_port"};
}  // namespace rtsp

namespace station {
inline constexpr Setting<std::string> name{"station.name"};
inline constexpr Setting<std::string> number{"station.number"};
inline constexpr Setting<std::string> language{"station.language"};
}  // namespace station

namespace sip_server {
inline constexpr Setting<bool> on{"sip_server.on"};
inline constexpr Setting<std::string> domain{"sip_server.domain"};
inline constexpr Setting<std::int64_t> port{"sip_server.port"};
inline constexpr Setting<bool> udp{"sip_server.udp"};
inline constexpr Setting<bool> tcp{"sip_server.tcp"};
inline constexpr Setting<bool> tls{"sip_server.tls"};
inline constexpr Setting<std::int64_t> tls_port{"sip_server.tls_port"};
inline constexpr Setting<std::chrono::seconds> shortest_registration{"sip_server.shortest_registration"};
inline constexpr Setting<std::chrono::seconds> registration{"sip_server.registration"};
inline constexpr Setting<std::chrono::seconds> longest_registration{"sip_server.longest_registration"};
inline constexpr Setting<std::chrono::seconds> silent_after{"sip_server.silent_after"};
inline constexpr Setting<std::int64_t> source_rate{"sip_server.source_rate"};
}  // namespace sip_server

namespace web {
inline constexpr Setting<std::int64_t> http_port{"web.http_port"};
inline constexpr Setting<std::int64_t> https_port{"web.https_port"};
}  // namespace web

namespace media {
inline constexpr Setting<std::int64_t> first_port{"media.first_port"};
inline constexpr Setting<std::int64_t> last_port{"media.last_port"};
}  // namespace media

namespace security {
inline constexpr Setting<std::chrono::minutes> session_idle{"security.session_idle"};
inline constexpr Setting<std::int64_t> login_tries{"security.login_tries"};
inline constexpr Setting<std::chrono::minutes> login_lock{"security.login_lock"};
inline constexpr Setting<std::int64_t> request_rate{"security.request_rate"};
inline constexpr Setting<std::int64_t> connections{"security.connections"};
}  // namespace security

namespace journal {
inline constexpr Setting<std::int64_t> size{"journal.size"};
}  // namespace journal

namespace log {
inline constexpr Setting<std::string> level{"log.level"};
}  // namespace log

}  // namespace lintel::settings
