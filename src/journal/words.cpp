#include "journal/words.hpp"

#include <glib.h>

#include <algorithm>

#include "base/handle.hpp"
#include "journal/journal.hpp"

namespace lintel::journal {
namespace {

using Text = Handle<gchar, g_free>;

void append_escaped(std::string& out, std::string_view words) {
  for (const char c : words) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

const std::string* value_of(const Details& details, std::string_view name) {
  if (name == "room") return &details.room;
  if (name == "door") return &details.door;
  if (name == "subject") return &details.subject;
  for (const Field& field : details.fields)
    if (field.name == name) return &field.value;
  return nullptr;
}

// A stable name reads as words: exit_button, peer_hung_up.
std::string as_words(std::string_view value) {
  const auto of_a_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  std::string out(value);
  if (std::all_of(out.begin(), out.end(), of_a_name)) std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

}  // namespace

std::string bounded(std::string_view words, std::size_t limit) {
  bool cut = words.size() > limit;
  words = words.substr(0, limit);
  // Not in the middle of a character.
  if (cut)
    while (!words.empty() && (static_cast<unsigned char>(words.back()) & 0x80U) != 0) {
      const bool lead = (static_cast<unsigned char>(words.back()) & 0x40U) != 0;
      words.remove_suffix(1);
      if (lead) break;
    }
  if (g_utf8_validate(words.data(), static_cast<gssize>(words.size()), nullptr) == TRUE) return std::string(words);
  const Text valid(g_utf8_make_valid(words.data(), static_cast<gssize>(words.size())));
  return valid.get();
}

std::string folded(std::string_view words) {
  const Text folded_words(g_utf8_casefold(words.data(), static_cast<gssize>(words.size())));
  return folded_words.get();
}

std::string packed(const std::vector<Field>& fields) {
  std::string out;
  for (const Field& field : fields) {
    append_escaped(out, field.name);
    out += '\t';
    append_escaped(out, field.value);
    out += '\n';
  }
  return out;
}

std::vector<Field> unpacked(std::string_view packed_fields) {
  std::vector<Field> fields;
  Field field;
  std::string* part = &field.name;
  for (std::size_t i = 0; i < packed_fields.size(); ++i) {
    const char c = packed_fields[i];
    if (c == '\\' && i + 1 < packed_fields.size()) {
      const char next = packed_fields[++i];
      *part += next == 't' ? '\t' : next == 'n' ? '\n' : next;
    } else if (c == '\t') {
      part = &field.value;
    } else if (c == '\n') {
      fields.push_back(std::move(field));
      field = {};
      part = &field.name;
    } else {
      *part += c;
    }
  }
  return fields;
}

std::string sentence(const Event& event, const Details& details) {
  std::string out;
  std::string_view rest = event.sentence;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
    if (close == std::string_view::npos) break;
    out += rest.substr(0, open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const std::string* value = value_of(details, name);
    const bool named = name == "method" || name == "reason" || name == "state";  // not what a person named
    out += value == nullptr || value->empty() ? "unknown" : named ? as_words(*value) : *value;
    rest.remove_prefix(close + 1);
  }
  return out.append(rest);
}

}  // namespace lintel::journal
