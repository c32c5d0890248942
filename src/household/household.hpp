// Who and what belongs to the building. All look-ups come from memory; each write is checked, stored durably, then in
// force, then told to the listeners, then answered. Writes are taken one after the other, so that no two can take the
// same number. Nothing is half written. Pointers that look-ups answer are good until the loop's next turn. Loop only.
//
// Errors of every write: `invalid` with field, value and limit; `conflict` when the number, name or code is taken or
// the state forbids it; `not_found`; `full` when there are as many as allowed, or the disk is; `unavailable`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "household/numbers.hpp"
#include "household/records.hpp"
#include "storage/database.hpp"
#include "storage/listeners.hpp"
#include "storage/vault.hpp"

namespace lintel::household {

template <typename T>
using Then = std::function<void(Result<T>)>;

enum class Collection { rooms, stations, centres, monitors, machines, people, codes, cards, pairings };
enum class Done { added, changed, removed };
struct Change {
  Collection collection;
  Done done;
  std::string key;  // number, account, name or id; empty when many changed at once (batch, clear)
};

struct RoomPatch {
  std::optional<std::string> number = {}, first_name = {}, last_name = {}, nick_name = {};
};
struct BatchResult {
  std::vector<std::string> created;
  struct Skipped {
    std::string number, reason;
  };
  std::vector<Skipped> skipped;
};
struct RoomPage {
  std::vector<Room> rooms;  // in order of their numbers: digits by value, then text
  std::string next_cursor;  // empty: no more
  std::size_t total = 0;    // that match
};

struct StationPatch {
  std::optional<std::string> number = {}, name = {}, address = {};
};
// What is shown once, when it is made.
struct NewSecret {
  std::string account;
  std::string secret;
};
struct NewCode {
  std::string name;
  std::string code;  // digits
  std::string room = {};
  std::vector<int> locks = {1};
  bool active = true;
};
struct CodePatch {
  std::optional<std::string> name = {}, code = {}, room = {};
  std::optional<std::vector<int>> locks = {};
  std::optional<bool> active = {};
};
struct NewCard {
  std::string number;  // as the reader gives it
  std::string room;
  std::string name = {};
  std::vector<int> locks = {1};
  bool main = false;
};
struct CardPatch {
  std::optional<std::string> name = {}, room = {};
  std::optional<std::vector<int>> locks = {};
  std::optional<bool> main = {}, lost = {};
};
template <typename Record>
struct Page {
  std::vector<Record> records;                          // oldest first
  std::int64_t next_cursor = 0;                         // 0: no more
  std::size_t total = 0;                                // that match
  void take(const Record& record, std::size_t limit) {  // the next one; past the limit it only says that there is more
    if (records.size() < limit)
      records.push_back(record);
    else if (next_cursor == 0 && !records.empty())
      next_cursor = records.back().id;
  }
};
using CardPage = Page<Card>;
using CodePage = Page<Code>;
struct MonitorPatch {
  std::optional<std::string> name = {};
  std::optional<std::vector<int>> locks = {};
};
struct NewPairing {
  MonitorKind kind = MonitorKind::browser;  // browser: a monitor of `room`; panel: `room` is empty
  std::string room = {};
  std::string name = {};
};
enum class PairingProof : std::uint8_t { token, short_code };  // which of the two a device shows; one is not the other
struct PairingOffer {
  std::string token;       // 32 letters and digits: for the QR code
  std::string short_code;  // 8 digits: typed by hand; the web room limits how often one may try
  WallTime expires_at;
};
struct Paired {
  Monitor monitor;
  std::string password;  // for SIP and for the device's login
};

class Household {
 public:
  struct Inner;
  struct Identity {
    std::string realm = "VDP";            // of the SIP server: HA1 values are made for it
    std::string station_number = "8001";  // the own station's
    std::string station_name = {};
    std::string centre_number = "888888";  // C06, from the settings: no room may have it
  };

  static storage::Schema schema();
  // Start only: loads everything. The database, vault and clock must outlive the household.
  static Result<std::unique_ptr<Household>> load(storage::Database& database, const storage::Vault& vault, Clock& clock,
                                                 Identity identity);
  ~Household();

  // When a setting changes: the app calls these after settings.apply; guards for settings are below.
  void set_identity(Identity identity);
  [[nodiscard]] const Identity& identity() const;
  // For settings.add_guard: why the station or centre cannot have this number (a room or another station has it).
  [[nodiscard]] Result<void> station_number_free(std::string_view number) const;
  [[nodiscard]] Result<void> centre_number_free(std::string_view number) const;
  // The disk refuses, and somebody lost something meanwhile: that is in force, and back after a restart.
  [[nodiscard]] bool owes_the_disk() const;
  [[nodiscard]] storage::Subscription on_change(std::function<void(const Change&)> listener);

  // Rooms (H03, H04, H05)
  [[nodiscard]] const Room* room(std::string_view number) const;
  [[nodiscard]] std::size_t room_count() const;
  // `text` is looked for in number and names, ignoring case; `cursor` as given by the page before.
  [[nodiscard]] RoomPage rooms(std::string_view text, std::string_view cursor, std::size_t limit) const;
  void add_room(Room room, Then<Room> then);
  void add_rooms(Batch batch, Then<BatchResult> then);  // numbers that are taken are skipped and named
  // A new number takes the codes and cards along; it is refused while monitors are known to their devices by the old
  // one.
  void change_room(std::string number, RoomPatch patch, Then<Room> then);
  void remove_room(std::string number, Then<void> then);  // its monitors, codes and cards go with it
  void clear_rooms(Then<void> then);

  // Stations (H01); the own one comes from the settings and is listed first.
  [[nodiscard]] std::vector<Station> stations() const;
  [[nodiscard]] std::optional<Station> station(std::string_view number) const;
  void add_station(Station station, Then<NewSecret> then);
  void change_station(std::string number, StationPatch patch, Then<Station> then);
  void remove_station(std::string number, Then<void> then);
  void clear_stations(Then<void> then);  // all but the own

  // Centres (H08, as far as calls need them)
  [[nodiscard]] std::vector<Centre> centres() const;
  void add_centre(Centre centre, Then<NewSecret> then);
  void remove_centre(std::string number, Then<void> then);

  // Monitors (H04): browsers and panels come by pairing, phones are added with a password that is shown once.
  [[nodiscard]] const Monitor* monitor(std::string_view account) const;  // "101" finds "101#0"
  [[nodiscard]] std::vector<const Monitor*> monitors_of(std::string_view room) const;
  [[nodiscard]] std::vector<const Monitor*> monitors() const;  // all, panels too
  [[nodiscard]] std::size_t monitor_count() const;             // without panels; cheap, however many there are
  void add_phone(std::string room, std::string name, Then<Paired> then);
  void change_monitor(std::string account, MonitorPatch patch, Then<Monitor> then);
  void remove_monitor(std::string account, Then<void> then);
  // The device's login: compares in constant time; no slow hash is needed, the passwords are random. Null: wrong.
  [[nodiscard]] const Monitor* check_monitor(std::string_view account, std::string_view password) const;
  void seen(std::string_view account);  // in memory at once, stored now and then, many together

  // Pairing: offered by the console, taken once by the device.
  static constexpr std::chrono::minutes pairing_time{10};
  void offer_pairing(NewPairing pairing, Then<PairingOffer> then);
  void take_pairing(PairingProof by, std::string token_or_short_code, std::string device_name,
                    Then<Paired> then);  // `denied`: wrong, used, too old

  // SIP (for the server's directory): `user` is unescaped, "101" or "101#1", a station's or a centre's number.
  [[nodiscard]] std::optional<SipAccount> sip_account(std::string_view user) const;
  // The password of the own station's account, for its user agent. Made at first start.
  [[nodiscard]] const std::string& own_sip_password() const;

  // Machines (digest)
  [[nodiscard]] std::vector<Machine> machines() const;
  [[nodiscard]] const Machine* machine(std::string_view name) const;
  void add_machine(std::string name, unsigned rights, Then<NewSecret> then);
  void remove_machine(std::string name, Then<void> then);
  // HA1 = H(name:realm:secret), hexadecimal; nothing for an unknown name.
  [[nodiscard]] std::optional<std::string> machine_ha1_md5(std::string_view name, std::string_view realm) const;
  [[nodiscard]] std::optional<std::string> machine_ha1_sha256(std::string_view name, std::string_view realm) const;

  // People
  [[nodiscard]] bool initialised() const;  // S01: there is an administrator
  [[nodiscard]] const Person* person(std::string_view account) const;
  void add_person(Person person, Then<void> then);  // `conflict` when the account exists: set-up happens once
  void change_password_hash(std::string account, std::string password_hash, Then<void> then);
  void change_email(std::string account, std::string email, Then<void> then);
  void remove_person(std::string account, Then<void> then);  // `lintel reset-admin`

  // Codes (A10): a code belongs to one entry only. Looked up by keyed hash, in memory.
  [[nodiscard]] const Code* find_code(
      std::string_view digits) const;  // also inactive ones: the caller decides and says so
  [[nodiscard]] const Code* code(std::int64_t id) const;
  [[nodiscard]] CodePage codes(std::int64_t cursor, std::size_t limit) const;  // `cursor` as given by the page before
  // `text` is looked for in name and room, ignoring case. Over many turns of the loop, so that nothing waits behind it,
  // and `then` is called on a later one. Error: full, at once.
  void search_codes(std::string text, std::int64_t cursor, std::size_t limit, Then<CodePage> then);
  void add_code(NewCode code, Then<Code> then);
  void change_code(std::int64_t id, CodePatch patch, Then<Code> then);
  void remove_code(std::int64_t id, Then<void> then);

  // Cards (H06): a number belongs to one card only. Looked up in memory, in the same time whatever their count.
  [[nodiscard]] const Card* find_card(std::string_view number) const;  // also lost ones: the caller decides and says so
  [[nodiscard]] const Card* card(std::int64_t id) const;
  // `room` empty: of all rooms; `cursor` as given by the page before.
  [[nodiscard]] CardPage cards(std::string_view room, std::int64_t cursor, std::size_t limit) const;
  // `text` is looked for in holder, room and the number's ending, ignoring case; otherwise as search_codes().
  void search_cards(std::string room, std::string text, std::int64_t cursor, std::size_t limit, Then<CardPage> then);
  void add_card(NewCard card, Then<Card> then);
  void change_card(std::int64_t id, CardPatch patch, Then<Card> then);
  void remove_card(std::int64_t id, Then<void> then);

 private:
  explicit Household(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace lintel::household
