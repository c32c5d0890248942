// REGISTER: RFC 3261 §10.3, RFC 3327 (Path), RFC 5626 §6. Answered without a transaction.
#include <algorithm>

#include "base/text.hpp"
#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t longest_contact = 1024;

// The header's parameters without those the registrar itself says.
std::string kept_parameters(std::string_view parameters) {
  std::string result;
  for (const std::string_view name : {"q", "+sip.instance", "reg-id", "methods", "+sip.ice"})
    if (const auto value = parameter(parameters, name)) {
      result.append(";").append(name);
      if (value->empty()) continue;
      const bool quoted = value->find_first_of("<>,; ") != std::string_view::npos;
      result.append(quoted ? "=\"" : "=").append(*value).append(quoted ? "\"" : "");
    }
  return result;
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
  for (const auto token : message.list(Field::require)) {
    if (text::equals_ignoring_case(token, "path") || text::equals_ignoring_case(token, "outbound")) continue;
    auto response = Builder::response(message, request.from, 420, {}, core.reply_tag(request));
    response.add("Unsupported", token);
    return core.reply(request, response.finish());
  }
  if (update_bindings(request, *account)) answer_register(request, *account);
}

bool Server::Inner::update_bindings(const Incoming& request, const Account& account) {
  const Message& message = request.message;
  const auto contacts = message.list(Field::contact);
  const auto& cseq = message.cseq();
  const auto refuse = [&](int status, std::string_view reason = {}) {
    core.reply(request, status, reason);
    return false;
  };
  if (message.has(Field::expires) && !message.number(Field::expires)) return refuse(400, "Bad Expires");
  const auto in_header = message.number(Field::expires);
  const Monotonic now = core.clock().monotonic();
  const auto stale = [&](const Binding& known) {
    return known.call_id == message.call_id() && cseq->number < known.cseq;
  };
  if (contacts.size() == 1 && contacts.front() == "*") {
    if (in_header != 0U) return refuse(400, "Expires Must Be 0 With *");
    for (const Binding* known : registrar.of(account.name))
      if (stale(*known)) return refuse(500, "Out Of Order");
    registrar.remove_all(account.name);
    return true;
  }
  if (contacts.size() > account.contacts) return refuse(403, "Too Many Contacts");
  // First look at all, then change all: a refused request changes nothing.
  struct Wanted {
    Address address;
    std::uint64_t id;
    Duration expiry;
  };
  std::vector<Wanted> wanted;
  for (const auto value : contacts) {
    const auto address = Address::parse(value);
    if (!address || value == "*" || value.size() > longest_contact) return refuse(400, "Bad Contact");
    if (!address->uri.is_sip()) return refuse(400, "Contact Is Not SIP");
    Duration expiry = in_header ? Duration(std::chrono::seconds(*in_header)) : settings.default_expiry;
    if (const auto given = address->parameter("expires")) {
      const auto seconds = text::to_unsigned(*given);
      if (seconds) expiry = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 0xffffffffU));
    }
    if (expiry > Duration::zero() && expiry < settings.minimum_expiry) {
      auto response = Builder::response(message, request.from, 423, {}, core.reply_tag(request));
      response.add("Min-Expires", static_cast<std::uint64_t>(
                                      std::chrono::ceil<std::chrono::seconds>(settings.minimum_expiry).count()));
      core.reply(request, response.finish());
      return false;
    }
    const auto id = registrar.id_of(*address);
    if (const Binding* known = registrar.find(account.name, id); known != nullptr && stale(*known))
      return refuse(500, "Out Of Order");
    wanted.push_back({*address, id, std::min(expiry, settings.maximum_expiry)});
  }
  for (const auto& one : wanted) {
    if (one.expiry <= Duration::zero()) {
      registrar.remove(account.name, one.id);
      continue;
    }
    Binding binding;
    binding.id = one.id;
    binding.contact = one.address.uri.text;
    binding.parameters = kept_parameters(one.address.parameters);
    binding.call_id = message.call_id().substr(0, 256);
    binding.cseq = cseq->number;
    binding.user_agent = message.value(Field::user_agent).substr(0, 128);
    if (message.has(Field::path))
      for (const auto value : message.list(Field::path))
        binding.path.append(binding.path.empty() ? "" : ", ").append(value);
    if (binding.path.size() > longest_contact) return refuse(400, "Path Too Long");
    binding.hop = request.from;
    binding.refreshed = now;
    binding.expires = now + one.expiry;
    Registrar::find_direct(binding);
    if (!registrar.put(account.name, std::move(binding), account.contacts))
      return refuse(503, "No Room For More Registrations");
  }
  return true;
}

void Server::Inner::answer_register(const Incoming& request, const Account& account) {
  auto response = Builder::response(request.message, request.from, 200, {}, core.reply_tag(request));
  const Monotonic now = core.clock().monotonic();
  bool outbound = false;
  std::string contact;
  registrar.for_each(account.name, [&](const Binding& binding) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(binding.expires - now).count();
    contact.assign("<").append(binding.contact).append(">").append(binding.parameters);
    response.add("Contact", contact.append(";expires=").append(std::to_string(left)));
    outbound = outbound || parameter(binding.parameters, "reg-id").has_value();
  });
  if (request.message.has(Field::path)) response.copy(request.message, Field::path);
  if (outbound && request.message.lists(Field::supported, "outbound")) response.add("Require", "outbound");
  core.reply(request, response.finish());
}

}  // namespace lintel::sip
