// The built pages, read once into memory: a request can only ever name what was there at loading. What the build packed
// is held packed alone. Private to the room.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "http/server.hpp"

namespace lintel::http {

struct FileVariant {
  std::string body;
  std::string etag;  // quoted
};
// What was unpacked for who takes no encoding: once, when the first asks, and kept, as a crowd may ask for it.
struct Unpacked {
  std::once_flag once;
  std::optional<FileVariant> file;  // nothing: what the build packed is damaged
};
struct File {
  std::string type;
  bool immutable = false;  // its name holds a hash of its content
  bool page = false;
  FileVariant plain;  // without its body where `gzip` holds it
  std::optional<FileVariant> brotli, gzip;
  std::shared_ptr<Unpacked> unpacked;  // there where `gzip` alone holds the body
};

// What to send for one request; `variant` views into the table.
struct FileChoice {
  const File* file = nullptr;
  const FileVariant* variant = nullptr;         // null: what the build packed is damaged
  const char* encoding = nullptr;               // "br", "gzip", or null
};

class FileTable {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const FileTable>> load(const StaticFiles& options);
  [[nodiscard]] const File* find(std::string_view path) const;
  [[nodiscard]] static FileChoice choose(const File& file, std::string_view accept_encoding);
  // RFC 9110 §13.1.2, weak comparison.
  [[nodiscard]] static bool matches(std::string_view if_none_match, std::string_view etag);

 private:
  std::unordered_map<std::string, File> files_;
};

}  // namespace lintel::http
