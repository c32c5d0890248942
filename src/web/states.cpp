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
  Json json;
  Json lines = Json::array();
  for (const PanelLine& line : state.lines) {
    Json one{{"id", line.id}, {"text", line.text}};
    one["arguments"] = line.arguments;
    lines.push_back(std::move(one));
  }
  json["display"] = Json{{"lines", std::move(lines)}, {"kind", state.kind}};
  json["lights"] = Json{{"call", state.call_light}, {"talk", state.talk_light}, {"unlock", state.unlock_light}};
  json["input"] = state.input;
  json["mode"] = state.mode;
  if (!state.reader_light.empty()) json["reader"] = Json{{"light", state.reader_light}};
  if (state.reader_awaits_until) json["reader"]["awaits_until"] = write_time(*state.reader_awaits_until);
  if (state.locked_until) json["locked_until"] = write_time(*state.locked_until);
  return json;
}

Json to_json(const LockState& state, Role asker) {
  Json json{{"number", state.number}, {"name", state.name}, {"state", state.state}, {"held_open", state.held_open}};
  const bool may_know = asker != Role::monitor || state.door_for_monitors;
  json["door_open"] = state.door_open && may_know ? Json(*state.door_open) : Json(nullptr);
  return json;
}

Json to_json(const household::Card& card) {
  return {{"id", card.id},       {"ending", card.ending()}, {"room", card.room}, {"name", card.name},
          {"locks", card.locks}, {"main", card.main},       {"lost", card.lost}};
}

Json to_json(const CardIssue& issue) {
  Json json{{"state", issue.state}, {"room", issue.room}, {"by", issue.by}};
  if (issue.until) json["until"] = write_time(*issue.until);
  if (issue.known) json["known"] = to_json(*issue.known);
  if (issue.card) json["card"] = to_json(*issue.card);
  if (!issue.message.empty()) json["message"] = issue.message;
  return json;
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
