// JSON Schemas of the API's bodies, for its description. Private to the room. What is checked is in the handlers; a
// test compares the field names.
#pragma once

#include <string>
#include <string_view>

namespace lintel::web {

// {"type":"object","properties":{…},"required":[…]} from "name:string number?:integer locks?:integers": one word a
// field,
// '?' for what may be left out. Types: string, integer, boolean, integers, strings, object, objects, time, secret.
[[nodiscard]] std::string object_schema(std::string_view fields);
// {"items":[…]} with a page's cursor and total where `paged`.
[[nodiscard]] std::string list_schema(std::string_view item_fields, bool paged = false);

inline constexpr std::size_t json_limit = 16 * 1024;
inline constexpr std::size_t sdp_limit = 64 * 1024;
inline constexpr const char* json_type = "application/json";

}  // namespace lintel::web
