// What the household keeps. Plain records; secrets are not in them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace lintel::household {

// Bounds, named once.
inline constexpr std::size_t max_room_number = 6;     // H03: letters or digits
inline constexpr std::size_t max_station_number = 5;  // H01: digits
inline constexpr std::size_t max_centre_number = 9;   // C06: digits
inline constexpr std::size_t max_extensions = 10;     // H04: beside the main monitor
inline constexpr unsigned max_extension_number = 99;  // H04: room#1 to room#99
inline constexpr std::size_t max_name = 64;           // code points
inline constexpr std::size_t max_rooms = 10'000;
inline constexpr std::size_t max_batch = 2'000;  // rooms of one batch
inline constexpr std::size_t max_codes = 100'000;
inline constexpr std::size_t min_code = 4, max_code = 10;  // digits of a door code
inline constexpr std::size_t max_cards = 100'000;          // H06: in all
inline constexpr std::size_t max_cards_of_room = 100;      // H06
inline constexpr std::size_t min_card = 6, max_card = 64;  // hexadecimal digits of a card's number
inline constexpr std::size_t max_others = 1'000;           // stations, centres, machine accounts, panels; each
inline constexpr std::size_t max_pairings = 200;           // open at one time
inline constexpr std::size_t max_locks = 16;

struct Room {
  std::string number;  // "101", "A12": kept as typed, compared without regard to case
  std::string first_name = {};
  std::string last_name = {};
  std::string nick_name = {};
};

struct Station {
  std::string number;
  std::string name = {};
  std::string address = {};  // host name or IP address, or empty
  bool own = false;          // this station: cannot be changed or deleted here (H01)
};

struct Centre {
  std::string number;
  std::string name = {};
  std::string address = {};
};

enum class MonitorKind { browser, phone, panel };
[[nodiscard]] const char* name_of(MonitorKind kind);

// A device with an account of its own. A panel belongs to no room; its account is "panel-1" and does not ring.
struct Monitor {
  std::string account;  // "101#0" is the room's main monitor, "101#1"… its extensions
  std::string room = {};
  MonitorKind kind = MonitorKind::browser;
  std::string name = {};
  std::vector<int> locks = {1, 2};  // which it may open
  WallTime paired_at = {};
  std::optional<WallTime> last_seen = {};
};

enum class Right : unsigned { rtsp = 1, api = 2, unlock = 4 };
// A machine logs in by digest with a generated secret.
struct Machine {
  std::string name;
  unsigned rights = 0;  // of Right
  WallTime created_at = {};
  [[nodiscard]] bool may(Right right) const { return (rights & static_cast<unsigned>(right)) != 0; }
};

// A person logs in with a password, kept as an Argon2 hash that is made elsewhere.
struct Person {
  std::string account;  // "admin"
  std::string email = {};
  std::string password_hash;
};

// A door code (A10). The digits themselves are not kept.
struct Code {
  std::int64_t id = 0;
  std::string name;
  std::string room = {};  // whose log its openings belong to; may be empty
  std::vector<int> locks = {1};
  bool active = true;
};

// A card of a room (H06). Who knows its number whole can write it on another card: people are shown its ending, and it is
// sealed at rest.
struct Card {
  std::int64_t id = 0;
  std::string number;     // as comparable_card() has it
  std::string room;       // whose it is, and whose log its openings belong to
  std::string name = {};  // the holder's; may be empty
  std::vector<int> locks = {1};
  bool main = false;  // issues further cards of the room at the station, and opens nothing
  bool lost = false;  // refused, and journalled
  [[nodiscard]] std::string ending() const {
    return number.substr(number.size() - std::min<std::size_t>(number.size(), 4));
  }
  // What it is called where people read.
  [[nodiscard]] std::string label() const { return name.empty() ? "…" + ending() : name; }
};

struct Pairing {
  MonitorKind kind = MonitorKind::browser;  // browser or panel
  std::string room = {};
  std::string name = {};
  WallTime expires_at = {};
};

// A SIP account as the server's directory needs it.
struct SipAccount {
  enum class Kind { monitor, station, centre };
  std::string user;  // canonical: "101#0" for both "101" and "101#0"
  Kind kind = Kind::monitor;
  std::string room = {};
  std::string ha1_md5;     // hexadecimal, for the user name as it was asked for and the realm in force
  std::string ha1_sha256;  // RFC 7616
};

}  // namespace lintel::household
