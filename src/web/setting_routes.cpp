// The settings, from their one table: schema, values, change.
#include "journal/events.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

using http::Method;

constexpr std::size_t settings_limit = 64 * 1024;

Json value_json(const settings::Value& value) {
  return std::visit([](const auto& plain) { return Json(plain); }, value);
}

Json dependency_json(const settings::Entry& entry) {
  Json json{{"key", entry.depends_on}, {"value", entry.depends_value}};
  const settings::Entry* on = settings::find(entry.depends_on);
  if (on != nullptr && on->type == settings::Type::boolean) json["value"] = entry.depends_value == "true";
  return json;
}

Json entry_schema(const settings::Entry& entry) {
  Json json{{"key", entry.key},
            {"page", entry.page},
            {"title", entry.title},
            {"help", entry.help},
            {"type", settings::name_of(entry.type)}};
  const bool number = entry.type == settings::Type::integer || entry.type == settings::Type::duration;
  if (entry.type != settings::Type::secret) json["default"] = value_json(settings::default_of(entry));
  if (number) {
    json["minimum"] = entry.minimum;
    json["maximum"] = entry.maximum;
  }
  if (entry.max_length > 0) json["max_length"] = entry.max_length;
  if (entry.least_length > 0) json["min_length"] = entry.least_length;
  if (!entry.allowed.empty()) json["pattern_hint"] = entry.allowed;
  if (entry.unit != settings::Unit::none) json["unit"] = settings::name_of(entry.unit);
  if (!entry.choices.empty()) {
    json["choices"] = Json::array();
    for (const settings::Choice& choice : entry.choices)
      json["choices"].push_back({{"value", choice.value}, {"title", choice.title}});
  }
  json["applies"] = entry.applies == settings::Applies::now ? "now" : "restart";
  if (!entry.depends_on.empty()) json["depends_on"] = dependency_json(entry);
  return json;
}

void schema(Call& call) {
  Json pages = Json::array(), list = Json::array();
  for (const settings::Page& page : settings::pages())
    pages.push_back({{"id", page.id}, {"title", page.title}, {"help", page.help}, {"group", page.group}});
  for (const settings::Entry& entry : settings::table()) list.push_back(entry_schema(entry));
  call.reply.send(answer(200, {{"pages", pages}, {"settings", list}}));
}

void values(Call& call) {
  const settings::Settings& all = call.house.house.settings;
  Json json = Json::object();
  for (const settings::Entry& entry : settings::table()) {
    const std::string key(entry.key);
    if (entry.type == settings::Type::secret)
      json[key] = {{"set", all.is_set(entry.key)}};
    else if (const auto value = all.get(entry.key))
      json[key] = value_json(*value);
  }
  call.reply.send(answer(200, {{"values", json}}));
}

std::optional<settings::Given> given_of(const settings::Entry& entry, const Json& value) {
  using settings::Type;
  if (value.is_null()) return settings::Default{};
  if (value.is_boolean()) return value.get<bool>();
  const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
  if (value.is_number_integer() && !too_large) return value.get<std::int64_t>();
  if (value.is_string()) return value.get<std::string>();
  // As it is written: the setting's own refusal names its bounds.
  if (value.is_number() && (entry.type == Type::integer || entry.type == Type::duration)) return value.dump();
  return std::nullopt;
}

void change(Call& call) {
  Body body(call.request);
  body.allow_any_field();
  settings::Changes changes;
  for (const auto& [key, value] : body.json().items()) {
    const settings::Entry* entry = settings::find(key);
    if (entry == nullptr) {
      body.fail(key.substr(0, 64), "There is no such setting.", {}, "a known setting");
      continue;
    }
    if (auto given = given_of(*entry, value))
      changes.emplace(key, std::move(*given));
    else
      body.fail(key, "The value must be a text, a whole number, true or false, or null for the default.",
                entry->type == settings::Type::secret ? std::string() : value.dump().substr(0, 200),
                settings::name_of(entry->type));
  }
  if (body.json().empty()) body.fail("", "Give at least one setting.", {}, "one or more");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.settings.apply(
      std::move(changes), [reply = call.reply, who = call.who(), weak = call.weak](const settings::Outcome& outcome) {
        if (!outcome.ok()) return reply.send(answer(outcome.errors));
        const auto house = weak.lock();
        if (house != nullptr && !outcome.changed.empty()) {
          std::string keys;
          for (const std::string& key : outcome.changed) keys += (keys.empty() ? "" : ", ") + key;
          house->journal(journal::events::operation_setting_changed, who, {.fields = {{"settings", keys}}});
        }
        reply.send(answer(200, {{"changed", outcome.changed}, {"restart_needed", outcome.restart_needed}}));
      });
}

}  // namespace

void add_setting_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  add(router, context,
      {.method = Method::get,
       .pattern = "/settings/schema",
       .callers = people,
       .summary = "Every setting: what it is, its bounds and its page.",
       .tag = "Settings",
       .response_schema = object_schema("pages:objects settings:objects")},
      schema);
  add(router, context,
      {.method = Method::get,
       .pattern = "/settings",
       .callers = people,
       .summary = "The values; of secrets only whether they are set.",
       .tag = "Settings",
       .response_schema = object_schema("values:object")},
      values);
  add(router, context,
      {.method = Method::patch,
       .pattern = "/settings",
       .callers = people,
       .body_limit = settings_limit,
       .body_type = json_type,
       .summary = "Change settings by key; all or nothing. null is the default.",
       .tag = "Settings",
       .request_schema = R"({"type":"object"})",
       .response_schema = object_schema("changed:strings restart_needed:boolean")},
      change);
}

}  // namespace lintel::web
