// Every event of the journal: its stable id, its severity, its sentence, and what it tells the operator.
// Rooms use these by name: journal.record(events::call_answered, {.room = "101", .subject = "101#1"}).
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "journal/entry.hpp"

namespace lintel::journal {

namespace events {
// One paragraph an event reads better than reflowed ones.
// clang-format off
inline constexpr Event system_started{"system.started", Kind::system, Severity::information,
  "The station started, version {version}.", "The program began to serve. An entry of its own says when the run before ended badly."};
inline constexpr Event system_stopped{"system.stopped", Kind::system, Severity::information,
  "The station stopped.", "The program ended in order: by a restart, an update or the service manager."};
inline constexpr Event system_unclean_stop{"system.unclean_stop", Kind::system, Severity::warning,
  "The station had stopped without notice; locks were driven to their safe state.",
  "Power failed or the program was killed. Nothing that was reported is lost. If it happens again, look at the power supply and the system's log."};
inline constexpr Event system_clock_jumped{"system.clock_jumped", Kind::system, Severity::warning,
  "The clock was moved by {seconds} s.", "Time was set by a person or by NTP. Entries before and after may seem out of order; their ids are in order."};
inline constexpr Event system_port_in_use{"system.port_in_use", Kind::system, Severity::error,
  "The station cannot listen for {service}: {reason}",
  "Everything else runs. The station tries again by itself, and listens once the port can be had; another one is taken at the next start."};
inline constexpr Event system_port_second{"system.port_second", Kind::system, Severity::warning,
  "The station listens for {service} at port {port}: another program has {usual}.",
  "What was paired or set up at the usual port does not find the station there. Stop the other program and restart the station, or choose a port."};
inline constexpr Event system_port_back{"system.port_back", Kind::system, Severity::information,
  "The station listens for {service} at port {port} now.", "The port that was missing could be had; nothing needs doing."};
inline constexpr Event network_lost{"network.lost", Kind::system, Severity::warning,
  "The station has no network.", "Look at the cable, the switch and the address. Doors, cards and codes work without it; nobody can be called until it is back."};
inline constexpr Event network_changed{"network.changed", Kind::system, Severity::information,
  "The station is reached at {addresses}.", "The network came back, or it gave the station another address. Phones find it at a new address only if they ask for it by name."};
inline constexpr Event system_settings_rejected{"system.settings_rejected", Kind::system, Severity::warning,
  "The stored value of {setting} does not fit this version; the default is used.", "Set the value again on its page."};
inline constexpr Event storage_full{"storage.full", Kind::system, Severity::error,
  "The disk is full: nothing new can be stored. Doors keep working.",
  "Make room on the disk of the data folder. Events wait in memory and are stored as soon as there is room."};
inline constexpr Event storage_broken{"storage.broken", Kind::system, Severity::error,
  "The disk refuses to store: {reason}", "Look at the disk and at the rights of the data folder. Doors keep working; events wait in memory."};
inline constexpr Event storage_back{"storage.back", Kind::system, Severity::information,
  "The disk stores again.", "What waited in memory has been stored."};
inline constexpr Event journal_lost{"journal.lost", Kind::system, Severity::error,
  "Entries that could not be stored: {count}. The disk refused or was too slow.", "More happened than memory holds while the disk was full, broken or slow. They were shown live but are not in the journal."};
inline constexpr Event journal_damaged{"journal.damaged", Kind::system, Severity::error,
  "The journal could not be read and was set aside; a new one begins here.", "A disk or card that fails, or lost its power while it wrote, damaged it. What was in it is still in the database, as the field says. Look at the disk, and restore a backup if other things are missing."};
inline constexpr Event journal_unreadable{"journal.unreadable", Kind::system, Severity::error,
  "A part of the journal cannot be read: the database is damaged.", "A disk or card that fails, or lost its power while it wrote, damaged it. What can be read is shown, and new entries are stored. Look at the disk, and restore a backup if other things are missing."};
inline constexpr Event certificate_created{"certificate.created", Kind::system, Severity::information,
  "A server certificate was made for {names}.", "Browsers that trust the station's root certificate accept it without asking."};

inline constexpr Event camera_lost{"camera.lost", Kind::system, Severity::warning,
  "The camera gives no picture: {reason}", "Look at its cable, power and address. Calls and doors work without a picture; the station tries again by itself."};
inline constexpr Event camera_back{"camera.back", Kind::system, Severity::information,
  "The camera gives a picture again.", "The picture came back by itself; nothing needs doing."};
inline constexpr Event microphone_lost{"microphone.lost", Kind::system, Severity::warning,
  "The microphone gives no sound: {reason}", "Look at the sound device and its name in the command line. The station tries again by itself."};
inline constexpr Event microphone_back{"microphone.back", Kind::system, Severity::information,
  "The microphone gives sound again.", "The sound came back by itself; nothing needs doing."};
inline constexpr Event speaker_lost{"speaker.lost", Kind::system, Severity::warning,
  "The speaker takes no sound: {reason}", "Look at the sound device and its name in the command line. The station tries again by itself."};
inline constexpr Event speaker_back{"speaker.back", Kind::system, Severity::information,
  "The speaker takes sound again.", "The sound came back by itself; nothing needs doing."};
inline constexpr Event input_lost{"input.lost", Kind::system, Severity::warning,
  "The {input} gives no signal: {reason}", "Look at its plug, and at Relays and inputs in the console. The station tries again by itself."};
inline constexpr Event input_back{"input.back", Kind::system, Severity::information,
  "The {input} gives its signal again.", "The device came back by itself; nothing needs doing."};
inline constexpr Event input_stuck{"input.stuck", Kind::system, Severity::warning,
  "The {input} is pressed all the time.", "It is stuck, its wire is cut, or the contact is wired the other way round, and until it lets go pressing it does nothing. Look at it, and at Relays and inputs in the console."};
inline constexpr Event input_repeated{"input.repeated", Kind::system, Severity::warning,
  "The {input} loses its signal again and again; for {minutes} min only a loss that lasts is written down.",
  "Its plug or a wire is loose: look at it. A loss that lasts a minute is written down each time."};
inline constexpr Event encoder_missing{"encoder.missing", Kind::system, Severity::error,
  "No {codec} encoder is installed; video cannot be sent.", "Install the GStreamer plug-in that the documentation names, then restart."};
inline constexpr Event view_started{"view.started", Kind::operation, Severity::information,
  "{subject} watches the door.", "Live view without a call."};
inline constexpr Event view_refused{"view.refused", Kind::operation, Severity::warning,
  "Live view was refused to {subject}: {reason}", "The account has no right to watch, or there are as many viewers as the settings allow."};
inline constexpr Event view_repeated{"view.repeated", Kind::operation, Severity::warning,
  "Live view is refused to {subject} again and again; for {minutes} min this is not written down each time.",
  "Each time is answered as before. A page, an app or a recorder asks by itself what it is not given; look at the reason of the entries before."};

inline constexpr Event call_pressed{"call.pressed", Kind::call, Severity::information,
  "A visitor called {room}.", "The number was dialled on the panel."};
inline constexpr Event call_no_such_room{"call.no_such_room", Kind::call, Severity::information,
  "A visitor dialled {number}; there is no such room.", "Add the room under Household if it should exist."};
inline constexpr Event call_nobody_available{"call.nobody_available", Kind::call, Severity::warning,
  "Nobody is available in room {room}.", "No monitor of the room is online. Look at Household, Monitors."};
inline constexpr Event call_ringing{"call.ringing", Kind::call, Severity::information,
  "Room {room} rings. Monitors: {monitors}.", "Each registered monitor was asked to ring."};
inline constexpr Event call_answered{"call.answered", Kind::call, Severity::information,
  "{subject} answered the call to room {room}.", "The other monitors stop ringing and show that it was answered elsewhere."};
inline constexpr Event call_not_answered{"call.not_answered", Kind::call, Severity::information,
  "Nobody answered the call to room {room} within {seconds} s.", "The longest ringing time is a setting."};
inline constexpr Event call_refused{"call.refused", Kind::call, Severity::information,
  "{subject} declined the call to room {room}.", "A resident declined; nothing needs doing."};
inline constexpr Event call_monitor_silent{"call.monitor_silent", Kind::call, Severity::warning,
  "{subject} did not answer the call to room {room}.", "That monitor is off, asleep or out of reach, or gave the call up by itself. Where it happens again, look at it, and at Household, Monitors."};
inline constexpr Event call_cancelled{"call.cancelled", Kind::call, Severity::information,
  "The visitor gave up the call to room {room}.", "Hung up on the panel before anybody answered."};
inline constexpr Event call_busy{"call.busy", Kind::call, Severity::information,
  "A call to {room} was refused as busy.", "Another call was running on the station or on every monitor of the room."};
inline constexpr Event call_ended{"call.ended", Kind::call, Severity::information,
  "The call with room {room} ended after {seconds} s: {reason}.", "The reason says who ended it, or which limit."};
inline constexpr Event call_failed{"call.failed", Kind::call, Severity::warning,
  "The call to {room} failed: {reason}", "The network or a monitor did not do its part. The reason is the peer's."};
inline constexpr Event call_incoming{"call.incoming", Kind::call, Severity::information,
  "{subject} called the station.", "A monitor or phone called the door."};
inline constexpr Event call_rejected{"call.rejected", Kind::call, Severity::warning,
  "A call from {subject} at {address} was rejected: {reason}", "Somebody called without the right to. Many of these from one address are an attack: keep that address out of the network."};
inline constexpr Event call_repeated{"call.repeated", Kind::call, Severity::warning,
  "{subject} calls the station again and again; for {minutes} min this is not written down each time.",
  "Each call is answered as before, and one that talks for a minute is written down when it ends. A phone dials by itself, or somebody does not give up."};
inline constexpr Event call_emergency{"call.emergency", Kind::alarm, Severity::alarm,
  "The emergency key was pressed.", "The centre is called, where it can be, and a running call ends for it. Where it cannot, the next entry says so: see to it that somebody is called."};

inline constexpr Event access_unlocked{"access.unlocked", Kind::unlock, Severity::information,
  "{subject} opened {door} by {method}.", "The lock was told to open."};
inline constexpr Event access_let_in{"access.let_in", Kind::unlock, Severity::information,
  "{subject} came by {method} while {door} was open.", "A right code or card; the lock had been told to open already."};
inline constexpr Event access_locked{"access.locked", Kind::unlock, Severity::information,
  "{door} is locked again.", "The unlock period is over."};
inline constexpr Event access_refused{"access.refused", Kind::unlock, Severity::warning,
  "{subject} was refused at {door} ({method}): {reason}", "The person, code or device has no right to open this lock now."};
inline constexpr Event access_wrong_code{"access.wrong_code", Kind::unlock, Severity::warning,
  "A wrong code was typed at {door}.", "After several wrong codes the keypad is locked for a while. The code itself is not kept."};
inline constexpr Event access_unknown_card{"access.unknown_card", Kind::unlock, Severity::warning,
  "A card that nobody has was held to the reader ({subject}).", "Only the ending of its number is kept. Issue it under Access, Cards, if it should open."};
inline constexpr Event access_lost_card{"access.lost_card", Kind::unlock, Severity::warning,
  "The lost card of {subject} was held to the reader and refused.", "Somebody has found it. Set it found under Access, Cards, when its holder has it back; else delete it."};
inline constexpr Event access_reader_flooded{"access.reader_flooded", Kind::unlock, Severity::warning,
  "Many unknown cards were held to the reader; for {minutes} min further ones are refused without an entry each.",
  "Only unknown cards: those that are known, codes, monitors and exit buttons go on. Somebody may be trying out numbers."};
inline constexpr Event access_repeated{"access.repeated", Kind::unlock, Severity::warning,
  "{subject} tries again and again by {method}; for {minutes} min this is not written down each time.",
  "Each time is answered as before, and whatever opens a lock is written down. Somebody does not give up, or a card lies at the reader; look at the reader if nobody is there."};
inline constexpr Event access_main_card{"access.main_card", Kind::unlock, Severity::information,
  "The main card of {subject} began to issue a card for room {room}.", "The next unknown card that is held to the reader becomes the room's."};
inline constexpr Event access_keypad_locked{"access.keypad_locked", Kind::unlock, Severity::warning,
  "The keypad is locked for {minutes} min after {tries} wrong codes.", "Only the keypad: monitors, exit buttons and remote unlocking go on. Somebody may be guessing codes."};
inline constexpr Event access_keypad_released{"access.keypad_released", Kind::unlock, Severity::information,
  "The keypad takes codes again.", "The lock-out is over."};
inline constexpr Event access_exit_button{"access.exit_button", Kind::unlock, Severity::information,
  "{door} was opened by the exit button.", "Somebody left the building."};
inline constexpr Event access_too_soon{"access.too_soon", Kind::unlock, Severity::information,
  "{door} was not opened again for {subject}: the responding interval has not passed.", "The interval between two openings is a setting of the lock."};
inline constexpr Event access_lock_fault{"access.lock_fault", Kind::alarm, Severity::alarm,
  "{door} did not do what it was told: {reason}", "The relay or the lock is stuck or disconnected. Look at the door."};
inline constexpr Event access_lock_recovered{"access.lock_recovered", Kind::alarm, Severity::information,
  "{door} does what it is told again.", "The relay answers; the lock was driven to hold."};
inline constexpr Event access_fault_repeated{"access.fault_repeated", Kind::alarm, Severity::alarm,
  "{door} does not do what it is told, again and again; for {minutes} min only a fault that lasts is written down.",
  "The relay's plug or a wire is loose: look at it. A fault that lasts a minute is written down each time."};
inline constexpr Event access_safe_state{"access.safe_state", Kind::unlock, Severity::information,
  "{door} was driven to its safe state: {state}.", "Done at every start; fail-safe or fail-secure is a setting of the lock."};
inline constexpr Event alarm_door_held{"alarm.door_held", Kind::alarm, Severity::alarm,
  "{door} is held open for more than {seconds} s.", "Close the door, or look why it does not close."};
inline constexpr Event alarm_kept_open{"alarm.kept_open", Kind::alarm, Severity::alarm,
  "{door} has been kept open from inside for {seconds} s.", "Its exit button is pressed again and again: by people who leave one after the other, or by a loose or wet wire, which would keep it open all night. Look at the button."};
inline constexpr Event alarm_door_forced{"alarm.door_forced", Kind::alarm, Severity::alarm,
  "{door} was opened without being unlocked.", "Somebody forced the door, or its contact is wired or set the wrong way round."};
inline constexpr Event alarm_forced_repeated{"alarm.forced_repeated", Kind::alarm, Severity::alarm,
  "{door} is opened without being unlocked again and again; for {minutes} min only an opening that lasts is written down.",
  "The door's contact or its wire is loose, or somebody shakes the door: look at it. An opening that lasts two seconds is written down each time, and so is a door held open."};
inline constexpr Event alarm_tamper{"alarm.tamper", Kind::alarm, Severity::alarm,
  "The station was tampered with.", "It was taken off the wall or moved."};
inline constexpr Event alarm_fire{"alarm.fire", Kind::alarm, Severity::alarm,
  "The fire alarm input is active; doors are open.", "Doors stay open until the alarm device is quiet again."};
inline constexpr Event alarm_cleared{"alarm.cleared", Kind::alarm, Severity::information,
  "{subject} cleared the alarm: {alarm}.", "The cause is gone or a person has taken note."};

inline constexpr Event operation_initialised{"operation.initialised", Kind::operation, Severity::information,
  "The station was set up from {address}.", "The owner's password was set with the one-time code."};
inline constexpr Event operation_setup_refused{"operation.setup_refused", Kind::operation, Severity::warning,
  "Set-up was refused from {address}: the one-time code was wrong.", "The code is printed when the station starts."};
inline constexpr Event operation_login{"operation.login", Kind::operation, Severity::information,
  "{subject} logged in from {address}.", "A session began."};
inline constexpr Event operation_login_failed{"operation.login_failed", Kind::operation, Severity::warning,
  "A login as {subject} from {address} failed.", "Wrong password, or no such account. Several in a row lock that address out for a while."};
inline constexpr Event operation_login_locked{"operation.login_locked", Kind::operation, Severity::warning,
  "Logins as {subject} from {address} are locked for {minutes} min.", "Too many wrong passwords. The owner can still log in from elsewhere."};
inline constexpr Event operation_logout{"operation.logout", Kind::operation, Severity::information,
  "{subject} logged out.", "A session ended: by its owner, by an administrator, or idle for too long."};
inline constexpr Event operation_repeated{"operation.repeated", Kind::operation, Severity::warning,
  "{subject} logs in or out again and again from {address}; for {minutes} min this is not written down each time.",
  "A script or a device does it by itself. Wrong passwords, and logins from elsewhere, are written down as before."};
inline constexpr Event operation_password_changed{"operation.password_changed", Kind::operation, Severity::information,
  "The password of {subject} was changed.", "If this was not you, run `lintel reset-admin` at the machine."};
inline constexpr Event operation_email_changed{"operation.email_changed", Kind::operation, Severity::information,
  "The e-mail address of {subject} was changed.", "It is kept with the account. No mail is sent yet: who forgot the password runs `lintel reset-admin` at the machine."};
inline constexpr Event operation_admin_reset{"operation.admin_reset", Kind::operation, Severity::warning,
  "The administrator's password was reset at the machine.", "Somebody ran `lintel reset-admin`; set-up asks for a new password."};
inline constexpr Event operation_setting_changed{"operation.setting_changed", Kind::operation, Severity::information,
  "{subject} changed settings: {settings}.", "Values of secrets are never kept here."};
inline constexpr Event operation_room_added{"operation.room_added", Kind::operation, Severity::information,
  "{subject} added room {room}.", "Pair a monitor with it next."};
inline constexpr Event operation_rooms_added{"operation.rooms_added", Kind::operation, Severity::information,
  "{subject} added rooms in batch: {count}.", "Numbers that existed already were left as they were."};
inline constexpr Event operation_room_changed{"operation.room_changed", Kind::operation, Severity::information,
  "{subject} changed room {room}.", "A name or number was edited."};
inline constexpr Event operation_room_removed{"operation.room_removed", Kind::operation, Severity::information,
  "{subject} removed room {room}.", "Its monitors, codes and cards went with it."};
inline constexpr Event operation_station_changed{"operation.station_changed", Kind::operation, Severity::information,
  "{subject} changed station {station}.", "The list of stations was edited."};
inline constexpr Event operation_code_changed{"operation.code_changed", Kind::operation, Severity::information,
  "{subject} changed the code of {name}.", "Added, changed or removed. The code itself is not kept."};
inline constexpr Event operation_card_issued{"operation.card_issued", Kind::operation, Severity::information,
  "{subject} issued the card {name} for room {room}.", "It was held to the reader, or added by its number; it opens from now on."};
inline constexpr Event operation_card_changed{"operation.card_changed", Kind::operation, Severity::information,
  "{subject} changed the card {name} of room {room}.", "Its holder, its room, its doors, or whether it is a main card."};
inline constexpr Event operation_card_lost{"operation.card_lost", Kind::operation, Severity::information,
  "{subject} set the card {name} of room {room} lost.", "It is refused from now on, and each attempt is written down."};
inline constexpr Event operation_card_found{"operation.card_found", Kind::operation, Severity::information,
  "{subject} set the card {name} of room {room} found.", "It opens again."};
inline constexpr Event operation_card_removed{"operation.card_removed", Kind::operation, Severity::information,
  "{subject} deleted the card {name} of room {room}.", "It is unknown from now on, and may be issued anew."};
inline constexpr Event operation_machine_changed{"operation.machine_changed", Kind::operation, Severity::information,
  "{subject} changed machine account {name}.", "Its secret is shown once, when it is made."};
inline constexpr Event operation_monitor_changed{"operation.monitor_changed", Kind::operation, Severity::information,
  "{subject} changed which doors {monitor} of room {room} may open: {locks}.", "By the numbers of the locks; none, where there is no number. It counts from now on."};
inline constexpr Event operation_twin_used{"operation.twin_used", Kind::operation, Severity::information,
  "{subject} worked the {device} by the console: {action}.", "The built-in device stands for a real one that is not connected. What follows, such as a door that opens, is written down as if that had done it."};
inline constexpr Event operation_pairing_offered{"operation.pairing_offered", Kind::operation, Severity::information,
  "{subject} offered a pairing for {device}.", "The QR code is good once and for a short time."};
inline constexpr Event monitor_paired{"monitor.paired", Kind::operation, Severity::information,
  "{subject} was paired.", "A browser, phone or panel got an account of its own."};
inline constexpr Event monitor_pairing_refused{"monitor.pairing_refused", Kind::operation, Severity::warning,
  "A pairing from {address} was refused: {reason}", "The code was wrong, used or too old. Offer a new one."};
inline constexpr Event monitor_revoked{"monitor.revoked", Kind::operation, Severity::information,
  "{subject} was removed.", "The device cannot log in or ring any more."};
inline constexpr Event monitor_registered{"monitor.registered", Kind::system, Severity::information,
  "{subject} is online from {address}.", "The monitor registered with the SIP server."};
inline constexpr Event monitor_unregistered{"monitor.unregistered", Kind::system, Severity::information,
  "{subject} is offline.", "It logged off, its registration ran out or its connection closed. It will not ring."};
inline constexpr Event monitor_repeated{"monitor.repeated", Kind::system, Severity::warning,
  "{subject} comes and goes again and again; for {minutes} min this is not written down each time.",
  "Its network or its power comes and goes, or it registers for too short a time. Once it stays, or stays away, for five minutes, that is written down. Look at the device."};
inline constexpr Event account_registered{"account.registered", Kind::system, Severity::information,
  "The station is registered at {server}.", "Calls go by this server."};
inline constexpr Event account_on_backup{"account.on_backup", Kind::system, Severity::warning,
  "The station is registered at the backup server {server}: the first one does not answer.", "Calls go by the backup. The first is asked each minute, and used again once it answers."};
inline constexpr Event account_failed{"account.failed", Kind::system, Severity::warning,
  "The station is not registered: {reason}", "Nobody can be called. Look at server, port and password on the page SIP account. The station tries again by itself."};
inline constexpr Event sip_registration_refused{"sip.registration_refused", Kind::system, Severity::warning,
  "A registration as {subject} from {address} was refused.", "Wrong password or unknown account. Look at the phone's settings; many from one address are an attack."};
inline constexpr Event sip_registrations_full{"sip.registrations_full", Kind::system, Severity::error,
  "{subject} could not register: there are as many registrations as the station can hold.",
  "Nor will others that are new, until some have run out. Look for phones that register under other addresses again and again. It is written down once."};
// clang-format on
}  // namespace events

// All of the above, in the order of their ids' groups. Any thread.
[[nodiscard]] std::span<const Event* const> all_events();
// Null for an id this version does not know.
[[nodiscard]] const Event* find_event(std::string_view id);

}  // namespace lintel::journal
