#include "base/bytes.hpp"

#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace lintel::bytes {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view clear_characters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// Answers the end of what it wrote.
char* base64(std::string_view data, std::string_view alphabet, char* out) {
  const char* const digits = alphabet.data();
  const char* in = data.data();
  std::size_t left = data.size();
  const auto byte = [&in](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(in[i])}; };
  for (; left >= 3; left -= 3, in += 3, out += 4) {
    const std::uint32_t group = byte(0) << 16U | byte(1) << 8U | byte(2);
    out[0] = digits[group >> 18U];
    out[1] = digits[(group >> 12U) & 63U];
    out[2] = digits[(group >> 6U) & 63U];
    out[3] = digits[group & 63U];
  }
  if (left > 0) {
    const bool two = left == 2;
    const std::uint32_t group = byte(0) << 16U | (two ? byte(1) << 8U : 0U);
    *out++ = digits[group >> 18U];
    *out++ = digits[(group >> 12U) & 63U];
    if (two) *out++ = digits[(group >> 6U) & 63U];
  }
  return out;
}

std::string base64(std::string_view data, std::string_view alphabet, bool padded) {
  std::string out((data.size() + 2) / 3 * 4, '=');
  const char* const end = base64(data, alphabet, out.data());
  if (!padded) out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

constexpr std::array<std::int8_t, 256> values = [] {
  std::array<std::int8_t, 256> out{};
  for (auto& one : out) one = -1;
  for (const std::string_view alphabet : {standard_alphabet, url_alphabet})
    for (std::size_t i = 0; i < alphabet.size(); ++i)
      out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return out;
}();
int value_of(char c) {
  return values[static_cast<unsigned char>(c)];
}

// Both digits of each byte.
constexpr std::array<char, 512> hex_pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 512> out{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    out[2 * byte] = digits[byte >> 4U];
    out[2 * byte + 1] = digits[byte & 15U];
  }
  return out;
}();

// OpenSSL looks an algorithm up anew, under a lock, each time it is asked for by EVP_sha256(); and a context costs several
// allocations. So each is made once: the algorithm for the process, the context for the thread.
using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::size_t hash(const EVP_MD* kind, std::initializer_list<std::string_view> pieces, Digest& out) {
  struct Context {
    EVP_MD_CTX* const of = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(of); }
  };
  thread_local const Context context;
  unsigned size = 0;
  bool well = kind != nullptr && EVP_DigestInit_ex2(context.of, kind, nullptr) == 1;
  for (const auto piece : pieces) well = well && EVP_DigestUpdate(context.of, piece.data(), piece.size()) == 1;
  if (!well || EVP_DigestFinal_ex(context.of, out.data(), &size) != 1) std::abort();
  return size;
}

const EVP_MD* fetched_sha256() {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kind;
}

std::string_view view(const Digest& digest, std::size_t size) {
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

void to_hex(std::string_view data, char* out) {
  for (const char c : data) {
    std::memcpy(out, hex_pairs.data() + 2 * static_cast<std::size_t>(static_cast<unsigned char>(c)), 2);
    out += 2;
  }
}

std::string to_hex(std::string_view data) {
  std::string out(data.size() * 2, '\0');
  to_hex(data, out.data());
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string to_base64(std::string_view data) { return base64(data, standard_alphabet, true); }
std::string to_base64url(std::string_view data) { return base64(data, url_alphabet, false); }

void to_base64url(std::string_view data, char* out) { base64(data, url_alphabet, out); }

bool from_base64(std::string_view text, char* out, std::size_t size) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1 || text.size() / 4 * 3 + (text.size() % 4 == 0 ? 0 : text.size() % 4 - 1) != size) return false;
  int wrong = 0;  // negative once a character was none of the alphabet
  const auto take = [&](std::size_t at) {
    const int value = value_of(text.data()[at]);
    wrong |= value;
    return static_cast<std::uint32_t>(value) & 63U;
  };
  for (; text.size() >= 4; text.remove_prefix(4), out += 3) {
    const std::uint32_t group = take(0) << 18U | take(1) << 12U | take(2) << 6U | take(3);
    out[0] = static_cast<char>(group >> 16U);
    out[1] = static_cast<char>(group >> 8U & 255U);
    out[2] = static_cast<char>(group & 255U);
  }
  if (!text.empty()) {  // two or three
    const std::uint32_t group = take(0) << 18U | take(1) << 12U | (text.size() == 3 ? take(2) << 6U : 0U);
    *out++ = static_cast<char>(group >> 16U);
    if (text.size() == 3) *out = static_cast<char>(group >> 8U & 255U);
  }
  return wrong >= 0;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out(text.size() / 4 * 3 + (text.size() % 4 == 0 ? 0 : text.size() % 4 - 1), '\0');
  if (!from_base64(text, out.data(), out.size())) return std::nullopt;
  return out;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random(std::size_t count) {
  std::string out(count, '\0');
  // Without randomness no secret is safe: better not to run at all.
  if (count > 0 && RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) std::abort();
  return out;
}

std::uint64_t random_number() {
  std::uint64_t value = 0;
  std::memcpy(&value, random(sizeof value).data(), sizeof value);
  return value;
}

std::uint32_t random_below(std::uint32_t bound) {
  const std::uint64_t limit = (std::uint64_t{1} << 32U) / bound * bound;
  for (;;) {
    const std::uint64_t value = random_number() & 0xFFFFFFFFU;
    if (value < limit) return static_cast<std::uint32_t>(value % bound);
  }
}

std::string random_password(std::size_t length) {
  std::string out;
  while (out.size() < length)
    out.push_back(clear_characters[random_below(static_cast<std::uint32_t>(clear_characters.size()))]);
  return out;
}

std::string random_digits(std::size_t length) {
  std::string out;
  while (out.size() < length) out.push_back(static_cast<char>('0' + random_below(10)));
  return out;
}

std::string_view sha256(std::string_view data, Hash& out) {
  Digest digest;
  const std::size_t size = hash(fetched_sha256(), {data}, digest);
  std::memcpy(out.data(), digest.data(), size);
  return {out.data(), size};
}
// GLib's: OpenSSL's way to the same needs twice as many instructions, and a machine in FIPS mode has none there.
std::string_view md5(std::string_view data, Hash& out) {
  struct Context {
    GChecksum* const of = g_checksum_new(G_CHECKSUM_MD5);
    ~Context() { g_checksum_free(of); }
  };
  thread_local const Context context;
  gsize size = out.size();
  g_checksum_reset(context.of);
  g_checksum_update(context.of, reinterpret_cast<const guchar*>(data.data()), static_cast<gssize>(data.size()));
  g_checksum_get_digest(context.of, reinterpret_cast<guint8*>(out.data()), &size);
  return {out.data(), size};
}
std::string sha256(std::string_view data) {
  Hash out;
  return std::string(sha256(data, out));
}
std::string md5(std::string_view data) {
  Hash out;
  return std::string(md5(data, out));
}

// RFC 2104. OpenSSL's HMAC() looks up two algorithms and makes three contexts for each call.
std::string hmac_sha256(std::string_view key, std::string_view data) {
  constexpr std::size_t block = 64;
  Digest digest;
  std::array<char, block> inner{};
  if (key.size() > block) {
    const std::size_t size = hash(fetched_sha256(), {key}, digest);
    std::memcpy(inner.data(), digest.data(), size);
  } else {
    std::memcpy(inner.data(), key.data(), key.size());
  }
  std::array<char, block> outer = inner;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  std::size_t size = hash(fetched_sha256(), {{inner.data(), block}, data}, digest);
  const Digest once = digest;
  size = hash(fetched_sha256(), {{outer.data(), block}, view(once, size)}, digest);
  OPENSSL_cleanse(inner.data(), block);
  OPENSSL_cleanse(outer.data(), block);
  return std::string(view(digest, size));
}

}  // namespace lintel::bytes
