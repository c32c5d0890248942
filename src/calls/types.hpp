// The words of a call. Plain values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace lintel::calls {

using CallId = std::uint64_t;  // 0: none
using LegId = std::uint64_t;   // 0: none; a leg is one line of a call: to one contact, or from one caller

enum class CallKind {
  room,       // the visitor calls a room (C01)
  centre,     // the visitor calls the centre (C06)
  emergency,  // the emergency key calls the centre, at any time, before anything else
  station,    // this station calls another station (C33)
  talk,       // somebody calls this station to talk (C33)
  live_view,  // an authorised monitor watches by calling (C16)
};
[[nodiscard]] constexpr bool is_incoming(CallKind kind) {
  return kind == CallKind::talk || kind == CallKind::live_view;
}

enum class CallState { dialling, ringing, arriving, answering, talking, ended };

// How a call ended, or why it never began.
enum class Cause {
  none,
  hung_up,            // at the panel, after the answer
  peer_hung_up,       // the answering side ended it
  cancelled,          // the visitor gave up before an answer
  caller_gave_up,     // the caller of an incoming call did
  not_answered,       // it rang for its whole time (C15)
  refused,            // everybody refused (or one did, where that ends all: C03)
  busy,               // everybody was busy
  unreachable,        // nobody could be reached: every line failed
  no_encryption,      // it would have to be encrypted, and could not be (C21)
  peer_lost,          // the peer is silent, or its connection went
  time_limit,         // the longest call (C14)
  after_unlock,       // the door is open: C17
  pre_empted,         // an emergency call, or a visitor before a live view
  ended_by_operator,  // DELETE /calls/{id}
  shutdown,
};

// Why a call does not even begin.
enum class Start {
  started,
  no_such_number,    // no room, centre or station has this number
  nobody_available,  // it exists, but nothing of it is registered
  busy,              // a call runs already
  outside_period,    // C06, C07
  not_allowed,       // incoming: the caller may not call this station (C18)
  no_encryption,     // incoming: it would have to be encrypted, and is not (C21)
};

// What the far end of one leg said no with.
enum class Refusal { busy, declined, do_not_disturb, no_answer, unreachable, failed, no_encryption };

[[nodiscard]] std::string_view name_of(CallKind kind);    // "room", "live_view", …: stable, for API and journal
[[nodiscard]] std::string_view name_of(CallState state);  // "dialling", …
[[nodiscard]] std::string_view name_of(Cause cause);
[[nodiscard]] std::string_view name_of(Start start);
[[nodiscard]] std::string_view name_of(Refusal refusal);

enum class ContactKind { browser, phone };

// One place that can ring: a registered contact of an account.
struct Contact {
  std::string id{};       // opaque here: what Lines dials (a contact URI, a flow)
  std::string account{};  // "101#1"
  std::string room{};     // the account's room, or empty
  std::string name{};     // for people
  std::string own_address{};  // of this station, as the contact reaches it; empty: unknown
  std::string host{};         // where it registered from; empty: unknown
  ContactKind kind = ContactKind::phone;
  bool monitor = false;  // an account of this server, authenticated as a monitor of `room`
};

// How a key comes from the far end of a leg: within the sound (RFC 4733), or as a message of SIP (INFO).
enum class DigitWay { sound, message };

// Why a leg is to end; the line turns it into its protocol's words (Reason, status code).
enum class LegEnd {
  answered_elsewhere,
  declined_elsewhere,  // in another window of this monitor
  cancelled,           // the visitor gave up, or time is over
  hung_up,             // a talk ends
  busy,                // an incoming leg is refused: the station is busy
  not_allowed,         // … the caller may not call
  no_encryption,       // … it is not encrypted
  not_answered,        // … nobody answered
  declined,            // … the front said no
  pre_empted,
  time_limit,
  shutdown,
};
[[nodiscard]] std::string_view name_of(LegEnd end);

}  // namespace lintel::calls
