#include "media/sdp.hpp"

#include <gst/sdp/gstsdpmessage.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/gobject.hpp"
#include "base/text.hpp"

namespace lintel::media {

bool sends(Direction direction) {
  return direction == Direction::send_only || direction == Direction::send_receive;
}
bool receives(Direction direction) {
  return direction == Direction::receive_only || direction == Direction::send_receive;
}

Direction answer_to(Direction offered, Direction wanted) {
  const bool send = receives(offered) && sends(wanted);
  const bool receive = sends(offered) && receives(wanted);
  if (send) return receive ? Direction::send_receive : Direction::send_only;
  return receive ? Direction::receive_only : Direction::inactive;
}

namespace sdp {
namespace {

using Message = Handle<GstSDPMessage, gst_sdp_message_free>;

constexpr std::size_t line_limit = 1000;
constexpr std::size_t parameters_limit = 512;
constexpr std::size_t attribute_limit = 512;  // of one media line

Error invalid(std::string why) {
  return {ErrorCode::invalid, "The session description " + std::move(why), "sdp", {}, {}};
}

struct StaticFormat {
  int payload_type;
  const char* encoding;
  int clock_rate;
};
constexpr std::array<StaticFormat, 4> static_formats{{// RFC 3551 §6
                                                      {0, "PCMU", 8000},
                                                      {8, "PCMA", 8000},
                                                      {9, "G722", 8000},
                                                      {34, "H263", 90000}}};

Result<Message> read(std::string_view text) {
  if (text.size() > size_limit) return invalid("is too long.");
  if (text.size() < 5 || text.substr(0, 2) != "v=") return invalid("does not begin with v=.");
  std::size_t lines = 0;
  std::size_t media = 0;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    start = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    // GstSDP reads line by line into the media of the moment and trusts the order; what it does not check is checked
    // here.
    if (line.size() < 2 || line[1] != '=' || line.size() > 4096) return invalid("has a line that is none.");
    if (line.find('\0') != std::string_view::npos) return invalid("holds a zero byte.");
    if (line.substr(0, 2) == "m=" && ++media > media_limit) return invalid("has too many media lines.");
    if (++lines > line_limit) return invalid("has too many lines.");
  }
  GstSDPMessage* raw = nullptr;
  if (gst_sdp_message_new(&raw) != GST_SDP_OK) return invalid("could not be read.");
  Message message(raw);
  // GstSDP reads a C string: give it an ending of its own.
  const std::string bounded(text);
  if (gst_sdp_message_parse_buffer(reinterpret_cast<const guint8*>(bounded.data()), static_cast<guint>(bounded.size()),
                                   message.get()) != GST_SDP_OK) {
    return invalid("is not well formed.");
  }
  return message;
}

std::optional<int> number(std::string_view text, int minimum, int maximum) {
  const std::optional<std::uint64_t> value = text::to_unsigned(text);
  if (!value || *value < static_cast<std::uint64_t>(minimum) || *value > static_cast<std::uint64_t>(maximum)) {
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

std::string_view view(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

std::optional<Direction> direction_named(std::string_view name) {
  if (name == "sendrecv") return Direction::send_receive;
  if (name == "sendonly") return Direction::send_only;
  if (name == "recvonly") return Direction::receive_only;
  if (name == "inactive") return Direction::inactive;
  return std::nullopt;
}

// "8 PCMA/8000/1"
void apply_rtpmap(Format& format, std::string_view map) {
  const auto parts = text::split(map, '/');
  if (parts.size() < 2) return;
  const std::optional<int> rate = number(text::trim(parts[1]), 1, 1'000'000);
  if (!rate || parts[0].size() > 32) return;
  format.encoding = text::upper(text::trim(parts[0]));
  format.clock_rate = *rate;
  if (parts.size() > 2) format.channels = number(text::trim(parts[2]), 1, 8).value_or(1);
}

// "2^20" or "1048576" packets: what the peer sends by this key, before it offers another (RFC 4568 §6.1).
bool is_lifetime(std::string_view text) {
  constexpr int most = 48;  // as a power of two, §6.2
  if (text.starts_with("2^")) return number(text.substr(2), 0, most).has_value();
  const std::optional<std::uint64_t> packets = text::to_unsigned(text);
  return packets && !text.starts_with('0') && *packets <= std::uint64_t{1} << most;
}

// A parameter may be left alone where it says so, or is a hint alone: how much disorder a receiver is to bear. Any
// other changes what the packets are: sent in the clear, with other keys, with redundancy (RFC 4568 §6.3).
bool may_be_ignored(std::string_view parameter) {
  return parameter.starts_with('-') || text::equals_ignoring_case(parameter.substr(0, 4), "WSH=");
}

// "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31|1:4 WSH=64"
std::optional<Crypto> read_crypto(std::string_view value) {
  auto parts = text::split(value, ' ');
  std::erase(parts, std::string_view());
  if (parts.size() < 3) return std::nullopt;
  const std::optional<int> tag = number(parts[0], 0, 999'999'999);
  if (!tag) return std::nullopt;
  if (parts[1] != "AES_CM_128_HMAC_SHA1_80" && parts[1] != "AES_CM_128_HMAC_SHA1_32") return std::nullopt;
  std::string_view key = parts[2];
  if (key.substr(0, 7) != "inline:") return std::nullopt;
  key.remove_prefix(7);
  if (key.find(';') != std::string_view::npos) return std::nullopt;  // several master keys: not supported
  // Behind the key a lifetime may stand, and an MKI: that would be in each packet, and is not supported.
  const auto key_parts = text::split(key, '|');
  if (key_parts.size() > 2 || (key_parts.size() == 2 && !is_lifetime(key_parts[1]))) return std::nullopt;
  if (!std::all_of(parts.begin() + 3, parts.end(), may_be_ignored)) return std::nullopt;
  std::optional<std::string> bytes = bytes::from_base64(key_parts[0]);
  if (!bytes || bytes->size() != 30) return std::nullopt;
  return Crypto{*tag, std::string(parts[1]), std::move(*bytes)};
}

void read_formats(const GstSDPMedia& line, Media& media) {
  for (guint index = 0; index < gst_sdp_media_formats_len(&line) && index < format_limit; ++index) {
    const std::string_view name = view(gst_sdp_media_get_format(&line, index));
    media.raw_formats.emplace_back(name.substr(0, 64));
    const std::optional<int> payload_type = number(name, 0, 127);
    if (!payload_type) continue;
    Format format;
    format.payload_type = *payload_type;
    for (const StaticFormat& known : static_formats) {
      if (known.payload_type != *payload_type) continue;
      format.encoding = known.encoding;
      format.clock_rate = known.clock_rate;
    }
    media.formats.push_back(std::move(format));
  }
}

// "foundation component transport priority address port typ …"
void read_candidate(std::string_view value, Media& media) {
  const auto parts = text::split(text::trim(value), ' ');
  if (parts.size() < 8 || parts[1] != "1" || !text::equals_ignoring_case(parts[2], "udp")) return;
  const std::string_view address = parts[4];
  const bool numeric =
      address.size() <= 45 && address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
  const std::optional<int> port = number(parts[5], 1, 65535);
  if (numeric && port && media.candidates.size() < candidate_limit) {
    media.candidates.push_back({std::string(address), *port});
  }
}

bool is_compared(std::string_view fingerprint) {
  return text::equals_ignoring_case(fingerprint.substr(0, fingerprint.find(' ')), "sha-256");
}

void read_attribute(std::string_view key, std::string_view value, Media& media) {
  if (const std::optional<Direction> direction = direction_named(key)) {
    media.direction = *direction;
  } else if (key == "rtpmap" || key == "fmtp") {
    const std::size_t space = value.find(' ');
    if (space == std::string_view::npos) return;
    const std::optional<int> payload_type = number(value.substr(0, space), 0, 127);
    if (!payload_type) return;
    for (Format& format : media.formats) {
      if (format.payload_type != *payload_type) continue;
      if (key == "rtpmap") {
        apply_rtpmap(format, text::trim(value.substr(space + 1)));
      } else if (value.size() <= parameters_limit) {
        format.parameters = text::trim(value.substr(space + 1));
      }
    }
  } else if (key == "crypto") {
    media.has_crypto = true;
    if (media.cryptos.size() >= crypto_limit) return;
    if (std::optional<Crypto> crypto = read_crypto(value)) media.cryptos.push_back(std::move(*crypto));
  } else if (key == "rtcp") {  // RFC 3605: "53020 IN IP4 126.16.64.4"; the address is the media's, for ours
    if (const std::optional<int> port = number(value.substr(0, value.find(' ')), 1, 65535)) media.rtcp_port = *port;
  } else if (key == "ptime") {
    if (const std::optional<int> time = number(value, 5, 200)) media.packet_milliseconds = *time;
  } else if (key == "rtcp-mux") {
    media.rtcp_mux = true;
  } else if (key == "bundle-only") {  // RFC 8843 §6: a port of zero that refuses nothing, for who bundles: WebRTC here
    if (media.port == 0 && media.protocol.find("TLS") != std::string::npos) media.port = 9;
  } else if (key == "fingerprint") {
    media.has_fingerprint = true;
    // Of several (RFC 8122 §5) the one that is compared here.
    if (is_compared(value) || !is_compared(media.fingerprint)) media.fingerprint = std::string(value.substr(0, 256));
  } else if (key == "ice-ufrag") {
    media.has_ice = true;
    media.ice_user = std::string(value.substr(0, 300));
  } else if (key == "ice-pwd") {
    media.ice_password = std::string(value.substr(0, 300));
  } else if (key == "candidate") {
    read_candidate(value, media);
  } else if (key == "mid") {
    media.mid = std::string(value.substr(0, 64));
  } else if (key == "setup") {
    media.setup = std::string(value.substr(0, 32));
  }
}

std::string connection_address(const GstSDPConnection* connection) {
  if (connection == nullptr) return {};
  std::string_view address = view(connection->address);
  address = address.substr(0, address.find('/'));  // multicast's time to live
  if (address.size() > 255 || !text::printable(address)) return {};
  return std::string(address);
}

}  // namespace

Result<Description> parse(std::string_view text) {
  LINTEL_TRY(const Message message, read(text));
  Description description;
  if (const GstSDPOrigin* origin = gst_sdp_message_get_origin(message.get()); origin != nullptr) {
    description.session_id = std::string(view(origin->sess_id).substr(0, 64));
    description.version = text::to_unsigned(view(origin->sess_version)).value_or(0);
  }
  Media session;  // what the session level says holds for each media line that says nothing
  for (guint index = 0; index < gst_sdp_message_attributes_len(message.get()) && index < attribute_limit; ++index) {
    const GstSDPAttribute* attribute = gst_sdp_message_get_attribute(message.get(), index);
    const std::string_view key = view(attribute->key);
    if (direction_named(key) || key == "fingerprint" || key == "ice-ufrag" || key == "ice-pwd" || key == "setup") {
      read_attribute(key, view(attribute->value), session);
    }
    if (key == "ice-lite") description.ice_lite = true;
    if (key == "group" && view(attribute->value).substr(0, 7) == "BUNDLE ") {
      for (const std::string_view mid : text::split(view(attribute->value).substr(7), ' ')) {
        if (!mid.empty() && description.bundle.size() < media_limit) description.bundle.emplace_back(mid.substr(0, 64));
      }
    }
  }
  session.address = connection_address(gst_sdp_message_get_connection(message.get()));
  const guint count = gst_sdp_message_medias_len(message.get());
  if (count == 0) return invalid("has no media line.");
  for (guint index = 0; index < count && index < media_limit; ++index) {
    const GstSDPMedia& line = *gst_sdp_message_get_media(message.get(), index);
    Media media;
    media.direction = session.direction;
    media.has_fingerprint = session.has_fingerprint;
    media.has_ice = session.has_ice;
    media.ice_user = session.ice_user;
    media.ice_password = session.ice_password;
    media.fingerprint = session.fingerprint;
    media.setup = session.setup;
    media.address = session.address;
    media.kind = std::string(view(gst_sdp_media_get_media(&line)).substr(0, 32));
    media.protocol = std::string(view(gst_sdp_media_get_proto(&line)).substr(0, 64));
    const guint port = gst_sdp_media_get_port(&line);
    if (port > 65535) return invalid("has a port above 65535.");
    media.port = static_cast<int>(port);
    if (gst_sdp_media_connections_len(&line) > 0) {
      media.address = connection_address(gst_sdp_media_get_connection(&line, 0));
    }
    read_formats(line, media);
    for (guint at = 0; at < gst_sdp_media_attributes_len(&line) && at < attribute_limit; ++at) {
      const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(&line, at);
      read_attribute(view(attribute->key), view(attribute->value), media);
    }
    // Hold as RFC 2543 knew it: the address of nowhere.
    if (media.address == "0.0.0.0" && !media.has_ice && receives(media.direction)) {
      media.direction = sends(media.direction) ? Direction::send_only : Direction::inactive;
    }
    if (media.rtcp_port == 0 && media.port > 0) media.rtcp_port = std::min(media.port + 1, 65535);
    std::erase_if(media.formats, [](const Format& format) { return format.encoding.empty(); });
    description.media.push_back(std::move(media));
  }
  return description;
}

Result<LegKind> kind_of(std::string_view offer) {
  LINTEL_TRY(const Description description, parse(offer));
  bool plain = false;
  for (const Media& media : description.media) {
    if (media.kind != "audio" && media.kind != "video") continue;
    if (media.protocol.find("TLS") != std::string::npos) {
      if (media.has_fingerprint && media.has_ice) return LegKind::webrtc;
    } else if (media.protocol == "RTP/SAVP" || media.protocol == "RTP/SAVPF") {
      if (!media.cryptos.empty()) return LegKind::sdes_srtp;
      if (media.has_fingerprint && media.has_ice) return LegKind::webrtc;
    } else if (media.protocol == "RTP/AVP" || media.protocol == "RTP/AVPF") {
      plain = true;
    }
  }
  if (plain) return LegKind::plain_rtp;
  return invalid("offers no transport that is known here (RTP, SRTP with a key, or WebRTC).");
}

}  // namespace sdp
}  // namespace lintel::media
