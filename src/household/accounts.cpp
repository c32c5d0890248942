// Accounts of machines and of people.
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

constexpr std::size_t secret_length = 24;
constexpr std::size_t max_password_hash = 512;

Error unknown(const char* what, std::string_view name) {
  return {ErrorCode::not_found, fmt::format("There is no {} {}.", what, name.substr(0, 40)), "name",
          std::string(name.substr(0, 40))};
}

Result<void> check_hash(const std::string& hash) {
  if (!hash.empty() && hash.size() <= max_password_hash) return {};
  return Error{ErrorCode::internal, "A password was to be kept without its hash."};
}

}  // namespace

std::vector<Machine> Household::machines() const {
  std::vector<Machine> all;
  for (const auto& [key, record] : inner_->machines) all.push_back(record.machine);
  return all;
}

const Machine* Household::machine(std::string_view name) const {
  const auto found = inner_->machines.find(name);
  return found == inner_->machines.end() ? nullptr : &found->second.machine;
}

void Household::add_machine(std::string name, unsigned rights, Then<NewSecret> then) {
  inner_->submit<NewSecret>(
      [inner = inner_.get(), name = std::move(name), rights]() -> Result<Plan<NewSecret>> {
        LINTEL_CHECK(check_account_name(name));
        constexpr unsigned known = static_cast<unsigned>(Right::rtsp) | static_cast<unsigned>(Right::api) |
                                   static_cast<unsigned>(Right::unlock);
        if (rights == 0 || (rights & ~known) != 0)
          return Error{
              ErrorCode::invalid, "A machine account needs at least one right.", "rights", {}, "rtsp, api, unlock"};
        if (comparable(name).starts_with(panel_prefix))
          return Error{ErrorCode::invalid, "Names that begin so are those of panels; choose another one.", "name", name,
                       fmt::format("a name that does not begin with {}", panel_prefix)};
        if (inner->machines.contains(name) || inner->people.contains(name))
          return Error{ErrorCode::conflict, fmt::format("There is an account {} already; choose another name.", name),
                       "name", name, "a new name"};
        if (inner->machines.size() >= max_others)
          return Error{ErrorCode::full,
                       "There are too many machine accounts; remove one first.",
                       "name",
                       {},
                       fmt::format("{} accounts", max_others)};
        const Machine machine{name, rights, inner->clock.wall()};
        const std::string secret = bytes::random_password(secret_length);
        return Plan<NewSecret>{
            {{"DELETE FROM machines WHERE name = :name", {name}},  // one whose secret did not open
             {"INSERT INTO machines (name, rights, created_at, secret) VALUES (:name, :rights, :created_at, :secret)",
              {name, std::int64_t{rights}, micros(machine.created_at), inner->vault.seal(secret, "machine:" + name)}}},
            [inner, machine, secret] {
              inner->machines[machine.name] = {machine, secret};
              inner->tell(Collection::machines, Done::added, machine.name);
              return NewSecret{machine.name, secret};
            }};
      },
      std::move(then));
}

void Household::remove_machine(std::string name, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), name = std::move(name)]() -> Result<Plan<void>> {
        if (!inner->machines.contains(name)) return unknown("machine account", name);
        return Plan<void>{{{"DELETE FROM machines WHERE name = :name", {name}}},
                          [inner, name] {
                            inner->machines.erase(name);
                            inner->tell(Collection::machines, Done::removed, name);
                          },
                          true};
      },
      std::move(then));
}

std::optional<std::string> Household::machine_ha1_md5(std::string_view name, std::string_view realm) const {
  const auto found = inner_->machines.find(name);
  if (found == inner_->machines.end()) return std::nullopt;
  return bytes::to_hex(bytes::md5(fmt::format("{}:{}:{}", name, realm, found->second.secret)));
}

std::optional<std::string> Household::machine_ha1_sha256(std::string_view name, std::string_view realm) const {
  const auto found = inner_->machines.find(name);
  if (found == inner_->machines.end()) return std::nullopt;
  return bytes::to_hex(bytes::sha256(fmt::format("{}:{}:{}", name, realm, found->second.secret)));
}

bool Household::initialised() const {
  return !inner_->people.empty();
}

const Person* Household::person(std::string_view account) const {
  const auto found = inner_->people.find(account);
  return found == inner_->people.end() ? nullptr : &found->second;
}

void Household::add_person(Person person, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), person = std::move(person)]() -> Result<Plan<void>> {
        LINTEL_CHECK(check_account_name(person.account, "account"));
        LINTEL_CHECK(check_email(person.email));
        LINTEL_CHECK(check_hash(person.password_hash));
        if (inner->people.contains(person.account) || inner->machines.contains(person.account))
          return Error{ErrorCode::conflict, fmt::format("There is an account {} already.", person.account), "account",
                       person.account, "a new name"};
        if (inner->people.size() >= max_others)
          return Error{ErrorCode::full, "There are too many accounts; remove one first."};
        return Plan<void>{
            {{"INSERT INTO people (account, email, password_hash) VALUES (:account, :email, :password_hash)",
              {person.account, person.email, person.password_hash}}},
            [inner, person] {
              inner->people[person.account] = person;
              inner->tell(Collection::people, Done::added, person.account);
            }};
      },
      std::move(then));
}

void Household::change_password_hash(std::string account, std::string password_hash, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), account = std::move(account),
       password_hash = std::move(password_hash)]() -> Result<Plan<void>> {
        if (!inner->people.contains(account)) return unknown("account", account);
        LINTEL_CHECK(check_hash(password_hash));
        return Plan<void>{
            {{"UPDATE people SET password_hash = :password_hash WHERE account = :account", {password_hash, account}}},
            [inner, account, password_hash] {
              inner->people[account].password_hash = password_hash;
              inner->tell(Collection::people, Done::changed, account);
            }};
      },
      std::move(then));
}

void Household::change_email(std::string account, std::string email, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), account = std::move(account), email = std::move(email)]() -> Result<Plan<void>> {
        if (!inner->people.contains(account)) return unknown("account", account);
        LINTEL_CHECK(check_email(email));
        return Plan<void>{{{"UPDATE people SET email = :email WHERE account = :account", {email, account}}},
                          [inner, account, email] {
                            inner->people[account].email = email;
                            inner->tell(Collection::people, Done::changed, account);
                          }};
      },
      std::move(then));
}

void Household::remove_person(std::string account, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), account = std::move(account)]() -> Result<Plan<void>> {
        if (!inner->people.contains(account)) return unknown("account", account);
        return Plan<void>{{{"DELETE FROM people WHERE account = :account", {account}}}, [inner, account] {
                            inner->people.erase(account);
                            inner->tell(Collection::people, Done::removed, account);
                          }};
      },
      std::move(then));
}

}  // namespace lintel::household
