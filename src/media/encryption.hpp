// Whether a call by plain RTP or SDES-SRTP (RFC 4568) is encrypted: what the setting wants, and what the peer says. Any
// thread.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "media/sdp.hpp"

namespace lintel::media {

// What such a leg does about it (C21). WebRTC legs are always encrypted.
//   off         RTP/AVP without keys is offered; who offers RTP/SAVP with keys is still answered so
//   optional    keys stand beside RTP/AVP: the peer that takes one speaks encrypted, any other plain
//   compulsory  RTP/SAVP is offered, and what brings no key is refused
enum class Encryption { off, optional, compulsory };

// Whether the line that a peer offers, or answers to ours (`answered`), is to be encrypted. Errors: denied (it is not,
// and that is compulsory), invalid (it is, by a key or transport that nobody here understands).
[[nodiscard]] Result<bool> to_be_encrypted(const sdp::Media& remote, Encryption wanted, bool answered);

// Whether the sound of this offer or answer (its picture, where it has no sound) comes with a key of ours to speak, or
// with a DTLS fingerprint. False for what cannot be read.
[[nodiscard]] bool is_encrypted(std::string_view description);

}  // namespace lintel::media
