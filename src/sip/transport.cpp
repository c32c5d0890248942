#include "sip/transport.hpp"

#include "base/text.hpp"

namespace lintel::sip {

std::string_view via_name_of(TransportKind kind) {
  switch (kind) {
    case TransportKind::udp:
      return "UDP";
    case TransportKind::tcp:
      return "TCP";
    case TransportKind::tls:
      return "TLS";
    case TransportKind::ws:
      return "WS";
    case TransportKind::wss:
      return "WSS";
    case TransportKind::local:
      return "TCP";
  }
  return "UDP";
}

std::string_view parameter_name_of(TransportKind kind) {
  switch (kind) {
    case TransportKind::udp:
      return "udp";
    case TransportKind::tcp:
      return "tcp";
    case TransportKind::tls:
      return "tls";
    case TransportKind::ws:
    case TransportKind::wss:
      return "ws";  // RFC 7118 §5: the parameter is `ws` for both
    case TransportKind::local:
      return "tcp";
  }
  return "udp";
}

std::optional<TransportKind> transport_named(std::string_view name) {
  for (const auto kind : {TransportKind::udp, TransportKind::tcp, TransportKind::tls, TransportKind::ws,
                          TransportKind::wss, TransportKind::local})
    if (text::equals_ignoring_case(name, kind == TransportKind::local ? "LOCAL" : via_name_of(kind))) return kind;
  return std::nullopt;
}

}  // namespace lintel::sip
