// What the web room needs of the rest of the house and may not include, or should not know in detail: small interfaces
// that src/app implements. Loop only. Every `done` is called exactly once, on the loop, at once or later; a caller that
// is gone is web's business.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "household/records.hpp"

namespace lintel::web {

template <typename T>
using Done = std::function<void(Result<T>)>;

enum class Role { admin, monitor, panel, machine };
[[nodiscard]] const char* name_of(Role role);

// Who asks, proven by session or digest. Goes with every request that changes something: the journal names it.
struct Subject {
  std::string account;  // "admin", "101#1", "panel-1", a machine account's name
  Role role = Role::admin;
  std::string room;     // of a monitor
  std::string address;  // of the socket
};

// --- live video
// -------------------------------------------------------------------------------------------------------
struct LiveSession {
  std::string id;   // unguessable; web checks that only its owner (or the admin) ends it
  std::string sdp;  // the answer
};
class LivePort {
 public:
  virtual ~LivePort() = default;
  // WHEP (draft-ietf-wish-whep): a browser watches `stream` ("main" or "sub"). Errors: invalid (offer), unavailable (no
  // camera), full.
  virtual void watch(const Subject& who, std::string_view stream, std::string offer, Done<LiveSession> done) = 0;
  // WHIP (RFC 9725): a panel lends its camera and microphone to the station.
  virtual void lend(const Subject& who, std::string offer, Done<LiveSession> done) = 0;
  virtual bool end(std::string_view id) = 0;  // either kind; false: not known
  [[nodiscard]] virtual bool lasts(std::string_view id) const = 0;  // either kind; one that ended is not known
  // A JPEG of the running picture. Errors: unavailable, timeout.
  virtual void snapshot(const Subject& who, std::string_view stream, Done<std::string> done) = 0;
};

// --- the panel
// --------------------------------------------------------------------------------------------------------
struct PanelLine {
  std::string id;                      // "panel.dialling": pages have the words of their language
  std::vector<std::string> arguments;  // {"101"}
  std::string text;                    // the English sentence, for who does not know the id
};
struct PanelState {
  std::vector<PanelLine> lines;  // JSON: {"id","arguments","text"}
  std::string kind = "idle";     // idle | dialling | calling | talking | message | error
  bool call_light = false, talk_light = false, unlock_light = false;
  std::string input;  // what was typed, codes masked
  std::optional<WallTime> locked_until;
  std::string mode;
  std::string reader_light;                     // ready | awaiting | accepted | refused; empty: there is no reader
  std::optional<WallTime> reader_awaits_until;  // a new card
};
class PanelPort {
 public:
  virtual ~PanelPort() = default;
  [[nodiscard]] virtual PanelState state() const = 0;
  // "0".."9", "*", "#", "call", "hangup", "centre", "emergency": web has checked it is one of these.
  virtual Result<PanelState> press(const Subject& who, std::string_view key) = 0;
};

// --- locks and codes
// --------------------------------------------------------------------------------------------------
struct LockState {
  std::uint32_t number = 1;
  std::string name;
  std::string state = "locked";  // locked | unlocking | unlocked | locking | jammed
  bool held_open = false;
  std::optional<bool> door_open;  // nothing where no contact watches the door
  bool door_for_monitors = true;  // A05: monitors may know it too
};
class LockPort {
 public:
  virtual ~LockPort() = default;
  [[nodiscard]] virtual std::vector<LockState> locks() const = 0;
  // Decides by rights (method `monitor` or `api`) and drives. Errors: not_found, denied, limited, unavailable (jammed,
  // no driver).
  virtual Result<LockState> unlock(const Subject& who, std::uint32_t number) = 0;
};

// --- cards
// ------------------------------------------------------------------------------------------------------------
// How the issue of a card at the reader stands.
struct CardIssue {
  std::string state = "idle";  // idle | awaited | keeping | issued | expired | cancelled | failed
  std::string room, by;
  std::optional<WallTime> until;         // awaited
  std::optional<household::Card> known;  // awaited: this one was held meanwhile, and is somebody's already
  std::optional<household::Card> card;   // issued
  std::string message;                   // failed
};
struct CardWish {
  std::string room;
  std::vector<int> locks = {1};
  std::optional<std::chrono::seconds> wait = {};  // nothing: as the settings say
};
class CardPort {
 public:
  virtual ~CardPort() = default;
  [[nodiscard]] virtual CardIssue issue() const = 0;
  // The next unknown card at the reader becomes the room's. Errors: not_found, invalid, conflict (one is awaited).
  virtual Result<CardIssue> begin(const Subject& who, const CardWish& wish) = 0;
  virtual bool cancel() = 0;  // false: none is awaited
};

// --- twins
// ------------------------------------------------------------------------------------------------------------
struct Twin {
  std::string name, kind, state;
  std::vector<std::string> actions;
};
class TwinPort {
 public:
  virtual ~TwinPort() = default;
  [[nodiscard]] virtual std::vector<Twin> twins() const = 0;
  virtual Result<Twin> act(const Subject& who, std::string_view name,
                           std::string_view action) = 0;  // not_found, invalid
};

// --- calls and presence
// -----------------------------------------------------------------------------------------------
struct CallState {
  std::string id, state, room, peer;
  WallTime since{};
};
class CallPort {
 public:
  virtual ~CallPort() = default;
  [[nodiscard]] virtual std::vector<CallState> calls() const = 0;
  virtual Result<CallState> call(const Subject& who,
                                 std::string_view to) = 0;  // not_found, conflict (busy), unavailable
  virtual Result<void> hang_up(const Subject& who, std::string_view id) = 0;
};

struct Presence {
  bool online = false;
  std::string address;
  std::optional<WallTime> last_seen;
};
class PresencePort {  // who is registered at the SIP server now
 public:
  virtual ~PresencePort() = default;
  [[nodiscard]] virtual Presence presence(std::string_view account) const = 0;
  virtual void revoked(std::string_view account) = 0;  // its account is gone: end its registrations and calls
};

// --- the station itself
// -----------------------------------------------------------------------------------------------
struct PartState {
  std::string state = "ok";  // ok | starting | degraded | failed | off
  std::string message;
};
struct Attention {
  std::string id, severity, message, action;  // severity: notice | warning | alarm; action: a console path or empty
};
struct OverviewState {
  PartState camera, storage;
  std::vector<Attention> attention;
  std::uint32_t calls_today = 0, openings_today = 0;
  struct Hour {
    int hour = 0;  // of today, local time
    std::uint32_t calls = 0, openings = 0;
  };
  std::vector<Hour> by_hour;  // may be empty
  // How late the loop served a deadline: since the start, and in the last minute or two.
  Duration worst_loop_delay{}, recent_loop_delay{};
};
class OverviewPort {
 public:
  virtual ~OverviewPort() = default;
  [[nodiscard]] virtual OverviewState overview() const = 0;
  [[nodiscard]] virtual PartState camera() const = 0;  // of the overview; for each stream that begins
};
class CertificatePort {
 public:
  virtual ~CertificatePort() = default;
  [[nodiscard]] virtual std::string root_pem() const = 0;
};
// How the station is reached by SIP: goes to devices that are paired.
struct SipReach {
  std::string domain = "VDP";
  std::string server;                                            // address a phone enters
  std::uint16_t udp_port = 5060, tcp_port = 5060, tls_port = 0;  // 0: off
};
class SipPort {
 public:
  virtual ~SipPort() = default;
  [[nodiscard]] virtual SipReach reach() const = 0;
};

}  // namespace lintel::web
