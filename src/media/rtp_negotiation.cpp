// What a plain or SDES-SRTP leg and its peer agree on: offers, answers, and keys (RFC 3264, RFC 4568). What then flows
// is rtp_session.cpp's, and goes through rtp_pipeline.cpp's elements.
#include <gio/gio.h>

#include <algorithm>

#include "base/addresses.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/rtp_session.hpp"

namespace lintel::media {
namespace {

constexpr int event_type_8000 = 101;
constexpr int event_type_48000 = 97;
const char* const our_suite = "AES_CM_128_HMAC_SHA1_80";

Error refused(std::string message) {
  return {ErrorCode::invalid, std::move(message), "sdp", {}, {}};
}

// Where media may be sent: a numeric unicast address. Names would have to be looked up, which could wait.
sdp::Format event_format(int payload_type, int clock_rate) {
  return {payload_type, "TELEPHONE-EVENT", clock_rate, 1, "0-15"};
}

}  // namespace

Result<void> RtpSession::open(Line& line, bool secure) {
  line.used = true;
  line.secure = secure;
  if (line.ports.port == 0) {
    LINTEL_TRY(line.ports, legs_.ports.bind(address_));
    // Nobody has answered, so nobody who sends is the peer.
    line.ports.rtp.deafen();
    line.ports.rtcp.deafen();
  }
  if (secure && !line.local_key) line.local_key = sdp::Crypto{1, our_suite, bytes::random(30)};
  return {};
}

Result<std::string> RtpSession::make_offer() {
  const bool compulsory = options_.encryption == Encryption::compulsory;
  const bool with_key = options_.encryption != Encryption::off;
  if (slots_.empty()) {
    for (Line& line : lines_) {
      if (line.wanted == Direction::inactive) continue;
      if (line.kind == "video" && legs_.video == nullptr && !receives(line.wanted)) continue;
      LINTEL_CHECK(open(line, with_key));
      line.protocol = compulsory ? "RTP/SAVP" : "RTP/AVP";
      line.direction = line.wanted;
      slots_.push_back({&line, {}, true});
      const std::lock_guard lock(mutex_);
      if (line.kind == "video") {
        line.formats = {sdp::standard_h264()};
        continue;
      }
      bool wide = false;
      for (const AudioCodec codec : options_.codecs) {
        line.formats.push_back(*sdp::standard_format(codec));
        wide = wide || codec == AudioCodec::opus;
      }
      line.formats.push_back(event_format(event_type_8000, 8000));
      if (wide) line.formats.push_back(event_format(event_type_48000, 48000));
    }
  } else {
    for (Slot& slot : slots_) {  // offered again: what we want now
      slot.offered = slot.line != nullptr && slot.line->used;
      if (slot.offered) slot.line->direction = slot.line->wanted;
    }
  }
  return write();
}

sdp::LocalMedia RtpSession::describe(const Line& line) const {
  sdp::LocalMedia media;
  media.kind = line.kind;
  media.protocol = line.protocol;
  media.port = line.ports.port;
  media.direction = line.direction;
  media.formats = line.formats;
  if (line.secure) media.cryptos = {*line.local_key};
  media.feedback = line.kind == "video";
  return media;
}

std::string RtpSession::write() {
  sdp::LocalDescription local;
  local.session_id = session_id_;
  local.version = ++version_;
  local.address = address_;
  const std::lock_guard lock(mutex_);
  for (const Slot& slot : slots_) {
    local.media.push_back(slot.line != nullptr && slot.line->used ? describe(*slot.line) : slot.refusal);
  }
  return sdp::write(local);
}

void RtpSession::accept(const std::string& answer, Leg::Done done) {
  done(take_answer(answer));
}

// Of the phones that a proxy reaches by one offer each answers it for itself (RFC 3261 §13.2.1): what one refuses,
// another may take.
Result<void> RtpSession::take_answer(const std::string& answer) {
  LINTEL_TRY(const sdp::Description description, sdp::parse(answer));
  if (slots_.empty()) return Error{ErrorCode::conflict, "An answer came without an offer.", "sdp", {}, {}};
  bool any = false;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    Line* line = slots_[index].line;
    if (!slots_[index].offered) continue;
    line->used = true;
    const bool taken = index < description.media.size() && description.media[index].port != 0 &&
                       description.media[index].kind == line->kind;
    Result<void> agreed = taken ? agree(*line, description.media[index], true)
                                : Result<void>(refused("The peer refused the " + line->kind + "."));
    if (agreed) {
      any = any || line->kind == "audio" || lines_[0].wanted == Direction::inactive;
      continue;
    }
    if (line->kind == "audio") return agreed.error();
    log::info("media", "A call has no picture: {}", agreed.error().message);
    line->used = false;
    slots_[index].refusal.kind = line->kind;
    slots_[index].refusal.protocol = line->protocol;
  }
  if (!any) return refused("The peer refused all sound and picture.");
  return settle();
}

void RtpSession::answer(const std::string& offer, Leg::SdpReady ready) {
  ready(make_answer(offer));
}

Result<std::string> RtpSession::make_answer(const std::string& offer) {
  LINTEL_TRY(const sdp::Description description, sdp::parse(offer));
  const std::array<Agreement, 2> before{lines_[0], lines_[1]};
  const std::vector<Slot> slots_before = slots_;
  if (Result<void> taken = take_offer(description); !taken) {
    // A call that runs goes on as it was (RFC 3261 §14.2).
    slots_ = slots_before;
    for (std::size_t index = 0; index < lines_.size(); ++index) {
      Line& line = lines_[index];
      const bool other_key = line.remote_key && before[index].remote_key &&
                             line.remote_key->key_and_salt != before[index].remote_key->key_and_salt;
      {
        const std::lock_guard lock(mutex_);
        static_cast<Agreement&>(line) = before[index];
      }
      if (other_key && line.decoder) expect_key(line);
      line.guard->expect({line.host, line.port, line.rtcp_port});
    }
    return taken.error();
  }
  LINTEL_CHECK(settle());
  return write();
}

// Line by line; after an error the lines are as they came out of it.
Result<void> RtpSession::take_offer(const sdp::Description& description) {
  slots_.clear();
  for (Line& line : lines_) line.used = false;  // a line that is not taken below is over (RFC 3264 §8.2)
  bool has_audio = false;
  bool has_video = false;
  Error why = refused("The offer has no sound that this station speaks.");
  // Who has several networks is reached by each peer in the one they share.
  const auto there = std::ranges::find_if(
      description.media, [](const sdp::Media& remote) { return remote.port != 0 && sendable(remote.address); });
  if (there != description.media.end()) (void)move_to(addresses::own_towards(there->address));
  for (const sdp::Media& remote : description.media) {
    Slot slot;
    slot.refusal.kind = remote.kind;
    slot.refusal.protocol = remote.protocol;
    slot.refusal.raw_formats = remote.raw_formats;
    Line* line = remote.kind == "audio" && !has_audio   ? &lines_[0]
                 : remote.kind == "video" && !has_video ? &lines_[1]
                                                        : nullptr;
    const bool wanted = line != nullptr && remote.port != 0 && line->wanted != Direction::inactive &&
                        (line->kind == "audio" || legs_.video != nullptr || receives(line->wanted));
    if (wanted) {
      const Result<bool> secure = to_be_encrypted(remote, options_.encryption, false);
      Result<void> agreed;
      if (!secure) {
        agreed = secure.error();
      } else {
        agreed = open(*line, *secure);
        line->protocol = remote.protocol;
        if (agreed) agreed = agree(*line, remote, false);
      }
      if (agreed) {
        slot.line = line;
        (line->kind == "audio" ? has_audio : has_video) = true;
      } else {
        line->used = false;
        if (line->kind == "audio") why = agreed.error();
      }
    }
    slots_.push_back(std::move(slot));
  }
  if (!has_audio && !(has_video && lines_[0].wanted == Direction::inactive)) return why;
  return {};
}

// Takes over what `remote` says about one line. `offered`: it is the answer to our offer.
Result<void> RtpSession::agree(Line& line, const sdp::Media& remote, bool offered) {
  std::vector<sdp::Format> common;
  std::optional<sdp::Format> chosen;
  if (line.sending) {  // what a call speaks stays, in whatever order and under whatever number it is listed now
    for (const sdp::Format& format : remote.formats) {
      if (!chosen && line.kind == "audio" && audio_codec_of(format) == audio_codec_of(*line.sending)) chosen = format;
    }
  }
  for (const sdp::Format& format : remote.formats) {
    if (chosen) break;
    if (line.kind == "video") {
      if (sdp::is_usable_h264(format)) chosen = format;
    } else if (const std::optional<AudioCodec> codec = audio_codec_of(format)) {
      if (std::ranges::find(options_.codecs, *codec) != options_.codecs.end()) chosen = format;
    }
  }
  if (line.kind == "video" && chosen) {  // baseline in mode 1 is what is really sent: say it when it is on the list
    for (const sdp::Format& format : remote.formats) {
      if (sdp::is_usable_h264(format) && sdp::parameter(format, "packetization-mode") == "1" &&
          sdp::parameter(format, "profile-level-id").value_or("42").substr(0, 2) == "42") {
        chosen = format;
        break;
      }
    }
  }
  if (!chosen) return refused("The peer and this station have no " + line.kind + " codec in common.");
  common.push_back(*chosen);
  if (chosen->encoding == "OPUS") common.back().parameters = sdp::standard_format(AudioCodec::opus)->parameters;
  int event_type = -1;
  int event_rate = chosen->clock_rate;
  std::vector<int> event_rates;
  for (const sdp::Format& format : remote.formats) {
    if (format.encoding == "TELEPHONE-EVENT") event_rates.push_back(format.clock_rate);
  }
  for (const sdp::Format& format : remote.formats) {
    if (format.encoding != "TELEPHONE-EVENT" || (event_type >= 0 && format.clock_rate != chosen->clock_rate)) continue;
    event_type = format.payload_type;
    event_rate = format.clock_rate;
    if (format.clock_rate == chosen->clock_rate) break;
  }
  if (event_type >= 0) common.push_back(event_format(event_type, event_rate));

  const bool speaks =
      receives(answer_to(remote.direction, line.wanted)) || sends(answer_to(remote.direction, line.wanted));
  if (speaks && remote.address != "0.0.0.0" && !sendable(remote.address)) {
    return refused("The peer's media address is not a usable numeric one.");
  }
  bool secure = line.secure;
  if (offered && line.local_key) {
    LINTEL_TRY(secure, to_be_encrypted(remote, options_.encryption, true));
  }
  const bool runs = pipeline_ && line.destination;
  const bool other_keys = runs && line.remote_key.has_value() != secure;
  if (other_keys && (!offered || answered_)) return refused("A call that runs stays as encrypted as it is.");
  if (secure) {
    const auto usable = std::ranges::find_if(remote.cryptos, [&](const sdp::Crypto& crypto) {
      if (!offered && !runs) return true;
      return crypto.suite == line.local_key->suite && (!offered || crypto.tag == line.local_key->tag);
    });
    if (usable == remote.cryptos.end()) return refused("The peer gave no key for the encryption.");
    if (!offered) {
      line.local_key->tag = usable->tag;
      line.local_key->suite = usable->suite;
    }
    const bool other = line.remote_key && line.remote_key->key_and_salt != usable->key_and_salt;
    line.remote_key = *usable;
    if (other && line.decoder) expect_key(line);
  } else {
    line.remote_key.reset();
  }
  other_keys_ = other_keys_ || other_keys;
  line.secure = secure;
  line.direction = answer_to(remote.direction, line.wanted);
  line.host = remote.address;
  line.port = remote.port;
  line.rtcp_port = remote.rtcp_port;
  line.event_type = event_type;
  line.event_rate = event_rate;
  line.event_rates = std::move(event_rates);
  line.guard->expect({line.host, line.port, line.rtcp_port});
  const std::lock_guard lock(mutex_);
  line.format = chosen;
  if (!offered) line.formats = std::move(common);
  return {};
}

}  // namespace lintel::media
