#include "journal/events.hpp"

namespace lintel::journal {
namespace {

constexpr std::array all = {
    &events::system_started,
    &events::system_stopped,
    &events::system_unclean_stop,
    &events::system_clock_jumped,
    &events::system_port_in_use,
    &events::system_settings_rejected,
    &events::storage_full,
    &events::storage_broken,
    &events::storage_back,
    &events::journal_lost,
    &events::certificate_created,
    &events::camera_lost,
    &events::camera_back,
    &events::microphone_lost,
    &events::microphone_back,
    &events::speaker_lost,
    &events::speaker_back,
    &events::input_lost,
    &events::input_back,
    &events::encoder_missing,
    &events::view_started,
    &events::view_refused,
    &events::call_pressed,
    &events::call_no_such_room,
    &events::call_nobody_available,
    &events::call_ringing,
    &events::call_answered,
    &events::call_not_answered,
    &events::call_refused,
    &events::call_cancelled,
    &events::call_busy,
    &events::call_ended,
    &events::call_failed,
    &events::call_incoming,
    &events::call_rejected,
    &events::call_emergency,
    &events::access_unlocked,
    &events::access_locked,
    &events::access_refused,
    &events::access_wrong_code,
    &events::access_unknown_card,
    &events::access_lost_card,
    &events::access_reader_flooded,
    &events::access_main_card,
    &events::access_keypad_locked,
    &events::access_keypad_released,
    &events::access_exit_button,
    &events::access_too_soon,
    &events::access_lock_fault,
    &events::access_lock_recovered,
    &events::access_safe_state,
    &events::alarm_door_held,
    &events::alarm_door_forced,
    &events::alarm_tamper,
    &events::alarm_fire,
    &events::alarm_cleared,
    &events::operation_initialised,
    &events::operation_setup_refused,
    &events::operation_login,
    &events::operation_login_failed,
    &events::operation_login_locked,
    &events::operation_logout,
    &events::operation_password_changed,
    &events::operation_email_changed,
    &events::operation_admin_reset,
    &events::operation_setting_changed,
    &events::operation_room_added,
    &events::operation_rooms_added,
    &events::operation_room_changed,
    &events::operation_room_removed,
    &events::operation_station_changed,
    &events::operation_code_changed,
    &events::operation_card_issued,
    &events::operation_card_changed,
    &events::operation_card_lost,
    &events::operation_card_found,
    &events::operation_card_removed,
    &events::operation_machine_changed,
    &events::operation_pairing_offered,
    &events::monitor_paired,
    &events::monitor_pairing_refused,
    &events::monitor_revoked,
    &events::monitor_registered,
    &events::monitor_unregistered,
    &events::account_registered,
    &events::account_on_backup,
    &events::account_failed,
    &events::sip_registration_refused,
};

}  // namespace

std::span<const Event* const> all_events() {
  return all;
}

const Event* find_event(std::string_view id) {
  for (const Event* event : all)
    if (event->id == id) return event;
  return nullptr;
}

}  // namespace lintel::journal
