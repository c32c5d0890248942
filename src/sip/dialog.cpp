#include "sip/dialog.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t longest_display_name = 64;

// The URI of one Route value, "<sip:proxy;lr>" → "sip:proxy;lr".
std::string_view uri_of(std::string_view route) {
  const auto address = Address::parse(route);
  return address ? address->uri.text : std::string_view{};
}

bool is_loose(std::string_view route) {
  const auto address = Address::parse(route);
  return address && address->uri.has("lr");
}

}  // namespace

std::string without_parameters(const Address& address) {
  std::string out(text::trim(address.display));
  if (!out.empty()) out += ' ';
  return out + "<" + std::string(address.uri.text) + ">";
}

std::string name_addr(std::string_view display_name, std::string_view uri) {
  std::string out;
  out.reserve(uri.size() + 2);
  if (!display_name.empty() && text::valid_utf8(display_name)) {
    out = "\"";
    std::size_t written = 0;
    for (const char c : display_name) {
      const bool starts_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      if (starts_character && written++ == longest_display_name) break;
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) continue;
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += "\" ";
  }
  out.append("<").append(uri).append(">");
  return out;
}

std::optional<Dialog> Dialog::of_response(const Message& response, std::string_view target_so_far) {
  const auto from = response.from();
  const auto to = response.to();
  const auto cseq = response.cseq();
  if (!from || !to || !cseq || to->tag.empty()) return std::nullopt;
  Dialog dialog;
  dialog.call_id = response.call_id();
  dialog.local = without_parameters(*from);
  dialog.local_tag = from->tag;
  dialog.remote = without_parameters(*to);
  dialog.remote_tag = to->tag;
  dialog.local_cseq = cseq->number;
  const auto contact = response.contact();
  dialog.remote_target = contact && contact->uri.is_sip() ? contact->uri.text : target_so_far;
  for (const auto route : response.list(Field::record_route)) dialog.routes.emplace_back(route);
  std::reverse(dialog.routes.begin(), dialog.routes.end());
  return dialog;
}

std::optional<Dialog> Dialog::of_request(const Message& request, std::string_view local_tag) {
  const auto from = request.from();
  const auto to = request.to();
  const auto cseq = request.cseq();
  const auto contact = request.contact();
  if (!from || !to || !cseq || !contact || !contact->uri.is_sip()) return std::nullopt;
  Dialog dialog;
  dialog.call_id = request.call_id();
  dialog.local = without_parameters(*to);
  dialog.local_tag = local_tag;
  dialog.remote = without_parameters(*from);
  dialog.remote_tag = from->tag;
  dialog.remote_target = contact->uri.text;
  dialog.remote_cseq = cseq->number;
  for (const auto route : request.list(Field::record_route)) dialog.routes.emplace_back(route);
  return dialog;
}

Builder Dialog::request(std::string_view method, std::optional<std::uint32_t> cseq) {
  const std::uint32_t number = cseq ? *cseq : ++local_cseq;
  const bool strict = !routes.empty() && !is_loose(routes.front());
  auto builder = Builder::request(method, strict ? uri_of(routes.front()) : std::string_view(remote_target));
  builder.add("Max-Forwards", std::uint64_t{70});
  for (std::size_t at = strict ? 1 : 0; at < routes.size(); ++at) builder.add("Route", routes[at]);
  // RFC 3261 §12.2.1.1: a strict router takes the target from the last Route.
  if (strict) builder.add("Route", "<" + remote_target + ">");
  builder.open("From").out().append(local).append(";tag=").append(local_tag);
  builder.close().open("To").out().append(remote);
  if (!remote_tag.empty()) builder.out().append(";tag=").append(remote_tag);
  builder.close().add("Call-ID", call_id);
  builder.open("CSeq").out().append_number(number).append(' ').append(method);
  builder.close();
  return builder;
}

bool Dialog::accepts(const Message& request) {
  const auto cseq = request.cseq();
  if (!cseq || (remote_cseq && cseq->number <= *remote_cseq)) return false;
  remote_cseq = cseq->number;
  if (request.method() == Method::invite || request.method() == Method::update) {
    take_target(request);
  }
  return true;
}

void Dialog::take_target(const Message& message) {
  if (const auto contact = message.contact(); contact && contact->uri.is_sip()) remote_target = contact->uri.text;
}

}  // namespace lintel::sip
