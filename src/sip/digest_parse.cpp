// Reading challenges and credentials.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "sip/digest.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip::digest {
namespace {

namespace classes = grammar::classes;

// The parameters that mean something to us. Any other may stand there, once.
enum Name : std::uint8_t {
  username,
  realm,
  nonce,
  uri,
  response,
  algorithm_name,
  cnonce,
  nc,
  qop,
  opaque,
  stale,
  userhash,
  other
};
constexpr std::array<std::string_view, other> names{"username", "realm", "nonce", "uri",    "response", "algorithm",
                                                    "cnonce",   "nc",    "qop",   "opaque", "stale",    "userhash"};

Name name_of(std::string_view text) {
  const char first = grammar::lower(text.front());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view known = names[i];
    if (known.front() == first && known.size() == text.size() && grammar::is_lower_of(text, known))
      return static_cast<Name>(i);
  }
  return other;
}

// A value as it stands there: without its quotes, escapes unresolved.
struct Value {
  std::string_view text;
  bool escaped = false;

  void to(std::string& out) const {
    if (!escaped) {
      out.assign(text);
      return;
    }
    out.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\\') ++at;
      out.push_back(text[at]);
    }
  }
  [[nodiscard]] bool is(std::string_view word) const {
    if (!escaped) return text.size() == word.size() && text::equals_ignoring_case(text, word);
    std::string plain;
    to(plain);
    return text::equals_ignoring_case(plain, word);
  }
};

// name = token / quoted-string, separated by commas, over one header's value.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_spaces() { at_ = grammar::skip(text_, at_, classes::space); }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  bool take(char c) {
    skip_spaces();
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view token() {
    skip_spaces();
    const std::size_t begin = at_;
    at_ = grammar::skip(text_, at_, classes::token);
    return text_.substr(begin, at_ - begin);
  }
  // A token or quoted string. Unquoted values are taken up to the comma: some devices leave quotes away.
  bool value(Value& out) {
    out = {};
    skip_spaces();
    if (at_end()) return false;
    if (text_[at_] != '"') {
      const std::size_t begin = at_;
      at_ = grammar::skip_to(text_, at_, classes::ends_unquoted);
      out.text = text_.substr(begin, at_ - begin);
      return !out.text.empty() && out.text.size() <= max_parameter_length;
    }
    const std::size_t begin = ++at_;
    std::size_t escapes = 0;
    for (;; ++at_) {
      at_ = grammar::skip_to(text_, at_, classes::ends_quoted);
      if (at_ >= text_.size()) break;
      if (text_[at_] == '"') {
        out = {text_.substr(begin, at_ - begin), escapes > 0};
        ++at_;
        return out.text.size() - escapes <= max_parameter_length;
      }
      if (text_[at_] != '\\' || ++at_ >= text_.size() || grammar::is(text_[at_], classes::control)) return false;
      ++escapes;
    }
    return false;  // the closing quote is missing
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

class Parameters {
 public:
  // Nothing, or what is wrong.
  const char* parse(std::string_view value) {
    if (value.size() > max_header_length) return "it is too long";
    Scanner scanner(value);
    if (!text::equals_ignoring_case(scanner.token(), "Digest")) return "the scheme is not Digest";
    std::size_t count = 0;
    for (bool more = true; more;) {
      const std::string_view name = scanner.token();
      Value found;
      if (name.empty() || !scanner.take('=') || !scanner.value(found)) return "a parameter is broken";
      const Name known = name_of(name);
      if (known != other ? has(known) : seen_other(name)) return "a parameter stands twice";
      if (count++ == max_parameters) return "it has too many parameters";
      if (known != other) {
        values_[known] = found;
        present_ |= 1U << known;
      } else {
        others_[other_count_++] = name;
      }
      more = scanner.take(',');
    }
    scanner.skip_spaces();
    return scanner.at_end() ? nullptr : "something follows the last parameter";
  }

  [[nodiscard]] bool has(Name name) const { return (present_ & (1U << name)) != 0; }
  [[nodiscard]] const Value& get(Name name) const { return values_[name]; }  // empty when absent
  [[nodiscard]] std::optional<Algorithm> algorithm() const {
    const Value& said = get(algorithm_name);
    if (!has(algorithm_name) || said.is("MD5")) return Algorithm::md5;
    if (said.is("SHA-256")) return Algorithm::sha256;
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool seen_other(std::string_view name) const {
    return std::any_of(others_.begin(), others_.begin() + other_count_,
                       [&](std::string_view one) { return text::equals_ignoring_case(one, name); });
  }

  std::array<Value, other> values_{};
  unsigned present_ = 0;
  std::array<std::string_view, max_parameters + 1> others_;
  std::ptrdiff_t other_count_ = 0;
};

Error malformed(const char* what) {
  return Error{ErrorCode::invalid, fmt::format("The digest header is malformed: {}.", what), "", "", ""};
}

bool is_hex(std::string_view text) {
  return grammar::skip(text, 0, classes::hexadecimal) == text.size();
}

// "07" "auth": true when the comma-separated list holds the word.
bool lists(std::string_view list, std::string_view word) {
  const auto words = text::split(list, ',');
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text::equals_ignoring_case(text::trim(one), word); });
}

// Nothing, or what is wrong.
const char* read(std::string_view value, Credentials& out) {
  Parameters parameters;
  if (const char* const wrong = parameters.parse(value)) return wrong;
  const auto algorithm = parameters.algorithm();
  if (!algorithm) return "the algorithm is not known";
  if (parameters.get(userhash).is("true")) return "hashed names are not known";
  out.algorithm = *algorithm;
  for (const Name needed : {username, realm, nonce, uri, response})
    if (!parameters.has(needed)) return "a needed parameter is missing";
  parameters.get(username).to(out.user);
  parameters.get(realm).to(out.realm);
  parameters.get(nonce).to(out.nonce);
  parameters.get(uri).to(out.uri);
  parameters.get(response).to(out.response);
  const std::size_t length = *algorithm == Algorithm::md5 ? 32 : 64;
  if (out.response.size() != length || !is_hex(out.response)) return "the response is no hash";
  for (char& c : out.response) c = static_cast<char>(c | 0x20);  // digits and letters: no other is changed
  out.qop_auth = parameters.has(qop);
  out.cnonce.clear();
  out.nonce_count.clear();
  if (!out.qop_auth) return nullptr;
  if (!parameters.get(qop).is("auth")) return "the quality of protection is not known";
  parameters.get(cnonce).to(out.cnonce);
  parameters.get(nc).to(out.nonce_count);
  if (out.cnonce.empty() || out.nonce_count.size() != 8 || !is_hex(out.nonce_count)) return "cnonce or nc is missing";
  return nullptr;
}

}  // namespace

Result<Challenge> parse_challenge(std::string_view value) {
  Parameters parameters;
  if (const char* const wrong = parameters.parse(value)) return malformed(wrong);
  const auto algorithm = parameters.algorithm();
  if (!algorithm) return malformed("the algorithm is not known");
  Challenge challenge;
  challenge.algorithm = *algorithm;
  if (!parameters.has(realm) || !parameters.has(nonce)) return malformed("realm or nonce is missing");
  parameters.get(realm).to(challenge.realm);
  parameters.get(nonce).to(challenge.nonce);
  parameters.get(opaque).to(challenge.opaque);
  challenge.stale = parameters.get(stale).is("true");
  if (parameters.has(qop)) {
    std::string offered;
    parameters.get(qop).to(offered);
    challenge.qop_auth = lists(offered, "auth");
    if (!challenge.qop_auth) return malformed("no quality of protection that we know is offered");
  }
  return challenge;
}

bool read_credentials(std::string_view value, Credentials& out) {
  return read(value, out) == nullptr;
}

Result<Credentials> parse_credentials(std::string_view value) {
  Credentials credentials;
  if (const char* const wrong = read(value, credentials)) return malformed(wrong);
  return credentials;
}

}  // namespace lintel::sip::digest
