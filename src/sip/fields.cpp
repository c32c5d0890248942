// Names of methods, header fields and status codes.
#include <algorithm>
#include <array>

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
// By length, so that a look-up compares with the few names as long as its own.
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

constexpr auto by_length = [] {
  std::array<std::uint8_t, longest + 2> first{};
  std::size_t at = 0;
  for (std::size_t length = 0; length < first.size(); ++length) {
    first[length] = static_cast<std::uint8_t>(at);
    while (at < field_names.size() && field_names[at].name.size() == length) ++at;
  }
  return first;
}();
static_assert(by_length.back() == field_names.size(), "field_names must be sorted by length");

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
  for (const auto& entry : method_names)
    if (entry.name == name) return entry.method;
  return Method::other;
}

std::string_view name_of(Method method) {
  for (const auto& entry : method_names)
    if (entry.method == method) return entry.name;
  return {};
}

Field field_of(std::string_view name) {
  if (name.empty() || name.size() > longest) return Field::other;
  for (std::size_t i = by_length[name.size()]; i < by_length[name.size() + 1]; ++i) {
    const std::string_view known = field_names[i].name;
    std::size_t at = 0;
    while (at < name.size() && grammar::lower(name[at]) == known[at]) ++at;
    if (at == name.size()) return field_names[i].field;
  }
  return Field::other;
}

std::string_view phrase_of(int status) {
  const auto found = std::lower_bound(phrases.begin(), phrases.end(), status,
                                      [](const Phrase& phrase, int wanted) { return phrase.status < wanted; });
  return found != phrases.end() && found->status == status ? found->phrase : "Unknown";
}

}  // namespace lintel::sip
