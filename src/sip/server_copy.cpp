// What the proxy sends on: a request as it goes out to one target, a response as it goes back (RFC 3261 §16.6, §16.7).
#include <algorithm>

#include "base/text.hpp"
#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

// Who calls, and why, as phones and monitors show it: what an account says about itself there is nobody's proof.
bool is_the_stations_word(std::string_view name) {
  constexpr std::string_view own = "X-Lintel-";
  return text::equals_ignoring_case(name.substr(0, own.size()), own) ||
         text::equals_ignoring_case(name, "Remote-Party-ID") ||
         text::equals_ignoring_case(name, "P-Preferred-Identity");
}

// "<sip:user@…"
bool begins_with_user(std::string_view route, std::string_view user) {
  constexpr std::string_view begin = "<sip:";
  return route.starts_with(begin) && route.substr(begin.size()).starts_with(user) &&
         route.substr(begin.size() + user.size()).starts_with('@');
}

}  // namespace

// RFC 3261 §16.6 step 4. Both sides must find an address of ours that suits them (RFC 5658); one line does when it is
// the same.
void Server::Inner::append_record_route(Buffer& out, const Incoming& request, const Hop& to) {
  const auto token = tokens.make(request.message.call_id(), request.message.from_tag(), request.from, to);
  const auto line_for = [&](const Hop& hop) {
    const std::size_t begin = out.size();
    out.append("Record-Route: <sip:").append(token.view()).append('@');
    // A browser never resolves it, and learns no address from it.
    if (is_websocket(hop.kind) || hop.kind == TransportKind::local)
      out.append(settings.domain).append(".invalid");
    else
      out.append(core.sent_by(hop));
    out.append(";transport=").append(parameter_name_of(hop.kind)).append(";lr>\r\n");
    return begin;
  };
  const std::size_t first = line_for(to);
  const std::size_t second = line_for(request.from);
  const auto lines = out.view();
  if (lines.substr(first, second - first) == lines.substr(second)) out.resize(second);
}

// The rest of a Route header without those of ours at the front: the one that brought it here, and its twin for the
// other side. `own` is false from the first foreign one on.
std::string_view Server::Inner::without_own_routes(std::string_view value, const Account* caller,
                                                   std::string_view token, bool& own) {
  std::string_view rest = value;
  std::string_view one;
  while (own && next_value(rest, one)) {
    // Both of our lines carry the same token, and in_dialog() has checked it. As we wrote it, it need not be read.
    if (caller == nullptr && begins_with_user(one, token)) continue;
    const auto address = Address::parse(one);
    if (address && (caller != nullptr || address->uri.user == token)) continue;
    own = false;
    return value.substr(static_cast<std::size_t>(one.data() - value.data()));
  }
  return own ? std::string_view{} : value;
}

// RFC 3261 §16.6, in one pass: what does not change is copied from the received bytes.
std::string Server::Inner::copy_for(const Incoming& request, const NextHop& target, const Account* caller, bool record,
                                    std::string_view token) {
  const Message& message = request.message;
  const std::string_view bytes = message.bytes();
  Buffer& out = scratch;
  out.clear();
  std::size_t copied = 0;  // of the bytes
  const auto copy_to = [&](std::size_t at) { out.append(bytes.substr(copied, at - copied)); };
  const auto skip_to = [&](std::size_t from, std::size_t to) {
    copy_to(from);
    copied = to;
  };
  if (!target.uri.empty()) {
    skip_to(message.uri_begin(), message.uri_begin() + message.request_uri().size());
    out.append(target.uri);
  }
  skip_to(message.first_line_end(), message.first_line_end());
  if (record) append_record_route(out, request, target.hop);
  if (!target.route.empty()) out.append("Route: ").append(target.route).append("\r\n");
  bool first_via = true;
  bool own_routes = true;
  for (const auto& line : message.lines()) {
    switch (line.field) {
      case Field::via:
        if (std::exchange(first_via, false)) {
          const auto& via = message.top_via();
          const auto begin = static_cast<std::size_t>(via->text.data() - bytes.data());
          skip_to(begin, begin + via->text.size());
          append_via_with_source(out, *via, request.from);
        }
        break;
      case Field::max_forwards: {
        const auto hops = message.number(Field::max_forwards).value_or(70);
        skip_to(line.value, line.value + line.value_length);
        out.append_number(std::min<std::uint32_t>(hops, 70) - (hops > 0 ? 1 : 0));
        break;
      }
      case Field::route: {
        if (!own_routes) break;
        const auto left = without_own_routes(message.value(line), caller, token, own_routes);
        if (left.empty())
          skip_to(line.begin, line.end);
        else
          skip_to(line.value, static_cast<std::size_t>(left.data() - bytes.data()));
        break;
      }
      case Field::proxy_authorization:  // not for those behind us
      case Field::authorization:
      case Field::p_asserted_identity:  // only we may say it
        skip_to(line.begin, line.end);
        break;
      case Field::other:
      case Field::p_preferred_identity:
        if (request.from.kind != TransportKind::local && is_the_stations_word(message.name(line)))
          skip_to(line.begin, line.end);
        break;
      default:
        break;
    }
  }
  skip_to(message.header_end(), message.header_end());
  if (caller != nullptr)
    out.append("P-Asserted-Identity: <sip:")
        .append(escape_user(caller->name))
        .append('@')
        .append(settings.domain)
        .append(">\r\n");
  if (!message.has(Field::max_forwards)) out.append("Max-Forwards: 70\r\n");
  const auto body = message.body();
  copy_to(static_cast<std::size_t>(body.data() - bytes.data()) + body.size());
  std::string copy;
  copy.reserve(out.size() + room_for_via);
  copy.append(out.view());
  return copy;
}

// RFC 3261 §16.7 step 3: a response goes back without our Via.
std::string Server::Inner::without_own_via(const Message& response) {
  const auto* const line = response.find(Field::via);
  const auto& via = response.top_via();
  const auto body = response.body();
  const auto bytes =
      response.bytes().substr(0, static_cast<std::size_t>(body.data() - response.bytes().data()) + body.size());
  std::string copy;
  copy.reserve(bytes.size());
  if (line == nullptr || !via) return copy.append(bytes);
  // The next one may stand in the same line, behind a comma.
  const auto value = response.value(*line);
  const auto next = value.find_first_not_of(", \t\r\n", static_cast<std::size_t>(via->text.end() - value.begin()));
  const bool alone = next == std::string_view::npos;
  copy.append(bytes.substr(0, alone ? line->begin : line->value));
  copy.append(bytes.substr(alone ? line->end : line->value + next));
  return copy;
}

}  // namespace lintel::sip
