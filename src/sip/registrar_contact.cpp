// What a contact says: which of them are the same one (RFC 3261 §19.1.4, RFC 5626 §6), and where it listens.
#include <algorithm>

#include "base/text.hpp"
#include "sip/grammar.hpp"
#include "sip/registrar.hpp"

namespace lintel::sip {
namespace {

// Feeds the text in lower case.
void add_lower(KeyedHash::Run& run, std::string_view text) {
  std::array<char, 256> usual;
  if (text.size() > usual.size()) {
    run.add(text::lower(text));
    return;
  }
  std::transform(text.begin(), text.end(), usual.begin(), grammar::lower);
  run.add(std::string_view(usual.data(), text.size()));
}

}  // namespace

void ContactParameters::read(std::string_view parameters) {
  values = {};
  grammar::read_parameters(parameters, [this](std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < count; ++i)
      if (names[i].size() == name.size() && !values[i] && grammar::is_lower_of(name, names[i])) values[i] = value;
  });
}

std::uint64_t Registrar::id_of(const Uri& contact, const ContactParameters& parameters) const {
  const auto& instance = parameters.values[ContactParameters::instance];
  const auto& reg_id = parameters.values[ContactParameters::reg_id];
  auto run = hash_.run();
  if (instance && reg_id) return run.add("instance").add(*instance).add(*reg_id).finish() | 1;
  // What RFC 3261 §19.1.4 compares for a contact; header order and odd parameters do not make another phone.
  run.add("uri");
  if (contact.user.find('%') == std::string_view::npos)
    run.add(contact.user);
  else
    run.add(contact.unescaped_user());
  add_lower(run, contact.host);
  run.add(std::uint64_t{contact.port});
  add_lower(run, contact.parameter("transport").value_or(std::string_view{}));
  return run.finish() | 1;
}

void find_direct(Binding& binding, const Uri& uri) {
  binding.direct_port = 0;
  if (is_websocket(binding.kind) || binding.kind == TransportKind::local || !binding.path().empty()) return;
  // Only the host it came from: a contact never makes us send elsewhere.
  if (uri.host != binding.source.host_text().view()) {
    const auto address = SocketAddress::parse(uri.host, uri.port);
    if (!address || !address->same_host(binding.source)) return;
  }
  TransportKind kind = binding.kind;
  if (uri.scheme == Uri::Scheme::sips)
    kind = TransportKind::tls;
  else if (const auto transport = uri.parameter("transport")) {
    const auto named = transport_named(*transport);
    if (!named || is_websocket(*named) || *named == TransportKind::local) return;
    kind = *named;
  }
  const std::uint16_t port = uri.port != 0 ? uri.port : kind == TransportKind::tls ? 5061 : 5060;
  // The very port a connection came from is not one that listens.
  if (is_reliable(kind) && kind == binding.kind && port == binding.source.port()) return;
  binding.direct_port = port;
  binding.direct_kind = kind;
}

}  // namespace lintel::sip
