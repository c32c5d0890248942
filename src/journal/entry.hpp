// What an entry of the journal is. No database here: any room may include this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace lintel::journal {

enum class Kind { call, unlock, alarm, operation, system };
enum class Severity { information, warning, error, alarm };

[[nodiscard]] const char* name_of(Kind kind);          // "call", "unlock", "alarm", "operation", "system"
[[nodiscard]] const char* name_of(Severity severity);  // "information", "warning", "error", "alarm"
[[nodiscard]] std::optional<Kind> kind_of(std::string_view name);
[[nodiscard]] std::optional<Severity> severity_of(std::string_view name);

// One kind of event, declared once in events.hpp.
struct Event {
  std::string_view id;  // "call.answered": stable over releases
  Kind kind;
  Severity severity;
  std::string_view sentence;  // "{subject} answered room {room}.": {room}, {door}, {subject} or the name of a field
  std::string_view help;      // for the operator: what it means and what to do
};

struct Field {
  std::string name;
  std::string value;  // never a secret
  friend bool operator==(const Field&, const Field&) = default;
};

[[nodiscard]] Field minutes(Duration time);  // the field of that name: whole ones, also what is begun

// What the recording room knows; everything may be empty.
struct Details {
  std::string room = {};     // room number: whose log it belongs to
  std::string door = {};     // name or number of the door or lock
  std::string subject = {};  // who or what did it: an account, a person, an address
  std::vector<Field> fields = {};
};

struct Entry {
  std::int64_t id = 0;  // 0 until durable; then stable, and larger than that of every earlier entry
  WallTime time = {};
  Kind kind = Kind::system;
  std::string event;
  Severity severity = Severity::information;
  std::string room;
  std::string door;
  std::string subject;
  std::vector<Field> fields;
  std::string message;  // the sentence, in English; clients may make their own from event and fields
};

}  // namespace lintel::journal
