// Names of methods, header fields and status codes.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "sip/grammar.hpp"
#include "sip/message.hpp"

namespace lintel::sip {
namespace {

struct MethodName {
  std::string_view name;
  Method method;
};
constexpr std::array method_names{MethodName{"INVITE", Method::invite},
                                  MethodName{"ACK", Method::ack},
                                  MethodName{"BYE", Method::bye},
                                  MethodName{"CANCEL", Method::cancel},
                                  MethodName{"OPTIONS", Method::options},
                                  MethodName{"REGISTER", Method::registration},
                                  MethodName{"INFO", Method::info},
                                  MethodName{"UPDATE", Method::update},
                                  MethodName{"MESSAGE", Method::message},
                                  MethodName{"NOTIFY", Method::notify},
                                  MethodName{"SUBSCRIBE", Method::subscribe},
                                  MethodName{"PRACK", Method::prack},
                                  MethodName{"REFER", Method::refer},
                                  MethodName{"PUBLISH", Method::publish}};

struct FieldName {
  std::string_view name;  // lower case
  Field field;
};
constexpr std::array field_names{FieldName{"a", Field::other},  // Accept-Contact
                                 FieldName{"c", Field::content_type},
                                 FieldName{"e", Field::content_encoding},
                                 FieldName{"f", Field::from},
                                 FieldName{"i", Field::call_id},
                                 FieldName{"k", Field::supported},
                                 FieldName{"l", Field::content_length},
                                 FieldName{"m", Field::contact},
                                 FieldName{"o", Field::event},
                                 FieldName{"r", Field::refer_to},
                                 FieldName{"s", Field::subject},
                                 FieldName{"t", Field::to},
                                 FieldName{"v", Field::via},
                                 FieldName{"x", Field::session_expires},
                                 FieldName{"to", Field::to},
                                 FieldName{"via", Field::via},
                                 FieldName{"from", Field::from},
                                 FieldName{"cseq", Field::cseq},
                                 FieldName{"path", Field::path},
                                 FieldName{"date", Field::date},
                                 FieldName{"rseq", Field::rseq},
                                 FieldName{"rack", Field::rack},
                                 FieldName{"route", Field::route},
                                 FieldName{"allow", Field::allow},
                                 FieldName{"event", Field::event},
                                 FieldName{"accept", Field::accept},
                                 FieldName{"reason", Field::reason},
                                 FieldName{"min-se", Field::min_se},
                                 FieldName{"server", Field::server},
                                 FieldName{"call-id", Field::call_id},
                                 FieldName{"contact", Field::contact},
                                 FieldName{"expires", Field::expires},
                                 FieldName{"require", Field::require},
                                 FieldName{"subject", Field::subject},
                                 FieldName{"privacy", Field::privacy},
                                 FieldName{"warning", Field::warning},
                                 FieldName{"refer-to", Field::refer_to},
                                 FieldName{"replaces", Field::replaces},
                                 FieldName{"supported", Field::supported},
                                 FieldName{"user-agent", Field::user_agent},
                                 FieldName{"unsupported", Field::unsupported},
                                 FieldName{"min-expires", Field::min_expires},
                                 FieldName{"retry-after", Field::retry_after},
                                 FieldName{"max-forwards", Field::max_forwards},
                                 FieldName{"record-route", Field::record_route},
                                 FieldName{"content-type", Field::content_type},
                                 FieldName{"authorization", Field::authorization},
                                 FieldName{"proxy-require", Field::proxy_require},
                                 FieldName{"service-route", Field::service_route},
                                 FieldName{"content-length", Field::content_length},
                                 FieldName{"session-expires", Field::session_expires},
                                 FieldName{"www-authenticate", Field::www_authenticate},
                                 FieldName{"content-encoding", Field::content_encoding},
                                 FieldName{"proxy-authenticate", Field::proxy_authenticate},
                                 FieldName{"authentication-info", Field::authentication_info},
                                 FieldName{"content-disposition", Field::content_disposition},
                                 FieldName{"proxy-authorization", Field::proxy_authorization},
                                 FieldName{"p-asserted-identity", Field::p_asserted_identity},
                                 FieldName{"p-preferred-identity", Field::p_preferred_identity}};
constexpr std::size_t longest = 20;

// A hash without collisions among these names, so that a look-up compares with one of them.
constexpr std::size_t slots = 256;
constexpr std::size_t slot_of(std::string_view name) {
  // Without the bit that tells the cases apart; what it makes of others is for the comparison to find.
  const auto letter = [&](std::size_t at) { return static_cast<unsigned char>(name.data()[at]) | 0x20U; };
  const std::size_t size = name.size();
  return (size * 14 + letter(0) * 13 + letter(size - 1) * 191 + letter(size / 2) * 209) % slots;
}
constexpr auto by_slot = [] {
  std::array<std::uint8_t, slots> out{};  // counted from 1
  for (std::size_t i = 0; i < field_names.size(); ++i)
    out[slot_of(field_names[i].name)] = static_cast<std::uint8_t>(i + 1);
  return out;
}();
static_assert(
    [] {
      for (std::size_t i = 0; i < field_names.size(); ++i)
        if (by_slot[slot_of(field_names[i].name)] != i + 1) return false;
      return true;
    }(),
    "two names share a slot: look for other factors");

struct Phrase {
  int status;
  std::string_view phrase;
};
constexpr std::array phrases{Phrase{100, "Trying"},
                             Phrase{180, "Ringing"},
                             Phrase{181, "Call Is Being Forwarded"},
                             Phrase{182, "Queued"},
                             Phrase{183, "Session Progress"},
                             Phrase{200, "OK"},
                             Phrase{202, "Accepted"},
                             Phrase{204, "No Notification"},
                             Phrase{300, "Multiple Choices"},
                             Phrase{301, "Moved Permanently"},
                             Phrase{302, "Moved Temporarily"},
                             Phrase{305, "Use Proxy"},
                             Phrase{380, "Alternative Service"},
                             Phrase{400, "Bad Request"},
                             Phrase{401, "Unauthorized"},
                             Phrase{402, "Payment Required"},
                             Phrase{403, "Forbidden"},
                             Phrase{404, "Not Found"},
                             Phrase{405, "Method Not Allowed"},
                             Phrase{406, "Not Acceptable"},
                             Phrase{407, "Proxy Authentication Required"},
                             Phrase{408, "Request Timeout"},
                             Phrase{410, "Gone"},
                             Phrase{412, "Conditional Request Failed"},
                             Phrase{413, "Request Entity Too Large"},
                             Phrase{414, "Request-URI Too Long"},
                             Phrase{415, "Unsupported Media Type"},
                             Phrase{416, "Unsupported URI Scheme"},
                             Phrase{420, "Bad Extension"},
                             Phrase{421, "Extension Required"},
                             Phrase{422, "Session Interval Too Small"},
                             Phrase{423, "Interval Too Brief"},
                             Phrase{430, "Flow Failed"},
                             Phrase{439, "First Hop Lacks Outbound Support"},
                             Phrase{440, "Max-Breadth Exceeded"},
                             Phrase{480, "Temporarily Unavailable"},
                             Phrase{481, "Call/Transaction Does Not Exist"},
                             Phrase{482, "Loop Detected"},
                             Phrase{483, "Too Many Hops"},
                             Phrase{484, "Address Incomplete"},
                             Phrase{485, "Ambiguous"},
                             Phrase{486, "Busy Here"},
                             Phrase{487, "Request Terminated"},
                             Phrase{488, "Not Acceptable Here"},
                             Phrase{489, "Bad Event"},
                             Phrase{491, "Request Pending"},
                             Phrase{493, "Undecipherable"},
                             Phrase{500, "Server Internal Error"},
                             Phrase{501, "Not Implemented"},
                             Phrase{502, "Bad Gateway"},
                             Phrase{503, "Service Unavailable"},
                             Phrase{504, "Server Time-out"},
                             Phrase{505, "Version Not Supported"},
                             Phrase{513, "Message Too Large"},
                             Phrase{600, "Busy Everywhere"},
                             Phrase{603, "Decline"},
                             Phrase{604, "Does Not Exist Anywhere"},
                             Phrase{606, "Not Acceptable"}};

}  // namespace

Method method_of(std::string_view name) {
  if (name.empty()) return Method::other;
  for (const auto& entry : method_names)
    if (entry.name.front() == name.front() && entry.name == name) return entry.method;
  return Method::other;
}

std::string_view name_of(Method method) {
  for (const auto& entry : method_names)
    if (entry.method == method) return entry.name;
  return {};
}

namespace {

// Whether the eight or four bytes there are those of a name but for case. Its letters are told from its hyphens by a
// bit of their own: only where it has a letter may the other one differ, by the bit that tells the cases apart.
template <typename Word>
bool same_word(const char* text, const char* known) {
  Word word = 0;
  Word wanted = 0;
  std::memcpy(&word, text, sizeof word);
  std::memcpy(&wanted, known, sizeof wanted);
  return (word | (wanted & static_cast<Word>(0x4040404040404040U)) >> 1U) == wanted;
}

// Whether `name` is `known` but for case, sizes being the same: compared in words from both ends.
bool is_name(std::string_view name, std::string_view known) {
  const char* const left = name.data();
  const char* const right = known.data();
  const std::size_t size = name.size();
  const auto same = [&]<typename Word>(Word, std::size_t at) { return same_word<Word>(left + at, right + at); };
  if (size >= 16) return same(std::uint64_t{}, 0) && same(std::uint64_t{}, 8) && same(std::uint64_t{}, size - 8);
  if (size >= 8) return same(std::uint64_t{}, 0) && same(std::uint64_t{}, size - 8);
  if (size >= 4) return same(std::uint32_t{}, 0) && same(std::uint32_t{}, size - 4);
  return grammar::is_lower_of(name, known);
}

}  // namespace

Field field_of(std::string_view name) {
  if (name.empty() || name.size() > longest) return Field::other;
  const std::size_t found = by_slot[slot_of(name)];
  if (found == 0) return Field::other;
  const auto& [known, field] = field_names[found - 1];
  return known.size() == name.size() && is_name(name, known) ? field : Field::other;
}

std::string_view phrase_of(int status) {
  const auto found = std::lower_bound(phrases.begin(), phrases.end(), status,
                                      [](const Phrase& phrase, int wanted) { return phrase.status < wanted; });
  return found != phrases.end() && found->status == status ? found->phrase : "Unknown";
}

}  // namespace lintel::sip
