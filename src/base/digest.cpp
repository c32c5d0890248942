#include "base/digest.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::digest {
namespace {

constexpr std::size_t longest_authorization = 4096;
constexpr std::size_t parameter_limit = 16;
constexpr std::size_t nonce_random = 8;
constexpr std::size_t nonce_mac = 16;

Hexadecimal hashed(Algorithm algorithm, std::string_view data) {
  bytes::Hash hash;
  return Hexadecimal(algorithm == Algorithm::md5 ? bytes::md5(data, hash) : bytes::sha256(data, hash));
}

// The hash of the parts with colons between them.
Hexadecimal hashed(Algorithm algorithm, std::initializer_list<std::string_view> parts) {
  std::size_t size = parts.size() - 1;
  for (const auto part : parts) size += part.size();
  std::array<char, 512> usual;
  std::string unusual;
  if (size > usual.size()) unusual.resize(size);
  char* const begin = size > usual.size() ? unusual.data() : usual.data();
  char* at = begin;
  bool first = true;
  for (const auto part : parts) {
    if (!std::exchange(first, false)) *at++ = ':';
    // An empty part may have no address, which memcpy must not be given.
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return hashed(algorithm, std::string_view(begin, size));
}

// HA2, and the last one of the thread kept: a crowd that registers asks for the same again and again.
Hexadecimal ha2(Algorithm algorithm, std::string_view method, std::string_view uri) {
  struct Last {
    Algorithm algorithm = Algorithm::md5;
    std::size_t method_size = 0, size = 0;
    std::array<char, 64> text{};
    Hexadecimal digits;
  };
  thread_local Last last;
  const std::size_t size = method.size() + uri.size();
  if (method.empty() || uri.empty() || size > last.text.size()) return hashed(algorithm, {method, uri});
  const std::string_view known(last.text.data(), last.size);
  if (last.algorithm != algorithm || last.method_size != method.size() || last.size != size || !known.starts_with(method) ||
      !known.ends_with(uri)) {
    last.digits = hashed(algorithm, {method, uri});
    last.algorithm = algorithm;
    last.method_size = method.size();
    last.size = size;
    std::memcpy(last.text.data(), method.data(), method.size());
    std::memcpy(last.text.data() + method.size(), uri.data(), uri.size());
  }
  return last.digits;
}

}  // namespace

Hexadecimal::Hexadecimal(std::string_view hash) : size_(hash.size() * 2) { bytes::to_hex(hash, digits_.data()); }

Hexadecimal::Hexadecimal(std::string_view digits, AsDigits) : size_(std::min(digits.size(), digits_.size())) {
  std::copy_n(digits.begin(), size_, digits_.begin());
}

std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
  return std::string(hashed(algorithm, {user, realm, password}).view());
}

Hexadecimal response_digits(const Answer& answer) {
  const Hexadecimal second = ha2(answer.algorithm, answer.method, answer.uri);
  if (answer.qop.empty()) return hashed(answer.algorithm, {answer.ha1, answer.nonce, second.view()});
  return hashed(answer.algorithm,
                {answer.ha1, answer.nonce, answer.nonce_count, answer.client_nonce, answer.qop, second.view()});
}

std::string response(const Answer& answer) { return std::string(response_digits(answer).view()); }

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
  return std::string(hashed(algorithm, key_ + std::string(user)).view());
}

}  // namespace lintel::digest
