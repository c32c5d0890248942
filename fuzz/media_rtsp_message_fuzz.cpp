// What comes in on an RTSP connection (src/media/rtsp_message.cpp), read as the server reads it: one input after the
// other, each request's address, transport, session and credentials with it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "media/rtsp_access.hpp"
#include "media/rtsp_message.hpp"
#include "media/rtsp_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::media;
  static const RtspAccess access = [] {
    RtspAccess made("Lintel");
    made.set_accounts({{"door", std::string(32, 'a')}});
    return made;
  }();
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (true) {
    const RtspInput input = read_rtsp(rest);
    if (input.kind == RtspInput::Kind::partial || input.kind == RtspInput::Kind::broken) break;
    if (input.size == 0 || input.size > rest.size()) std::abort();
    if (input.kind == RtspInput::Kind::packet) {
      (void)is_report(input.packet);
    } else {
      const RtspRequest& request = input.request;
      if (request.headers.size() > rtsp_header_limit || request.body.size() > rtsp_body_limit) std::abort();
      if (const auto address = split_rtsp_uri(request.uri)) (void)parse_rtsp_path(address->path, address->query);
      for (const bool encrypted : {false, true}) {
        const auto transport = choose_rtsp_transport(request.header("Transport"), encrypted);
        if (transport && !transport->tcp && (encrypted || transport->rtp_port == 0 || transport->rtcp_port == 0))
          std::abort();
      }
      (void)rtsp_session_id(request.header("Session"));
      if (access.check(request, "192.0.2.1", {}, {}).proof == RtspAccess::Proof::right) std::abort();
    }
    rest.remove_prefix(input.size);
  }
  return 0;
}
