// What two user agents share after an INVITE: RFC 3261 §12. A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/builder.hpp"
#include "sip/message.hpp"

namespace lintel::sip {

struct Dialog {
  std::string call_id;
  std::string local;  // name-addr of ours, without tag
  std::string local_tag;
  std::string remote;  // of the peer, without tag
  std::string remote_tag;
  std::string remote_target;        // the peer's Contact URI
  std::vector<std::string> routes;  // Route values in the order to send
  std::uint32_t local_cseq = 0;
  std::optional<std::uint32_t> remote_cseq;  // nothing until the peer's first request

  // §12.1.2, from a response to our INVITE. Nothing without a To tag. A missing Contact keeps `target_so_far`.
  [[nodiscard]] static std::optional<Dialog> of_response(const Message& response, std::string_view target_so_far);
  // §12.1.1, from an INVITE to us. Nothing when From or Contact is unusable.
  [[nodiscard]] static std::optional<Dialog> of_request(const Message& request, std::string_view local_tag);

  // A request within the dialog (§12.2.1.1), with Request-URI, Max-Forwards, From, To, Call-ID, CSeq, Route. ACK has
  // the number of its INVITE: give it; every other method counts up.
  [[nodiscard]] Builder request(std::string_view method, std::optional<std::uint32_t> cseq = std::nullopt);
  // The URI whose host is the next neighbour: the first route, else the remote target.
  [[nodiscard]] const std::string& next_hop_uri() const { return routes.empty() ? remote_target : routes.front(); }
  // §12.2.2: false when the request is older than one already seen (answer 500). Keeps the number, and the new Contact
  // of a target refresh (re-INVITE, UPDATE).
  [[nodiscard]] bool accepts(const Message& request);
  // The Contact of a target refresh or of a 2xx to ours (§12.2.1.2), where it has one that can be called.
  void take_target(const Message& message);
};

// "<sip:8001@VDP>" or "\"Door\" <sip:8001@VDP>"; the name is quoted and bounded.
[[nodiscard]] std::string name_addr(std::string_view display_name, std::string_view uri);
// A name-addr value without its header parameters, as kept in a dialog.
[[nodiscard]] std::string without_parameters(const Address& address);

}  // namespace lintel::sip
