// Stations (H01) and centres (H08).
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

constexpr std::size_t password_length = 24;

Error no_station(std::string_view number) {
  return {ErrorCode::not_found, fmt::format("There is no station {}.", number.substr(0, 20)), "number",
          std::string(number.substr(0, 20))};
}

Error own_station(std::string_view number) {
  return {ErrorCode::conflict,
          fmt::format("{} is this station itself: its entry can be neither changed nor deleted here.", number),
          "number", std::string(number)};
}

Error too_many(const char* what) {
  return {ErrorCode::full,
          fmt::format("There are {} {} already, as many as a station can hold.", max_others, what),
          "number",
          {},
          fmt::format("{} {}", max_others, what)};
}

}  // namespace

std::vector<Station> Household::stations() const {
  std::vector<Station> all = {*station(inner_->identity.station_number)};
  for (const auto& [key, record] : inner_->stations) all.push_back(record.station);
  return all;
}

std::optional<Station> Household::station(std::string_view number) const {
  if (number == inner_->identity.station_number)
    return Station{std::string(number), inner_->identity.station_name, {}, true};
  const auto found = inner_->stations.find(number);
  if (found == inner_->stations.end()) return std::nullopt;
  return found->second.station;
}

void Household::add_station(Station station, Then<NewSecret> then) {
  inner_->submit<NewSecret>(
      [inner = inner_.get(), station = std::move(station)]() mutable -> Result<Plan<NewSecret>> {
        LINTEL_CHECK(check_station_number(station.number));
        LINTEL_CHECK(check_name(station.name, "name"));
        LINTEL_CHECK(check_address(station.address));
        LINTEL_CHECK(inner->number_free(station.number, "number"));
        if (inner->stations.size() >= max_others) return too_many("stations");
        station.own = false;
        const std::string password = bytes::random_password(password_length);
        return Plan<NewSecret>{
            {{"DELETE FROM stations WHERE key = :key", {station.number}},  // one whose secret did not open
             {"INSERT INTO stations (key, name, address, secret) VALUES (:key, :name, :address, :secret)",
              {station.number, station.name, station.address,
               inner->vault.seal(password, "station:" + station.number)}}},
            [inner, station, password] {
              inner->stations[station.number] = {station, {password}};
              inner->tell(Collection::stations, Done::added, station.number);
              return NewSecret{station.number, password};
            }};
      },
      std::move(then));
}

void Household::change_station(std::string number, StationPatch patch, Then<Station> then) {
  inner_->submit<Station>(
      [inner = inner_.get(), number = std::move(number), patch = std::move(patch)]() -> Result<Plan<Station>> {
        if (number == inner->identity.station_number) return own_station(number);
        const auto found = inner->stations.find(number);
        if (found == inner->stations.end()) return no_station(number);
        StationRecord record = found->second;
        if (patch.number) record.station.number = *patch.number;
        if (patch.name) record.station.name = *patch.name;
        if (patch.address) record.station.address = *patch.address;
        const Station& station = record.station;
        LINTEL_CHECK(check_station_number(station.number));
        LINTEL_CHECK(check_name(station.name, "name"));
        LINTEL_CHECK(check_address(station.address));
        LINTEL_CHECK(inner->number_free(station.number, "number", number));
        // The secret is sealed for its number, so a new number needs a new seal.
        return Plan<Station>{
            {{"UPDATE stations SET key = :new_key, name = :name, address = :address, secret = :secret WHERE key = :key",
              {station.number, station.name, station.address,
               inner->vault.seal(record.secret.plain, "station:" + station.number), number}}},
            [inner, number, record] {
              inner->stations.erase(number);
              inner->stations[record.station.number] = record;
              inner->tell(Collection::stations, Done::changed, record.station.number);
              return record.station;
            }};
      },
      std::move(then));
}

void Household::remove_station(std::string number, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), number = std::move(number)]() -> Result<Plan<void>> {
        if (number == inner->identity.station_number) return own_station(number);
        if (!inner->stations.contains(number)) return no_station(number);
        return Plan<void>{{{"DELETE FROM stations WHERE key = :key", {number}}},
                          [inner, number] {
                            inner->stations.erase(number);
                            inner->tell(Collection::stations, Done::removed, number);
                          },
                          true};
      },
      std::move(then));
}

void Household::clear_stations(Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get()]() -> Result<Plan<void>> {
        return Plan<void>{{{"DELETE FROM stations", {}}},
                          [inner] {
                            inner->stations.clear();
                            inner->tell(Collection::stations, Done::removed, {});
                          },
                          true};
      },
      std::move(then));
}

std::vector<Centre> Household::centres() const {
  std::vector<Centre> all;
  for (const auto& [key, record] : inner_->centres) all.push_back(record.centre);
  return all;
}

void Household::add_centre(Centre centre, Then<NewSecret> then) {
  inner_->submit<NewSecret>(
      [inner = inner_.get(), centre = std::move(centre)]() -> Result<Plan<NewSecret>> {
        LINTEL_CHECK(check_centre_number(centre.number));
        LINTEL_CHECK(check_name(centre.name, "name"));
        LINTEL_CHECK(check_address(centre.address));
        // The number that the centre key dials is the centre's to have.
        if (inner->centres.contains(centre.number) || centre.number != inner->identity.centre_number)
          LINTEL_CHECK(inner->number_free(centre.number, "number"));
        if (inner->centres.size() >= max_others) return too_many("centres");
        const std::string password = bytes::random_password(password_length);
        return Plan<NewSecret>{
            {{"DELETE FROM centres WHERE key = :key", {centre.number}},  // one whose secret did not open
             {"INSERT INTO centres (key, name, address, secret) VALUES (:key, :name, :address, :secret)",
              {centre.number, centre.name, centre.address, inner->vault.seal(password, "centre:" + centre.number)}}},
            [inner, centre, password] {
              inner->centres[centre.number] = {centre, {password}};
              inner->tell(Collection::centres, Done::added, centre.number);
              return NewSecret{centre.number, password};
            }};
      },
      std::move(then));
}

void Household::remove_centre(std::string number, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), number = std::move(number)]() -> Result<Plan<void>> {
        if (!inner->centres.contains(number))
          return Error{ErrorCode::not_found, fmt::format("There is no centre {}.", number.substr(0, 20)), "number",
                       number.substr(0, 20)};
        return Plan<void>{{{"DELETE FROM centres WHERE key = :key", {number}}},
                          [inner, number] {
                            inner->centres.erase(number);
                            inner->tell(Collection::centres, Done::removed, number);
                          },
                          true};
      },
      std::move(then));
}

}  // namespace lintel::household
