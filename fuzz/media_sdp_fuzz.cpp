// Session descriptions of strangers: whatever comes must be refused or understood, and what is written must be read
// again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "media/encryption.hpp"
#include "media/sdp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::media;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const lintel::Result<sdp::Description> read = sdp::parse(text);
  (void)sdp::kind_of(text).ok();
  (void)sdp::check_webrtc(text).ok();
  (void)is_encrypted(text);
  if (!read) return 0;
  sdp::LocalDescription local;
  local.session_id = "1";
  local.address = "192.0.2.1";
  for (const sdp::Media& media : read.value().media) {
    const auto encrypted = to_be_encrypted(media, Encryption::compulsory, true);
    if (encrypted.ok() && !*encrypted) __builtin_trap();
    for (const sdp::Format& format : media.formats) {
      (void)sdp::is_usable_h264(format);
      (void)sdp::parameter(format, "packetization-mode");
    }
    sdp::LocalMedia line;
    line.kind = "audio";
    line.port = 4000;
    line.formats = {*sdp::standard_format(AudioCodec::opus)};
    line.cryptos = media.cryptos;
    local.media.push_back(line);
  }
  if (!sdp::parse(sdp::write(local))) __builtin_trap();
  return 0;
}
