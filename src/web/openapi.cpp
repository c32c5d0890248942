// The API's description (OpenAPI 3.1), made from the routes themselves: what is not served is not described.
#include "base/text.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

Json type_of(std::string_view word) {
  if (word == "integers") return {{"type", "array"}, {"items", {{"type", "integer"}}}};
  if (word == "strings") return {{"type", "array"}, {"items", {{"type", "string"}}}};
  if (word == "objects") return {{"type", "array"}, {"items", {{"type", "object"}}}};
  if (word == "time") return {{"type", "string"}, {"format", "date-time"}};
  if (word == "secret") return {{"type", "string"}, {"format", "password"}};
  return {{"type", word}};
}

Json fields_schema(std::string_view fields) {
  Json properties = Json::object(), required = Json::array();
  for (const std::string_view word : text::split(fields, ' ')) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view name = word.substr(0, colon);
    if (name.ends_with('?'))
      name.remove_suffix(1);
    else
      required.push_back(name);
    properties[std::string(name)] = type_of(word.substr(colon + 1));
  }
  Json schema{{"type", "object"}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json parameter(std::string_view name, const char* where, std::string_view summary, bool required) {
  return {{"name", name},
          {"in", where},
          {"required", required},
          {"description", summary},
          {"schema", {{"type", "string"}}}};
}

Json parameters_of(const http::Route& route) {
  Json list = Json::array();
  for (const std::string_view segment : text::split(route.pattern, '/'))
    if (segment.size() > 2 && segment.front() == '{')
      list.push_back(parameter(segment.substr(1, segment.size() - 2), "path", "", true));
  for (const http::QueryParameter& query : route.query)
    list.push_back(parameter(query.name, "query", query.summary, false));
  return list;
}

Json security_of(const http::Route& route) {
  Json list = Json::array();
  if ((route.callers & (http::admin | http::monitor | http::panel)) != 0) list.push_back({{"session", Json::array()}});
  if ((route.callers & http::machine) != 0) list.push_back({{"digest", Json::array()}});
  return (route.callers & http::anyone) != 0 ? Json::array() : list;
}

Json operation_of(const http::Route& route) {
  std::string roles;
  for (const auto& [caller, name] :
       {std::pair(http::anyone, "anyone"), std::pair(http::admin, "admin"), std::pair(http::monitor, "monitor"),
        std::pair(http::panel, "panel"), std::pair(http::machine, "machine")})
    if ((route.callers & caller) != 0) roles += (roles.empty() ? "" : ", ") + std::string(name);
  Json operation{
      {"summary", route.summary}, {"tags", {route.tag}}, {"x-callers", roles}, {"security", security_of(route)}};
  Json parameters = parameters_of(route);
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.request_schema.empty())
    operation["requestBody"] = {
        {"required", true},
        {"content", {{route.body_type, {{"schema", Json::parse(route.request_schema, nullptr, false)}}}}}};
  Json good{{"description", "Done."}};
  if (route.success != 204) {
    const Json schema =
        route.response_schema.empty() ? Json{{"type", "string"}} : Json::parse(route.response_schema, nullptr, false);
    good["content"] = {{route.response_type, {{"schema", schema}}}};
  }
  operation["responses"] = {{std::to_string(route.success), good},
                            {"default", {{"$ref", "#/components/responses/Error"}}}};
  return operation;
}

}  // namespace

std::string object_schema(std::string_view fields) {
  return write_json(fields_schema(fields));
}

std::string list_schema(std::string_view item_fields, bool paged) {
  Json schema{{"type", "object"},
              {"properties", {{"items", {{"type", "array"}, {"items", fields_schema(item_fields)}}}}},
              {"required", {"items"}}};
  if (paged) schema["properties"]["next_cursor"] = {{"type", {"string", "null"}}};
  return write_json(schema);
}

std::string describe(const http::Router& router, const std::string& version) {
  Json paths = Json::object();
  for (const auto& route : router.routes())
    if (route->public_description)
      paths[route->pattern][text::lower(http::name_of(route->method))] = operation_of(*route);
  const Json error =
      fields_schema("code:string message:string field?:string value?:string limit?:string errors?:objects");
  return write_json(
      {{"openapi", "3.1.0"},
       {"info", {{"title", "Lintel"}, {"version", version}, {"license", {{"name", "Apache-2.0"}}}}},
       {"paths", paths},
       {"components",
        {{"securitySchemes",
          {{"session",
            {{"type", "apiKey"},
             {"in", "cookie"},
             {"name", "lintel_session"},
             {"description", "Each change of state also needs X-Lintel-CSRF."}}},
           {"digest", {{"type", "http"}, {"scheme", "digest"}}}}},
         {"responses",
          {{"Error",
            {{"description", "What was wrong, and what to do."},
             {"content",
              {{"application/json", {{"schema", {{"type", "object"}, {"properties", {{"error", error}}}}}}}}}}}}}}}});
}

}  // namespace lintel::web
