#include "sip/builder.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t usual_size = 1000;  // of a message without a body; allocators serve such sizes best

// The topmost Via as it must stand in a response: with what the transport learnt (RFC 3261 §18.2.1, RFC 3581 §4).
void append_top_via(Buffer& out, const Message& request, const Message::Line& line, const Hop& from) {
  const auto& via = request.top_via();
  if (!via) {
    out.append(request.value(line));
    return;
  }
  append_via_with_source(out, *via, from);
  const auto value = request.value(line);
  out.append(value.substr(static_cast<std::size_t>(via->text.data() - value.data()) + via->text.size()));
}

// The generator takes as long for a few bytes as for many, and all phones of a room ring at once.
std::string random_hex(std::size_t count) {
  constexpr std::size_t block = 2048;
  thread_local std::string drawn;
  if (drawn.size() < count) drawn = bytes::random(block);
  std::string out = bytes::to_hex(std::string_view(drawn).substr(drawn.size() - count));
  drawn.resize(drawn.size() - count);
  return out;
}

}  // namespace

void append_via_with_source(Buffer& out, const Via& via, const Hop& from) {
  if (from.address.empty()) {
    out.append(via.text);
    return;
  }
  const auto host = from.address.host_text();
  std::string_view sent_by = via.host;
  if (sent_by.size() > 2 && sent_by.front() == '[') sent_by = sent_by.substr(1, sent_by.size() - 2);
  if (!via.rport && sent_by == host.view()) {
    out.append(via.text);
    return;
  }
  // Whatever the sender wrote there itself is dropped: it is ours to say.
  std::string_view rest = via.parameters;
  const char* kept = via.text.data();  // from here on it is still to be copied
  while (!rest.empty()) {
    const std::size_t end = grammar::end_of_parameter(rest, 1);
    const auto one = rest.substr(0, end);
    rest.remove_prefix(end);
    const std::size_t begin = grammar::skip(one, 1, grammar::classes::space);
    const auto name = one.substr(begin, grammar::skip(one, begin, grammar::classes::token) - begin);
    if (!(name.size() == 5 && grammar::is_lower_of(name, "rport")) &&
        !(name.size() == 8 && grammar::is_lower_of(name, "received")))
      continue;
    out.append({kept, static_cast<std::size_t>(one.data() - kept)});
    kept = one.data() + one.size();
  }
  out.append({kept, static_cast<std::size_t>(via.text.data() + via.text.size() - kept)});
  out.append(";received=").append(host.view());
  if (via.rport) out.append(";rport=").append_number(from.address.port());
}

Builder Builder::request(std::string_view method, std::string_view uri) {
  Builder builder;
  builder.text_.reserve(usual_size);
  builder.text_.append(method).append(' ').append(uri).append(" SIP/2.0\r\n");
  return builder;
}

Builder Builder::response(const Message& request, const Hop& from, int status, std::string_view reason,
                          std::string_view to_tag) {
  Builder builder;
  Buffer& out = builder.text_;
  out.reserve(usual_size);
  out.append("SIP/2.0 ").append_number(static_cast<std::uint64_t>(status)).append(' ');
  out.append(reason.empty() ? phrase_of(status) : reason).append("\r\n");
  bool first = true;
  for (const auto& line : request.lines()) {
    switch (line.field) {
      case Field::via:
        if (first) {
          out.append("Via: ");
          append_top_via(out, request, line, from);
          out.append("\r\n");
          first = false;
          break;
        }
        [[fallthrough]];
      case Field::from:
      case Field::call_id:
      case Field::cseq:
        out.append(request.bytes().substr(line.begin, line.end - line.begin));
        break;
      case Field::to:
        if (!to_tag.empty() && status > 100 && request.to_tag().empty())
          out.append("To: ").append(request.value(line)).append(";tag=").append(to_tag).append("\r\n");
        else
          out.append(request.bytes().substr(line.begin, line.end - line.begin));
        break;
      default:
        break;
    }
  }
  return builder;
}

Builder& Builder::open(std::string_view name) & {
  text_.append(name).append(": ");
  return *this;
}

Builder& Builder::close() & {
  text_.append("\r\n");
  return *this;
}

Builder& Builder::add(std::string_view name, std::string_view value) & {
  text_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

Builder& Builder::add(std::string_view name, std::uint64_t value) & {
  text_.append(name).append(": ").append_number(value).append("\r\n");
  return *this;
}

Builder& Builder::add_line(std::string_view line) & {
  text_.append(line).append("\r\n");
  return *this;
}

Builder& Builder::copy(const Message& from, Field field) & {
  for (const auto& line : from.lines())
    if (line.field == field) text_.append(from.bytes().substr(line.begin, line.end - line.begin));
  return *this;
}

Builder& Builder::body(std::string_view content_type, std::string_view bytes) & {
  if (!bytes.empty()) add("Content-Type", content_type);
  body_ = bytes;
  return *this;
}

std::string_view Builder::finish_here() {
  text_.reserve(text_.size() + 64 + body_.size());
  text_.append("Content-Length: ").append_number(body_.size()).append("\r\n\r\n").append(body_);
  return text_.view();
}

std::string Builder::finish() {
  const auto whole = finish_here();
  std::string out;
  out.reserve(whole.size() + room_for_via);
  out.append(whole);
  return out;  // and not what append() answers, of which this would be a copy, without that room
}

std::string new_tag() {
  return random_hex(7);
}
std::string new_call_id() {
  return random_hex(16);
}

}  // namespace lintel::sip
