#include "media/encryption.hpp"

namespace lintel::media {
namespace {

Error no_use(const char* message) {
  return {ErrorCode::invalid, message, "sdp", {}, {}};
}

}  // namespace

Result<bool> to_be_encrypted(const sdp::Media& remote, Encryption wanted, bool answered) {
  const bool secure = remote.protocol == "RTP/SAVP" || remote.protocol == "RTP/SAVPF";
  if (!secure && remote.protocol != "RTP/AVP" && remote.protocol != "RTP/AVPF") {
    return no_use("The transport of the peer is not known here.");
  }
  if ((secure || wanted != Encryption::off) && !remote.cryptos.empty()) return true;
  if (wanted == Encryption::compulsory) {
    return Error{ErrorCode::denied, "The call is not encrypted, and this station insists on it.", "sdp", {}, {}};
  }
  // What the peer encrypts by a key that cannot be read would be noise. Beside an offer of plain RTP it is a wish.
  if (secure || (answered && remote.has_crypto)) return no_use("The peer gave no key that this station understands.");
  return false;
}

bool is_encrypted(std::string_view description) {
  const Result<sdp::Description> read = sdp::parse(description);
  if (!read) return false;
  for (const char* kind : {"audio", "video"}) {
    bool spoken = false;
    for (const sdp::Media& media : read->media) {
      if (media.kind != kind || media.port == 0) continue;
      if (!media.cryptos.empty() || media.has_fingerprint) return true;
      spoken = true;
    }
    if (spoken) return false;
  }
  return false;
}

}  // namespace lintel::media
