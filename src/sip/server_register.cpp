// REGISTER: RFC 3261 §10.3, RFC 3327 (Path), RFC 5626 §6. Answered without a transaction.
#include <algorithm>

#include "base/text.hpp"
#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t longest_contact = 1024;

// The header's parameters without those the registrar itself says.
void append_kept_parameters(Buffer& out, const ContactParameters& parameters) {
  for (std::size_t i = 0; i < ContactParameters::kept; ++i) {
    const auto& value = parameters.values[i];
    if (!value) continue;
    out.append(';').append(ContactParameters::names[i]);
    if (value->empty()) continue;
    const bool quoted = value->find_first_of("<>,; ") != std::string_view::npos;
    out.append(quoted ? "=\"" : "=").append(*value).append(quoted ? "\"" : "");
  }
}

}  // namespace

void Server::Inner::register_(const Incoming& request) {
  const Message& message = request.message;
  const Account* account = authenticate(request);
  if (account == nullptr) return;
  const auto& to = message.to();
  const auto& from = message.from();
  if (!to || !from || !to->uri.is_sip() || !from->uri.is_sip()) return core.reply(request, 400, "Not A SIP Address");
  if (!same_account(*account, to->uri.user) || !same_account(*account, from->uri.user))
    return core.reply(request, 403, "Not Your Address");
  for (const auto token : message.list(Field::require)) {  // nearly none has one
    if (text::equals_ignoring_case(token, "path") || text::equals_ignoring_case(token, "outbound")) continue;
    auto response = Builder::response(message, request.from, 420, {}, core.reply_tag(request).view());
    response.add("Unsupported", token);
    return core.reply(request, response);
  }
  const Monotonic now = core.clock().monotonic();
  if (update_bindings(request, *account, now)) answer_register(request, *account, now);
}

bool Server::Inner::update_bindings(const Incoming& request, const Account& account, Monotonic now) {
  const Message& message = request.message;
  const auto& cseq = message.cseq();
  const auto refuse = [&](int status, std::string_view reason = {}) {
    core.reply(request, status, reason);
    return false;
  };
  const auto in_header = message.number(Field::expires);
  if (message.has(Field::expires) && !in_header) return refuse(400, "Bad Expires");
  const auto stale = [&](const Binding& known) {
    return cseq->number < known.cseq && known.call_id() == message.call_id();
  };
  contacts.clear();
  message.for_each(Field::contact, [this](std::string_view value) { contacts.push_back({.text = value}); });
  if (contacts.size() == 1 && contacts.front().text == "*") {
    if (in_header != 0U) return refuse(400, "Expires Must Be 0 With *");
    for (const Binding* known : registrar.of(account.name))
      if (stale(*known)) return refuse(500, "Out Of Order");
    registrar.remove_all(account.name);
    return true;
  }
  if (contacts.size() > account.contacts) return refuse(403, "Too Many Contacts");
  // First look at all, then change all: a refused request changes nothing.
  for (auto& one : contacts) {
    if (one.text == "*" || one.text.size() > longest_contact || !one.address.read(one.text))
      return refuse(400, "Bad Contact");
    if (!one.address.uri.is_sip()) return refuse(400, "Contact Is Not SIP");
    Duration expiry = in_header ? Duration(std::chrono::seconds(*in_header)) : settings.default_expiry;
    one.parameters.read(one.address.parameters);
    if (const auto given = one.parameters.expires()) {
      const auto seconds = text::to_unsigned(*given);
      if (seconds) expiry = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 0xffffffffU));
    }
    if (expiry > Duration::zero() && expiry < settings.minimum_expiry) {
      auto response = Builder::response(message, request.from, 423, {}, core.reply_tag(request).view());
      response.add("Min-Expires", static_cast<std::uint64_t>(
                                      std::chrono::ceil<std::chrono::seconds>(settings.minimum_expiry).count()));
      core.reply(request, response);
      return false;
    }
    one.id = registrar.id_of(one.address.uri, one.parameters);
    if (const Binding* known = registrar.find(account.name, one.id, now); known != nullptr && stale(*known))
      return refuse(500, "Out Of Order");
    one.expiry = std::min(expiry, settings.maximum_expiry);
  }
  std::string path;
  message.for_each(Field::path, [&](std::string_view value) { path.append(path.empty() ? "" : ", ").append(value); });
  if (path.size() > longest_contact) return refuse(400, "Path Too Long");
  for (const auto& one : contacts) {
    if (one.expiry <= Duration::zero()) {
      registrar.remove(account.name, one.id);
      continue;
    }
    scratch.clear();
    append_kept_parameters(scratch, one.parameters);
    const Registrar::Contact contact{
        one.id,
        {account.name, one.address.uri.text, scratch.view(), message.call_id().substr(0, 256), path,
         message.value(Field::user_agent).substr(0, 128)},
        one.address.uri,
        request.from,
        cseq->number,
        now,
        one.expiry};
    if (!registrar.put(contact, account.contacts)) return refuse(503, "No Room For More Registrations");
  }
  return true;
}

void Server::Inner::answer_register(const Incoming& request, const Account& account, Monotonic now) {
  const Message& message = request.message;
  const auto tag = core.reply_tag(request);
  auto response = Builder::response(message, request.from, 200, {}, tag.view());
  bool outbound = false;
  registrar.for_each(account.name, now, [&](const Binding& binding) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(binding.expires - now).count();
    response.open("Contact");
    response.out().append('<').append(binding.contact()).append('>').append(binding.parameters());
    response.out().append(";expires=").append_number(static_cast<std::uint64_t>(left));
    response.close();
    outbound = outbound || parameter(binding.parameters(), "reg-id");
  });
  if (message.has(Field::path)) response.copy(message, Field::path);
  if (outbound && message.lists(Field::supported, "outbound")) response.add("Require", "outbound");
  core.reply(request, response);
}

}  // namespace lintel::sip
