#include "base/digest.hpp"

#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::digest {
namespace {

constexpr std::size_t longest_authorization = 4096;
constexpr std::size_t parameter_limit = 16;
constexpr std::size_t nonce_random = 8;
constexpr std::size_t nonce_mac = 16;

std::string hashed(Algorithm algorithm, std::string_view data) {
  return bytes::to_hex(algorithm == Algorithm::md5 ? bytes::md5(data) : bytes::sha256(data));
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  text.reserve(256);  // one allocation for all but strange ones
  for (const std::string_view part : parts) text.append(part).push_back(':');
  text.pop_back();
  return text;
}

}  // namespace

std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
  return hashed(algorithm, joined({user, realm, password}));
}

std::string response(const Answer& answer) {
  const std::string ha2 = hashed(answer.algorithm, joined({answer.method, answer.uri}));
  if (answer.qop.empty()) return hashed(answer.algorithm, joined({answer.ha1, answer.nonce, ha2}));
  return hashed(answer.algorithm,
                joined({answer.ha1, answer.nonce, answer.nonce_count, answer.client_nonce, answer.qop, ha2}));
}

std::optional<Parameters> parse_parameters(std::string_view rest) {
  Parameters parameters;
  while (true) {
    rest = text::trim(rest);
    while (!rest.empty() && rest.front() == ',') rest = text::trim(rest.substr(1));
    if (rest.empty()) return parameters;
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string name = text::lower(text::trim(rest.substr(0, equals)));
    rest = text::trim(rest.substr(equals + 1));
    std::string value;
    if (!rest.empty() && rest.front() == '"') {
      std::size_t at = 1;
      for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        value += rest[at];
      }
      if (at >= rest.size()) return std::nullopt;
      rest.remove_prefix(at + 1);
      if (!text::trim(rest).empty() && text::trim(rest).front() != ',') return std::nullopt;
    } else {
      const std::size_t comma = rest.find(',');
      value = text::trim(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma);
    }
    for (const auto& [known, ignored] : parameters)
      if (known == name) return std::nullopt;
    if (name.empty() || parameters.size() == parameter_limit) return std::nullopt;
    parameters.emplace_back(name, std::move(value));
  }
}

bool is_digest(std::string_view authorization) {
  return text::equals_ignoring_case(authorization.substr(0, 7), "Digest ");
}

std::optional<Parameters> parse_authorization(std::string_view authorization) {
  if (!is_digest(authorization) || authorization.size() > longest_authorization) return std::nullopt;
  return parse_parameters(authorization.substr(7));
}

std::string_view parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [known, value] : parameters)
    if (known == name) return value;
  return {};
}

Nonces::Nonces() : key_(bytes::random(32)) {}

std::string Nonces::proof(std::string_view body, std::string_view context) const {
  return bytes::hmac_sha256(key_, std::string(context) + '\0' + std::string(body)).substr(0, nonce_mac);
}

std::string Nonces::make(Monotonic now, std::string_view context) const {
  const std::int64_t made = now.time_since_epoch().count();
  std::string raw(sizeof made, '\0');
  std::memcpy(raw.data(), &made, sizeof made);
  raw += bytes::random(nonce_random);
  raw += proof(raw, context);
  return bytes::to_base64url(raw);
}

Nonces::State Nonces::check(std::string_view nonce, Monotonic now, Duration lifetime, std::string_view context) const {
  const std::optional<std::string> raw = bytes::from_base64(nonce);
  std::int64_t made = 0;
  if (!raw || raw->size() != sizeof made + nonce_random + nonce_mac) return State::forged;
  const std::string_view body = std::string_view(*raw).substr(0, sizeof made + nonce_random);
  if (!bytes::equal_in_constant_time(proof(body, context), std::string_view(*raw).substr(body.size())))
    return State::forged;
  std::memcpy(&made, body.data(), sizeof made);
  return now.time_since_epoch() - Duration(made) <= lifetime ? State::good : State::stale;
}

std::string Nonces::decoy_ha1(Algorithm algorithm, std::string_view user) const {
  return hashed(algorithm, key_ + std::string(user));
}

}  // namespace lintel::digest
