#include "media/rtsp_message.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t packet_head = 4;  // '$', channel, length
constexpr std::size_t transport_limit = 8;
constexpr std::size_t transport_length_limit = 1024;

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 413:
      return "Request Entity Too Large";
    case 451:
      return "Parameter Not Understood";
    case 454:
      return "Session Not Found";
    case 455:
      return "Method Not Valid in This State";
    case 459:
      return "Aggregate Operation Not Allowed";
    case 461:
      return "Unsupported Transport";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "RTSP Version Not Supported";
    case 551:
      return "Option not supported";
    default:
      return "Error";
  }
}

bool is_token(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (c <= ' ' || c >= 127 || std::string_view("()<>@,;:\\\"/[]?={}").find(c) != std::string_view::npos) return false;
  return true;
}

RtspInput broken(int status) {
  RtspInput input;
  input.kind = RtspInput::Kind::broken;
  input.status = status;
  return input;
}

RtspInput read_packet(std::string_view bytes) {
  RtspInput input;
  if (bytes.size() < packet_head) return input;
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  const std::size_t length = byte(2) << 8 | byte(3);
  if (length > rtsp_packet_limit) return broken(0);
  if (bytes.size() < packet_head + length) return input;
  input.kind = RtspInput::Kind::packet;
  input.size = packet_head + length;
  input.channel = static_cast<std::uint8_t>(byte(1));
  input.packet = bytes.substr(packet_head, length);
  return input;
}

// The end of the head, behind its empty line; npos when it has not come yet. Lines may end in LF alone.
std::size_t end_of_head(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
    if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
  }
  return std::string_view::npos;
}

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "5000-5001" or "5000": two numbers up to `limit`.
std::optional<std::pair<unsigned, unsigned>> range(std::string_view text, unsigned limit) {
  const auto dash = text.find('-');
  const auto first = text::to_unsigned(text::trim(text.substr(0, dash)));
  if (!first || *first > limit) return std::nullopt;
  if (dash == std::string_view::npos)
    return *first < limit ? std::optional(std::pair(static_cast<unsigned>(*first), static_cast<unsigned>(*first) + 1))
                          : std::nullopt;
  const auto second = text::to_unsigned(text::trim(text.substr(dash + 1)));
  if (!second || *second > limit || *second == *first) return std::nullopt;
  return std::pair(static_cast<unsigned>(*first), static_cast<unsigned>(*second));
}

std::optional<RtspTransport> read_transport(std::string_view text) {
  RtspTransport transport;
  const auto parts = text::split(text, ';');
  const std::string_view protocol = text::trim(parts.front());
  transport.tcp = text::equals_ignoring_case(protocol, "RTP/AVP/TCP");
  if (!transport.tcp && !text::equals_ignoring_case(protocol, "RTP/AVP") &&
      !text::equals_ignoring_case(protocol, "RTP/AVP/UDP"))
    return std::nullopt;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = text::trim(parts[i]);
    const auto equals = part.find('=');
    const std::string_view name = text::trim(part.substr(0, equals));
    std::string_view value = equals == std::string_view::npos ? "" : text::trim(part.substr(equals + 1));
    // By §12.39 multicast is what no word means; viewers that name a port and forget the word mean unicast.
    if (text::equals_ignoring_case(name, "multicast")) {
      return std::nullopt;
    } else if (text::equals_ignoring_case(name, "interleaved")) {
      const auto channels = range(value, 255);
      if (!channels) return std::nullopt;
      transport.channels = *channels;
    } else if (text::equals_ignoring_case(name, "client_port")) {
      const auto ports = range(value, 65535);
      if (!ports || ports->first == 0 || ports->second == 0) return std::nullopt;
      transport.rtp_port = static_cast<std::uint16_t>(ports->first);
      transport.rtcp_port = static_cast<std::uint16_t>(ports->second);
    } else if (text::equals_ignoring_case(name, "mode")) {
      if (value.starts_with('"') && value.ends_with('"') && value.size() >= 2)
        value = value.substr(1, value.size() - 2);
      if (!text::equals_ignoring_case(value, "play")) return std::nullopt;
    }
  }
  if (!transport.tcp && transport.rtp_port == 0) return std::nullopt;
  return transport;
}

}  // namespace

std::string_view RtspRequest::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (text::equals_ignoring_case(known, name)) return value;
  return {};
}

RtspInput read_rtsp(std::string_view bytes) {
  RtspInput input;
  std::size_t before = 0;  // empty lines between requests (§4.1 of RFC 2068, which RTSP follows)
  while (before < bytes.size() && (bytes[before] == '\r' || bytes[before] == '\n')) ++before;
  if (before > rtsp_head_limit) return broken(0);
  const std::string_view whole = bytes.substr(before);
  if (whole.empty()) return input;
  if (whole.front() == '$') {
    input = read_packet(whole);
    input.size += input.kind == RtspInput::Kind::packet ? before : 0;
    return input;
  }
  const std::size_t head = end_of_head(whole.substr(0, rtsp_head_limit));
  if (head == std::string_view::npos) return whole.size() < rtsp_head_limit ? input : broken(413);

  std::string_view rest = whole.substr(0, head);
  const std::string_view first = next_line(rest);
  const auto left = first.find(' '), right = first.rfind(' ');
  if (left == std::string_view::npos || right <= left) return broken(400);
  RtspRequest& request = input.request;
  request.method = first.substr(0, left);
  request.uri = text::trim(first.substr(left + 1, right - left - 1));
  const std::string_view version = first.substr(right + 1);
  if (!is_token(request.method) || request.uri.empty() || !text::printable(request.uri) ||
      request.uri.find(' ') != std::string_view::npos || !version.starts_with("RTSP/"))
    return broken(400);
  if (version != "RTSP/1.0") return broken(505);
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || request.headers.size() == rtsp_header_limit) return broken(400);
    const std::string_view name = text::trim(line.substr(0, colon)), value = text::trim(line.substr(colon + 1));
    if (!is_token(name) || !text::printable(value)) return broken(400);
    request.headers.emplace_back(name, value);
  }
  const auto sequence = text::to_unsigned(request.header("CSeq"));
  if (!sequence || *sequence > UINT32_MAX) return broken(400);
  request.sequence = static_cast<std::uint32_t>(*sequence);
  std::size_t body = 0;
  if (const std::string_view length = request.header("Content-Length"); !length.empty()) {
    const auto given = text::to_unsigned(length);
    if (!given) return broken(400);
    if (*given > rtsp_body_limit) return broken(413);
    body = static_cast<std::size_t>(*given);
  }
  if (whole.size() < head + body) {
    input.request = {};
    return input;
  }
  request.body = whole.substr(head, body);
  input.kind = RtspInput::Kind::request;
  input.size = before + head + body;
  return input;
}

std::optional<RtspAddress> split_rtsp_uri(std::string_view uri) {
  if (!uri.starts_with('/')) {
    const auto scheme = uri.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    const std::string_view name = uri.substr(0, scheme);
    if (!text::equals_ignoring_case(name, "rtsp") && !text::equals_ignoring_case(name, "rtsps") &&
        !text::equals_ignoring_case(name, "rtspu"))
      return std::nullopt;
    uri.remove_prefix(scheme + 3);
    const auto path = uri.find('/');
    uri = path == std::string_view::npos ? std::string_view("/") : uri.substr(path);
  }
  const auto question = uri.find('?');
  return RtspAddress{uri.substr(0, question),
                     question == std::string_view::npos ? std::string_view() : uri.substr(question + 1)};
}

std::optional<RtspTransport> choose_rtsp_transport(std::string_view header, bool encrypted) {
  if (header.size() > transport_length_limit) return std::nullopt;
  std::size_t count = 0;
  for (const std::string_view offered : text::split(header, ',')) {
    if (++count > transport_limit) break;
    const auto transport = read_transport(text::trim(offered));
    if (transport && (transport->tcp || !encrypted)) return transport;
  }
  return std::nullopt;
}

std::string_view rtsp_session_id(std::string_view header) {
  return text::trim(header.substr(0, header.find(';')));
}

std::string rtsp_answer(int status, std::uint32_t sequence, std::string_view headers, std::string_view body) {
  std::string answer =
      fmt::format("RTSP/1.0 {} {}\r\nCSeq: {}\r\nServer: Lintel\r\n{}", status, reason_of(status), sequence, headers);
  if (!body.empty()) answer += fmt::format("Content-Length: {}\r\n", body.size());
  return answer.append("\r\n").append(body);
}

}  // namespace lintel::media
