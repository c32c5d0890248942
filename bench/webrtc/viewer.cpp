#include "viewer.hpp"

#include <algorithm>
#include <future>

#include "base/bytes.hpp"
#include "media/webrtc_choice.hpp"

namespace lintel::bench {

using namespace lintel::media;

namespace {

constexpr GstClockTime report_period = 1 * GST_SECOND;
constexpr std::uint32_t own_source = 1;

LegsOptions on_loopback() {
  LegsOptions options;
  options.loopback_candidates = true;
  return options;
}

}  // namespace

Viewer::Viewer(Events events)
    : events_(std::move(events)),
      host_(std::make_unique<WebrtcHost>(nullptr, nullptr, on_loopback())),
      receiver_(std::make_unique<WebrtcReceiver>(WebrtcReceiver::Events{})) {
  WebrtcTransport::Events told;
  told.connected = [this] { events_.connected(); };
  told.failed = [this](const std::string& reason) { events_.failed(reason); };
  told.media = [this](const RtpPacket& packet) {
    ++packets_;
    bytes_ += packet.payload.size() + rtp_header_size;
    receiver_->packet(packet, running_time());
  };
  told.control = [this](std::span<const std::uint8_t> compound) {
    rtcp::Heard heard;
    rtcp::parse(compound, heard);
    if (heard.sender) receiver_->sender_report(*heard.sender, heard.sender_time, running_time());
  };
  told.tick = [this](GstClockTime now) {
    tick(now);
    return true;
  };
  transport_ = std::make_unique<WebrtcTransport>(*host_, std::move(told));
}

Viewer::~Viewer() {
  std::promise<void> gone;
  host_->run([this, &gone] {
    transport_->close();
    gone.set_value();
  });
  gone.get_future().wait();
}

void Viewer::offer(bool with_sound) {
  host_->run([this, with_sound] {
    transport_->open();
    lines_.clear();
    const auto receive = [this](const char* kind, const sdp::Format& format) {
      sdp::LocalWebrtcMedia line;
      line.kind = kind;
      line.mid = std::to_string(lines_.size());
      line.direction = Direction::receive_only;
      line.formats = {format};
      lines_.push_back(std::move(line));
    };
    if (with_sound) receive("audio", *sdp::standard_format(AudioCodec::opus));
    receive("video", sdp::standard_h264());
    write("actpass");
  });
}

void Viewer::accept(std::string answer) {
  host_->run([this, answer = std::move(answer)] {
    const auto description = sdp::parse(answer);
    if (!description) return events_.failed(description.error().message);
    take(*description);
  });
}

void Viewer::answer(std::string offer) {
  host_->run([this, offer = std::move(offer)] {
    const auto description = sdp::parse(offer);
    if (!description) return events_.failed(description.error().message);
    transport_->open();
    lines_.clear();
    for (const sdp::Media& media : description->media) {
      sdp::LocalWebrtcMedia line;
      line.kind = media.kind;
      line.mid = media.mid;
      line.direction = Direction::receive_only;
      line.raw_formats = media.raw_formats;
      const auto format = media.kind == "audio" ? choose_opus(media) : media.kind == "video" ? choose_picture(media) : std::nullopt;
      line.refused = !format;
      if (format) line.formats = {*format};
      lines_.push_back(std::move(line));
    }
    take(*description);
    write(transport_->role() == DtlsRole::client ? "active" : "passive");
  });
}

void Viewer::take(const sdp::Description& description) {
  const sdp::Media* first = nullptr;
  for (const sdp::Media& media : description.media) {
    if (media.port == 0) continue;
    if (first == nullptr) first = &media;
    if (media.kind == "audio") {
      if (const auto format = choose_opus(media)) receiver_->set_sound(format->payload_type, -1);
    } else if (const auto format = choose_picture(media)) {
      receiver_->set_picture(format->payload_type, Codec::h264, [this](const WholePicture& picture) {
        ++pictures_;
        if (picture.key && !std::exchange(key_seen_, true)) events_.key();
      });
    }
  }
  if (first == nullptr) return events_.failed("nothing was agreed");
  WebrtcTransport::Remote remote{first->ice_user, first->ice_password, first->fingerprint, {}, description.ice_lite};
  for (const sdp::Media& media : description.media)
    for (const sdp::Candidate& candidate : media.candidates)
      if (const auto endpoint = endpoint_of(candidate.address, static_cast<std::uint16_t>(candidate.port))) {
        if (std::ranges::find(remote.candidates, *endpoint) == remote.candidates.end()) remote.candidates.push_back(*endpoint);
      }
  transport_->connect(std::move(remote), first->setup == "passive" ? DtlsRole::client : DtlsRole::server);
}

void Viewer::write(const char* setup) {
  const auto addresses = host_->datagrams().addresses();
  if (!addresses || host_->identity() == nullptr) return events_.failed("no address or no certificate");
  sdp::LocalWebrtc local;
  local.session_id = "1";
  local.ice_user = transport_->user();
  local.ice_password = transport_->password();
  local.fingerprint = host_->identity()->fingerprint();
  local.setup = setup;
  local.name = "viewer";
  for (const Endpoint& address : *addresses) local.candidates.push_back({address_text(address), address.port});
  local.media = lines_;
  events_.described(sdp::write_webrtc(local));
}

void Viewer::tick(GstClockTime now) {
  if (!transport_->connected()) return;
  rtcp::Bytes compound;
  receiver_->append_requests(compound, own_source, now);
  if (now >= next_report_) {
    next_report_ = now + report_period;
    rtcp::append_receiver_report(compound, own_source, receiver_->reports(now));
    rtcp::append_name(compound, own_source, "viewer");
  }
  if (!compound.empty()) (void)transport_->send_control(compound);
}

}  // namespace lintel::bench
