// Door codes (A10): kept as keyed hashes, looked up in memory.
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

Error no_code(std::int64_t id) {
  return {ErrorCode::not_found, "There is no such code.", "id", std::to_string(id)};
}

Error taken() {
  return {ErrorCode::conflict,
          "Another entry has this code already; choose another.",
          "code",
          {},
          "a code that nobody has"};
}

// The room is stored as the household spells it.
Result<void> check(const Household::Inner& inner, Code& code) {
  LINTEL_CHECK(check_name(code.name, "name", true));
  LINTEL_CHECK(check_locks(code.locks));
  if (code.locks.empty())
    return Error{ErrorCode::invalid, "A code must open at least one lock.", "locks", {}, "at least one lock"};
  if (code.room.empty()) return {};
  const auto room = inner.rooms.find(comparable(code.room));
  if (room == inner.rooms.end())
    return Error{ErrorCode::not_found, fmt::format("There is no room {}.", code.room.substr(0, 20)), "room",
                 code.room.substr(0, 20)};
  code.room = room->second.number;
  return {};
}

}  // namespace

std::string Household::Inner::hash_of_code(std::string_view digits) const {
  return bytes::to_hex(bytes::hmac_sha256(code_key, digits));
}

void Household::Inner::keep_code(const CodeRecord& record) {
  const Code& code = record.code;
  forget_code(code.id);
  last_code = std::max(last_code, code.id);
  codes[code.id] = record;
  codes_by_hash[record.hash] = code.id;
  if (!code.room.empty()) codes_by_room[comparable(code.room)].insert(code.id);
}

void Household::Inner::forget_code(std::int64_t id) {
  const auto found = codes.find(id);
  if (found == codes.end()) return;
  codes_by_hash.erase(found->second.hash);
  if (const auto of_it = codes_by_room.find(comparable(found->second.code.room)); of_it != codes_by_room.end()) {
    of_it->second.erase(id);
    if (of_it->second.empty()) codes_by_room.erase(of_it);
  }
  codes.erase(found);
}

void Household::Inner::move_codes(const std::string& key, const Room& room) {
  auto moved = codes_by_room.extract(key);
  if (moved.empty()) return;
  for (const std::int64_t id : moved.mapped()) codes[id].code.room = room.number;
  moved.key() = comparable(room.number);
  codes_by_room.insert(std::move(moved));
}

const Code* Household::find_code(std::string_view digits) const {
  if (digits.size() < min_code || digits.size() > max_code) return nullptr;
  const auto found = inner_->codes_by_hash.find(inner_->hash_of_code(digits));
  return found == inner_->codes_by_hash.end() ? nullptr : code(found->second);
}

const Code* Household::code(std::int64_t id) const {
  const auto found = inner_->codes.find(id);
  return found == inner_->codes.end() ? nullptr : &found->second.code;
}

CodePage Household::codes(std::int64_t cursor, std::size_t limit) const {
  CodePage page;
  page.total = inner_->codes.size();
  auto next = inner_->codes.upper_bound(cursor);
  for (; next != inner_->codes.end() && page.next_cursor == 0; ++next) page.take(next->second.code, limit);
  return page;
}

void Household::search_codes(std::string words, std::int64_t cursor, std::size_t limit, Then<CodePage> then) {
  const bool begun = inner_->search([inner = inner_.get(), words = std::move(words), cursor, limit, then,
                                     page = CodePage{}, last = std::int64_t{0}]() mutable {
    const bool more = Inner::look(inner->codes, last, [&](const auto& record) {
      const Code& code = record.second.code;
      if (!text::contains_ignoring_case(code.name, words) && !text::contains_ignoring_case(code.room, words)) return;
      ++page.total;
      if (code.id > cursor) page.take(code, limit);
    });
    if (!more) then(std::move(page));
    return more;
  });
  if (!begun) then(too_many_searches());
}

void Household::add_code(NewCode wanted, Then<Code> then) {
  inner_->submit<Code>(
      [inner = inner_.get(), wanted = std::move(wanted)]() -> Result<Plan<Code>> {
        Code code{inner->last_code + 1, wanted.name, wanted.room, wanted.locks, wanted.active};
        LINTEL_CHECK(check_code(wanted.code));
        LINTEL_CHECK(check(*inner, code));
        const std::string hash = inner->hash_of_code(wanted.code);
        if (inner->codes_by_hash.contains(hash)) return taken();
        if (inner->codes.size() >= max_codes)
          return Error{ErrorCode::full,
                       "There are too many codes; remove one first.",
                       "code",
                       {},
                       fmt::format("{} codes", max_codes)};
        return Plan<Code>{{{"INSERT INTO codes (id, name, hash, room_key, room, locks, active) VALUES "
                            "(:id, :name, :hash, :room_key, :room, :locks, :active)",
                            {code.id, code.name, hash, comparable(code.room), code.room, packed_locks(code.locks),
                             std::int64_t{code.active}}}},
                          [inner, code, hash] {
                            inner->keep_code({code, hash});
                            inner->tell(Collection::codes, Done::added, std::to_string(code.id));
                            return code;
                          }};
      },
      std::move(then));
}

void Household::change_code(std::int64_t id, CodePatch patch, Then<Code> then) {
  inner_->submit<Code>(
      [inner = inner_.get(), id, patch = std::move(patch)]() -> Result<Plan<Code>> {
        const auto found = inner->codes.find(id);
        if (found == inner->codes.end()) return no_code(id);
        CodeRecord record = found->second;
        Code& code = record.code;
        if (patch.name) code.name = *patch.name;
        if (patch.room) code.room = *patch.room;
        if (patch.locks) code.locks = *patch.locks;
        if (patch.active) code.active = *patch.active;
        LINTEL_CHECK(check(*inner, code));
        if (patch.code) {
          LINTEL_CHECK(check_code(*patch.code));
          record.hash = inner->hash_of_code(*patch.code);
          const auto other = inner->codes_by_hash.find(record.hash);
          if (other != inner->codes_by_hash.end() && other->second != id) return taken();
        }
        return Plan<Code>{{{"UPDATE codes SET name = :name, hash = :hash, room_key = :room_key, room = :room, locks = "
                            ":locks, active = :active "
                            "WHERE id = :id",
                            {code.name, record.hash, comparable(code.room), code.room, packed_locks(code.locks),
                             std::int64_t{code.active}, id}}},
                          [inner, id, record] {
                            inner->keep_code(record);
                            inner->tell(Collection::codes, Done::changed, std::to_string(id));
                            return record.code;
                          },
                          found->second.code.active && !code.active};
      },
      std::move(then));
}

void Household::remove_code(std::int64_t id, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), id]() -> Result<Plan<void>> {
        if (!inner->codes.contains(id)) return no_code(id);
        return Plan<void>{{{"DELETE FROM codes WHERE id = :id", {id}}},
                          [inner, id] {
                            inner->forget_code(id);
                            inner->tell(Collection::codes, Done::removed, std::to_string(id));
                          },
                          true};
      },
      std::move(then));
}

}  // namespace lintel::household
