#include "web/states.hpp"

namespace lintel::web {

const char* name_of(Role role) {
  switch (role) {
    case Role::admin:
      return "admin";
    case Role::monitor:
      return "monitor";
    case Role::panel:
      return "panel";
    case Role::machine:
      return "machine";
  }
  return "machine";
}

Json to_json(const PanelState& state) {
  Json json{{"display", {{"lines", state.lines}, {"kind", state.kind}}},
            {"lights", {{"call", state.call_light}, {"talk", state.talk_light}, {"unlock", state.unlock_light}}},
            {"input", state.input},
            {"mode", state.mode}};
  if (state.locked_until) json["locked_until"] = write_time(*state.locked_until);
  return json;
}

Json to_json(const LockState& state) {
  return {{"number", state.number}, {"name", state.name}, {"state", state.state}, {"held_open", state.held_open}};
}

Json to_json(const CallState& state) {
  return {{"id", state.id},
          {"state", state.state},
          {"room", state.room},
          {"peer", state.peer},
          {"since", write_time(state.since)}};
}

Json to_json(const PartState& state) {
  return {{"state", state.state}, {"message", state.message}};
}

}  // namespace lintel::web
