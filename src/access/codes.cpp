#include "access/codes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"

namespace lintel::access {

CodeBook::CodeBook(std::string key) : key_(std::move(key)) {}

Result<void> CodeBook::check(std::string_view code) {
  const bool digits = std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || code.size() < shortest || code.size() > longest) {
    return Error{ErrorCode::invalid, "A code is 4 to 16 digits.", "code", {}, "4 to 16 digits"};
  }
  return {};
}

std::string CodeBook::digest_of(std::string_view code) const { return bytes::hmac_sha256(key_, code); }

std::uint64_t CodeBook::place_of(std::string_view digest) {
  std::uint64_t place = 0;
  std::memcpy(&place, digest.data(), std::min(digest.size(), sizeof place));
  return place;
}

Result<void> CodeBook::put(Code code) {
  const auto place = place_of(code.digest);
  const auto [begin, end] = by_place_.equal_range(place);
  for (auto each = begin; each != end; ++each) {
    if (each->second.id != code.id && bytes::equal_in_constant_time(each->second.digest, code.digest)) {
      return Error{ErrorCode::conflict, "This code is taken; choose another.", "code", {}, {}};
    }
  }
  remove(code.id);
  place_by_id_.emplace(code.id, place);
  by_place_.emplace(place, std::move(code));
  return {};
}

void CodeBook::remove(std::string_view id) {
  const auto known = place_by_id_.find(std::string(id));
  if (known == place_by_id_.end()) return;
  const auto [begin, end] = by_place_.equal_range(known->second);
  for (auto each = begin; each != end; ++each) {
    if (each->second.id == id) {
      by_place_.erase(each);
      break;
    }
  }
  place_by_id_.erase(known);
}

void CodeBook::clear() {
  by_place_.clear();
  place_by_id_.clear();
}

const Code* CodeBook::find(std::string_view code) const {
  // The hash is made in every case: a code of the wrong length takes as long as a wrong code.
  const std::string digest = digest_of(code.substr(0, longest + 1));
  const auto [begin, end] = by_place_.equal_range(place_of(digest));
  const Code* found = nullptr;
  for (auto each = begin; each != end; ++each) {
    if (bytes::equal_in_constant_time(each->second.digest, digest) && each->second.active) found = &each->second;
  }
  return found;
}

}  // namespace lintel::access
