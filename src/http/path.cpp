#include "http/path.hpp"

#include "base/text.hpp"

namespace lintel::http {
namespace {

constexpr std::size_t longest_target = 4096;
constexpr std::size_t most_query_fields = 64;

bool plain_target_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f && c != '#' && c != '\\';
}

bool control_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// Escapes whose decoding would change what a path's segments are.
bool hides_structure(std::string_view raw) {
  for (std::size_t at = raw.find('%'); at != std::string_view::npos; at = raw.find('%', at + 1)) {
    const std::string escape = text::lower(raw.substr(at + 1, 2));
    if (escape == "2f" || escape == "5c" || escape == "2e" || escape == "3b") return true;
  }
  return false;
}

std::optional<std::string> decode_path(std::string_view raw) {
  if (hides_structure(raw) || raw.find(';') != std::string_view::npos) return std::nullopt;
  std::optional<std::string> path = text::percent_decode(raw);
  if (!path || !text::valid_utf8(*path)) return std::nullopt;
  for (const char c : *path)
    if (control_byte(c)) return std::nullopt;
  std::string_view rest = std::string_view(*path).substr(1);
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment == "." || segment == "..") return std::nullopt;
    if (slash == std::string_view::npos) return path;
    if (segment.empty()) return std::nullopt;
    rest.remove_prefix(slash + 1);
  }
}

std::optional<std::string> decode_query(std::string_view raw) {
  std::string spaced(raw);
  for (char& c : spaced)
    if (c == '+') c = ' ';
  std::optional<std::string> decoded = text::percent_decode(spaced);
  if (!decoded || !text::valid_utf8(*decoded) || decoded->find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

}  // namespace

std::optional<Target> normalise(std::string_view target) {
  if (target.empty() || target.size() > longest_target || target.front() != '/') return std::nullopt;
  for (const char c : target)
    if (!plain_target_byte(c)) return std::nullopt;

  const std::size_t mark = target.find('?');
  std::optional<std::string> path = decode_path(target.substr(0, mark));
  if (!path) return std::nullopt;
  Target result{.path = std::move(*path), .query = {}};
  if (mark == std::string_view::npos) return result;

  for (const std::string_view part : text::split(target.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    if (result.query.size() == most_query_fields) return std::nullopt;
    const std::size_t equals = part.find('=');
    std::optional<std::string> name = decode_query(part.substr(0, equals));
    std::optional<std::string> value =
        equals == std::string_view::npos ? std::string() : decode_query(part.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    result.query.emplace_back(std::move(*name), std::move(*value));
  }
  return result;
}

}  // namespace lintel::http
