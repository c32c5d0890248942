#include "http/files.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/gzip.hpp"

namespace lintel::http {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_bytes = 64U * 1024 * 1024;
constexpr std::size_t most_files = 4096;

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".wav", "audio/wav"},
    {".ogg", "audio/ogg"},
    {".opus", "audio/ogg"},
    {".mp3", "audio/mpeg"},
    {".wasm", "application/wasm"},
    {".pem", "application/x-pem-file"},
}};

std::string type_of(std::string_view name) {
  for (const auto& [ending, type] : types)
    if (name.ends_with(ending)) return std::string(type);
  return "application/octet-stream";
}

std::optional<FileVariant> read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  FileVariant variant;
  try {
    variant.body.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  } catch (const std::ios_base::failure&) {  // the disk refuses it
    return std::nullopt;
  }
  variant.etag = '"' + bytes::to_base64url(bytes::sha256(variant.body).substr(0, 12)) + '"';
  return variant;
}

// Whether the client takes `coding` (RFC 9110 §12.5.3): named, and not with q=0.
bool accepts(std::string_view header, std::string_view coding) {
  for (const std::string_view part : text::split(header, ',')) {
    const std::size_t semicolon = part.find(';');
    if (!text::equals_ignoring_case(text::trim(part.substr(0, semicolon)), coding)) continue;
    if (semicolon == std::string_view::npos) return true;
    const std::string_view weight = text::trim(part.substr(semicolon + 1));
    return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  }
  return false;
}

Error unreadable(const std::string& what) {
  return {.code = ErrorCode::unavailable,
          .message = "The web pages cannot be read from " + what + ". Build them, or name their folder."};
}

}  // namespace

Result<std::shared_ptr<const FileTable>> FileTable::load(const StaticFiles& options) {
  const auto table = std::make_shared<FileTable>();
  std::uintmax_t total = 0;
  std::error_code error;
  const fs::path root(options.folder);
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    if (at->is_symlink(error) || !at->is_regular_file(error)) continue;
    const std::string name = at->path().lexically_relative(root).generic_string();
    if (name.front() == '.' || name.find("/.") != std::string::npos) continue;
    if (name.ends_with(".br") || name.ends_with(".gz")) continue;  // read with the file they belong to
    total += at->file_size(error);
    if (error || total > most_bytes || table->files_.size() == most_files)
      return unreadable(options.folder + " (it is too large)");
    std::optional<FileVariant> plain = read(at->path());
    if (!plain) {
      log::error("http", "The web page {} cannot be read and is left out; install the pages again.",
                 at->path().string());
      continue;
    }
    File file{.type = type_of(name),
              .immutable = name.starts_with("assets/"),
              .page = name.ends_with(".html"),
              .plain = std::move(*plain),
              .brotli = read(at->path().string() + ".br"),
              .gzip = read(at->path().string() + ".gz"),
              .unpacked = nullptr};
    if (file.gzip && gzip_length(file.gzip->body) == file.plain.body.size()) {
      std::string().swap(file.plain.body);
      file.unpacked = std::make_shared<Unpacked>();
    }
    table->files_.emplace("/" + name, std::move(file));
  }
  if (error) return unreadable(options.folder);
  // Html is reached by its page's address only, so that one page has one address.
  std::vector<std::pair<std::string, File>> pages;
  for (const auto& [path, name] : options.pages)
    if (const auto found = table->files_.find("/" + name); found != table->files_.end())
      pages.emplace_back(path, found->second);
  std::erase_if(table->files_, [](const auto& entry) { return entry.second.page; });
  for (auto& [path, file] : pages) table->files_[path] = std::move(file);
  return std::shared_ptr<const FileTable>(table);
}

const File* FileTable::find(std::string_view path) const {
  const auto found = files_.find(std::string(path));
  return found == files_.end() ? nullptr : &found->second;
}

FileChoice FileTable::choose(const File& file, std::string_view accept_encoding) {
  if (file.brotli && accepts(accept_encoding, "br")) return {&file, &*file.brotli, "br"};
  if (file.gzip && accepts(accept_encoding, "gzip")) return {&file, &*file.gzip, "gzip"};
  if (!file.unpacked) return {&file, &file.plain, nullptr};
  std::call_once(file.unpacked->once, [&file] {
    if (auto body = unpack_gzip(file.gzip->body)) file.unpacked->file = FileVariant{std::move(*body), file.plain.etag};
  });
  return {&file, file.unpacked->file ? &*file.unpacked->file : nullptr, nullptr};
}

bool FileTable::matches(std::string_view if_none_match, std::string_view etag) {
  for (std::string_view part : text::split(if_none_match, ',')) {
    part = text::trim(part);
    if (part.starts_with("W/")) part.remove_prefix(2);
    if (part == "*" || part == etag) return true;
  }
  return false;
}

}  // namespace lintel::http
