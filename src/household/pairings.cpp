// Pairing: the console offers, the device takes; each offer is good once and for a short time.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

constexpr std::size_t token_length = 32;
constexpr std::size_t short_code_length = 8;

storage::Statement to_delete(const std::string& token_hash) {
  return {"DELETE FROM pairings WHERE token_hash = :token_hash", {token_hash}};
}

Error refused() {
  return {ErrorCode::denied,
          "This pairing code is wrong, was used already, or is too old; ask for a new one in the console.", "token"};
}

// Also one that was made while the clock was ahead: it would be good until that time comes.
bool is_over(const Pairing& pairing, WallTime now) {
  return pairing.expires_at <= now || pairing.expires_at > now + Household::pairing_time;
}

}  // namespace

// Offers are kept as keyed hashes: a copy of the database pairs nothing.
std::string Household::Inner::hash_of_token(std::string_view token) const {
  return bytes::to_hex(bytes::hmac_sha256(pairing_key, token));
}

void Household::offer_pairing(NewPairing wanted, Then<PairingOffer> then) {
  inner_->submit<PairingOffer>(
      [inner = inner_.get(), wanted = std::move(wanted)]() -> Result<Plan<PairingOffer>> {
        Pairing pairing{wanted.kind, {}, wanted.name, inner->clock.wall() + pairing_time};
        LINTEL_CHECK(check_name(wanted.name, "name"));
        if (wanted.kind == MonitorKind::phone)
          return Error{ErrorCode::invalid, "A phone is not paired: add it, and type its account into it.", "kind",
                       "phone", "browser or panel"};
        if (wanted.kind == MonitorKind::browser) {
          LINTEL_CHECK(check_room_number(wanted.room, "room"));
          const auto room = inner->rooms.find(comparable(wanted.room));
          if (room == inner->rooms.end())
            return Error{ErrorCode::not_found, fmt::format("There is no room {}; add it first.", wanted.room), "room",
                         wanted.room};
          LINTEL_CHECK(inner->free_extension(wanted.room));
          pairing.room = room->second.number;
        }
        const WallTime now = inner->clock.wall();
        Plan<PairingOffer> plan;
        std::vector<std::string> over;
        for (const auto& [hash, record] : inner->pairings)
          if (is_over(record.pairing, now)) over.push_back(hash);
        if (inner->pairings.size() - over.size() >= max_pairings)
          return Error{ErrorCode::limited,
                       fmt::format("{} pairings are open; wait until some are used or too old.", max_pairings),
                       {},
                       {},
                       fmt::format("{} at a time", max_pairings)};
        for (const std::string& hash : over) plan.statements.push_back(to_delete(hash));
        PairingOffer offer{bytes::random_password(token_length), bytes::random_digits(short_code_length),
                           pairing.expires_at};
        const std::string token_hash = inner->hash_of_token(offer.token);
        const std::string short_hash = inner->hash_of_token(offer.short_code);
        plan.statements.push_back(
            {"INSERT INTO pairings (token_hash, short_hash, kind, room_key, room, name, expires_at) VALUES "
             "(:token_hash, :short_hash, :kind, :room_key, :room, :name, :expires_at)",
             {token_hash, short_hash, std::string(name_of(pairing.kind)), comparable(pairing.room), pairing.room,
              pairing.name, micros(pairing.expires_at)}});
        plan.in_force = [inner, over, token_hash, short_hash, pairing, offer] {
          for (const std::string& hash : over) inner->pairings.erase(hash);
          inner->pairings[token_hash] = {pairing, short_hash};
          inner->tell(Collection::pairings, Done::added, {});
          return offer;
        };
        return plan;
      },
      std::move(then));
}

void Household::take_pairing(PairingProof by, std::string token_or_short_code, std::string device_name,
                             Then<Paired> then) {
  inner_->submit<Paired>(
      [inner = inner_.get(), by, token = std::move(token_or_short_code),
       device_name = std::move(device_name)]() -> Result<Plan<Paired>> {
        LINTEL_CHECK(check_name(device_name, "device_name"));
        if (token.size() > 64) return refused();
        std::string typed(token);
        std::erase_if(typed, [](char c) { return c == ' ' || c == '-'; });  // a short code is often typed in groups
        const std::string hash = inner->hash_of_token(typed);
        const auto found = std::find_if(inner->pairings.begin(), inner->pairings.end(), [&](const auto& entry) {
          return (by == PairingProof::token ? entry.first : entry.second.short_hash) == hash;
        });
        if (found == inner->pairings.end() || is_over(found->second.pairing, inner->clock.wall())) return refused();
        const Pairing& pairing = found->second.pairing;

        Monitor monitor{{}, pairing.room, pairing.kind, pairing.name.empty() ? device_name : pairing.name, {1, 2}, {},
                        {}};
        if (pairing.kind == MonitorKind::panel) {
          unsigned number = 1;
          while (inner->monitors.contains(fmt::format("{}{}", panel_prefix, number))) ++number;
          if (number > max_others) return Error{ErrorCode::full, "There are too many panels; remove one first."};
          monitor.account = fmt::format("{}{}", panel_prefix, number);
          monitor.locks.clear();  // it presses keys; it opens nothing by itself
        } else {
          LINTEL_TRY(const unsigned extension, inner->free_extension(pairing.room));
          monitor.account = account_of(pairing.room, extension);
        }
        Plan<Paired> plan = inner->plan_monitor(std::move(monitor));
        plan.statements.push_back(to_delete(found->first));
        plan.in_force = [inner, used = found->first, known = std::move(plan.in_force)] {
          inner->pairings.erase(used);
          return known();
        };
        return plan;
      },
      std::move(then));
}

}  // namespace lintel::household
