#include "sip/session_timer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace lintel::sip {
namespace {

constexpr std::chrono::seconds longest{86'400};
constexpr std::chrono::seconds shortest_pause{10};  // between refreshes that are refused, or wanted too often

// RFC 4028 §10: BYE at a third of the period, at most 32 s, before it ends.
std::chrono::seconds patience_of(std::chrono::seconds period) {
  return period - std::min(std::chrono::seconds(32), period / 3);
}

struct Asked {
  std::chrono::seconds period{};
  std::optional<bool> uac_refreshes;
};

std::optional<Asked> read(const Message& message) {
  const auto value = message.value(Field::session_expires);
  if (value.empty()) return std::nullopt;
  const auto end = value.find(';');
  const auto seconds = text::to_unsigned(text::trim(value.substr(0, end)));
  if (!seconds || *seconds == 0) return std::nullopt;
  Asked asked;
  asked.period = std::chrono::seconds(
      static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, static_cast<std::uint64_t>(longest.count()))));
  if (end != std::string_view::npos) {
    if (const auto refresher = parameter(value.substr(end), "refresher")) {
      if (text::equals_ignoring_case(*refresher, "uac")) asked.uac_refreshes = true;
      if (text::equals_ignoring_case(*refresher, "uas")) asked.uac_refreshes = false;
    }
  }
  return asked;
}

std::chrono::seconds least_of(const Message& message) {
  return std::chrono::seconds(message.number(Field::min_se).value_or(0));
}

}  // namespace

std::vector<std::string> SessionTimer::request_lines(bool initial) const {
  if (!settings_.on) return {};
  std::vector<std::string> lines{"Supported: timer"};
  std::chrono::seconds period = std::max({settings_.period, settings_.shortest, least_});
  bool uac = settings_.caller_refreshes;
  if (!initial) {
    if (!agreed_) return lines;
    period = std::max(agreed_->period, least_);
    uac = agreed_->we_refresh;
  }
  lines.push_back(fmt::format("Session-Expires: {};refresher={}", period.count(), uac ? "uac" : "uas"));
  lines.push_back(fmt::format("Min-SE: {}", std::max(settings_.shortest, least_).count()));
  return lines;
}

bool SessionTimer::too_short(const Message& response) {
  const auto least = least_of(response);
  if (!settings_.on || least <= least_ || least > longest) return false;
  least_ = least;
  return true;
}

std::optional<std::chrono::seconds> SessionTimer::refuses(const Message& request) const {
  if (!settings_.on || !request.lists(Field::supported, "timer")) return std::nullopt;
  const auto asked = read(request);
  if (!asked || asked->period >= settings_.shortest) return std::nullopt;
  return settings_.shortest;
}

std::vector<std::string> SessionTimer::agree(const Message& request) {
  if (!settings_.on) return {};
  const bool peer_knows = request.lists(Field::supported, "timer") || request.lists(Field::require, "timer");
  const auto asked = read(request);
  Agreed agreed;
  agreed.period = settings_.period;
  if (asked) agreed.period = std::min(asked->period, agreed.period);
  agreed.period = std::max({agreed.period, settings_.shortest, least_of(request)});
  // Only the peer's wish binds us (RFC 4028 §9, table 2); one that does not know timers cannot refresh.
  const bool caller_refreshes = asked && asked->uac_refreshes ? *asked->uac_refreshes : settings_.caller_refreshes;
  agreed.we_refresh = !peer_knows || !caller_refreshes;
  agreed_ = agreed;
  std::vector<std::string> lines{
      fmt::format("Session-Expires: {};refresher={}", agreed.period.count(), agreed.we_refresh ? "uas" : "uac")};
  if (peer_knows && !agreed.we_refresh) lines.emplace_back("Require: timer");
  return lines;
}

void SessionTimer::agreed(const Message& response) {
  if (!settings_.on) return;
  const auto asked = read(response);
  if (!asked) {
    agreed_.reset();  // the peer wants none
    return;
  }
  // Less than our Min-SE is the peer's mistake, and kept to as far as it goes: each second would be without end.
  agreed_ = Agreed{std::max(asked->period, 2 * shortest_pause), asked->uac_refreshes.value_or(true)};
}

void SessionTimer::restart(std::function<void()> refresh, std::function<void()> expired) {
  timer_.cancel();
  if (!agreed_) return;
  const auto period = agreed_->period;
  renewed_ = clock_.monotonic();
  if (agreed_->we_refresh) {
    timer_ = clock_.after(period / 2, std::move(refresh));
    return;
  }
  timer_ = clock_.after(patience_of(period), std::move(expired));
}

void SessionTimer::try_again(std::function<void()> refresh) {
  timer_.cancel();
  if (!agreed_) return;
  const Monotonic now = clock_.monotonic();
  Duration pause = (renewed_ + patience_of(agreed_->period) - now) / 2;
  if (pause < shortest_pause) {
    renewed_ = now;
    pause = agreed_->period / 2;
  }
  timer_ = clock_.after(pause, std::move(refresh));
}

}  // namespace lintel::sip
