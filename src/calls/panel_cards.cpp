// What the front says about cards (H06, A21, A23).
#include <utility>

#include "calls/panel.hpp"

namespace lintel::calls {
namespace {

using hardware::ReaderLight;

std::string whole_seconds(Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

}  // namespace

void Panel::card_awaited(std::string room, WallTime until) {
  awaited_room_ = std::move(room);
  awaited_until_ = until;
  clear_message();
  reader_light_ = ReaderLight::ready;
  output_.play("sound.key");
  refresh();
}

void Panel::card_held(CardNews news, Duration wait) {
  const auto refuse = [this](std::string id, std::vector<std::string> arguments = {}) {
    show_light(ReaderLight::refused);
    show_message({std::move(id), std::move(arguments)}, DisplayKind::error, "sound.wrong");
  };
  switch (news) {
    case CardNews::opened:
      show_light(ReaderLight::accepted);
      break;
    case CardNews::unknown:
      wait > Duration::zero() ? refuse("panel.card_flooded", {whole_seconds(wait)}) : refuse("panel.card_unknown");
      break;
    case CardNews::lost:
      refuse("panel.card_lost");
      break;
    case CardNews::known:
      refuse("panel.card_known");
      break;
    case CardNews::too_soon:
      refuse("panel.card_too_soon", {whole_seconds(wait)});
      break;
    case CardNews::not_allowed:
      refuse("panel.card_not_allowed");
      break;
    case CardNews::jammed:
      refuse("panel.lock_jammed");
      break;
    case CardNews::room_full:
      refuse("panel.card_room_full");
      break;
    case CardNews::issued:
      awaited_until_.reset();
      show_light(ReaderLight::accepted);
      show_message({"panel.card_issued", {}}, DisplayKind::message, "sound.unlocked");
      break;
    case CardNews::expired:
      awaited_until_.reset();
      refuse("panel.card_expired");
      break;
    case CardNews::cancelled:
      awaited_until_.reset();
      show_message({"panel.card_cancelled", {}}, DisplayKind::message, "sound.key");
      break;
    case CardNews::not_kept:
      awaited_until_.reset();
      refuse("panel.card_not_kept");
      break;
  }
  refresh();
}

void Panel::show_light(hardware::ReaderLight light) {
  reader_light_ = light;
  reader_timer_ = clock_.after(options_.message_time, [this] {
    reader_light_ = ReaderLight::ready;
    refresh();
  });
}

void Panel::draw_reader(PanelState& state) const {
  state.reader = {awaited_until_ ? ReaderLight::awaiting : ReaderLight::ready, awaited_until_};
  if (reader_light_ != ReaderLight::ready) state.reader->light = reader_light_;
}

void Panel::draw_awaited(PanelState& state) const {
  state.kind = DisplayKind::message;
  state.lines.push_back({"panel.card_awaited", {awaited_room_}});
}

}  // namespace lintel::calls
