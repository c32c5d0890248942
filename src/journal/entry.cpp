#include "journal/entry.hpp"

namespace lintel::journal {

Field minutes(Duration time) {
  return {"minutes", std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count())};
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::call:
      return "call";
    case Kind::unlock:
      return "unlock";
    case Kind::alarm:
      return "alarm";
    case Kind::operation:
      return "operation";
    case Kind::system:
      return "system";
  }
  return "";
}

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::information:
      return "information";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
    case Severity::alarm:
      return "alarm";
  }
  return "";
}

std::optional<Kind> kind_of(std::string_view name) {
  for (const Kind kind : {Kind::call, Kind::unlock, Kind::alarm, Kind::operation, Kind::system})
    if (name == name_of(kind)) return kind;
  return std::nullopt;
}

std::optional<Severity> severity_of(std::string_view name) {
  for (const Severity severity : {Severity::information, Severity::warning, Severity::error, Severity::alarm})
    if (name == name_of(severity)) return severity;
  return std::nullopt;
}

}  // namespace lintel::journal
