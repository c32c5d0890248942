#include "calls/panel.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lintel::calls {
namespace {

constexpr std::array<std::string_view, 6> kind_names = {"idle", "dialling", "calling", "talking", "message", "error"};

Message say_id(std::string id) {
  return {std::move(id), {}};
}

std::string whole_seconds(Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

}  // namespace

std::string_view name_of(DisplayKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}

Panel::Panel(Clock& clock, Calls& calls, CodeCheck& codes, PanelOutput& output, PanelOptions options)
    : clock_(clock), calls_(calls), codes_(codes), output_(output), options_(std::move(options)) {
  code_.reserve(longest_code);  // never grows: growing would leave copies of it behind
  calls_.add_listener(*this);
  refresh();
}

void Panel::set_options(PanelOptions options) {
  options_ = std::move(options);
  refresh();
}

void Panel::press(hardware::Key key) {
  using hardware::Key;
  output_.play("sound.key");
  clear_message();
  input_timer_ = clock_.after(options_.input_limit, [this] {
    clear_input();
    refresh();
  });
  switch (key) {
    case Key::star:
      press_star();
      break;
    case Key::hash:
      press_hash();
      break;
    case Key::call:
      press_call();
      break;
    case Key::hang_up:
      press_hang_up();
      break;
    case Key::centre:
      clear_input();
      say(calls_.call_centre(), {});
      break;
    case Key::emergency:
      press_emergency();
      break;
    default:
      press_digit(*hardware::digit_of(key));
      break;
  }
  if (input_.empty() && !typing_code_) input_timer_.cancel();
  refresh();
}

void Panel::press_digit(char digit) {
  if (typing_code_) {
    if (code_.size() < longest_code) code_ += digit;
  } else if (input_.size() < options_.longest_number) {
    input_ += digit;
  }
}

void Panel::press_hash() {
  if (typing_code_) return submit_code();
  if (!input_.empty()) return dial();
  // Locked or not, what follows is a code: it must not be taken for a number, which the display and the journal show.
  typing_code_ = true;
  if (const Duration wait = codes_.locked_for(); wait > Duration::zero()) say_locked(wait);
}

void Panel::press_star() {
  if (typing_code_) {
    clear_input();
  } else if (!input_.empty()) {
    input_.pop_back();
  }
}

void Panel::press_call() {
  if (typing_code_) {
    // While the keypad is locked no code is taken: who dials on wants a room.
    if (code_.empty() || codes_.locked_for() <= Duration::zero()) return clear_input();
    input_ = code_.substr(0, options_.longest_number);
  }
  if (!input_.empty()) return dial();
  calls_.accept();
}

void Panel::press_hang_up() {
  clear_input();
  calls_.hang_up();
}

void Panel::press_emergency() {
  clear_input();
  const Start start = calls_.emergency();
  // Whoever is afraid presses again. The call is under way, and is not refused to them.
  if (const auto call = calls_.current(); call && call->kind == CallKind::emergency) return;
  say(start, {});
}

void Panel::dial() {
  const std::string number = input_;
  clear_input();
  say(calls_.press(number), number);
}

void Panel::submit_code() {
  if (code_.empty()) return clear_input();
  const CodeAnswer answer = codes_.try_code(code_);
  clear_input();
  using Kind = CodeAnswer::Kind;
  switch (answer.kind) {
    case Kind::opened:
      break;  // locks_open() says it when it is so
    case Kind::locked:
      say_locked(answer.wait);
      break;
    case Kind::wrong:
      if (answer.wait > Duration::zero()) {
        say_locked(answer.wait);
      } else {
        show_message(say_id("panel.wrong_code"), DisplayKind::error, "sound.wrong");
      }
      break;
    case Kind::too_soon:
      show_message({"panel.code_too_soon", {whole_seconds(answer.wait)}}, DisplayKind::error, "sound.wrong");
      break;
    case Kind::not_allowed:
      show_message(say_id("panel.not_allowed"), DisplayKind::error, "sound.wrong");
      break;
    case Kind::jammed:
      show_message(say_id("panel.lock_jammed"), DisplayKind::error, "sound.wrong");
      break;
  }
}

void Panel::say_locked(Duration wait) {
  watch_lock_out(wait);
  show_message({"panel.keypad_locked", {whole_seconds(wait)}}, DisplayKind::error, "sound.wrong");
}

void Panel::locks_open(std::vector<OpenLock> open) {
  if (open == open_) return;
  const auto is_new = [this](const OpenLock& lock) {
    return std::none_of(open_.begin(), open_.end(), [&](const OpenLock& one) { return one.number == lock.number; });
  };
  if (std::any_of(open.begin(), open.end(), is_new)) {
    clear_message();
    output_.play("sound.unlocked");
  }
  open_ = std::move(open);
  refresh();
}

void Panel::lock_jammed() {
  show_message(say_id("panel.lock_jammed"), DisplayKind::error, "sound.wrong");
  refresh();
}

void Panel::show_message(Message message, DisplayKind kind, SoundId sound) {
  message_ = std::move(message);
  message_kind_ = kind;
  message_timer_ = clock_.after(options_.message_time, [this] {
    clear_message();
    refresh();
  });
  output_.play(sound);
}

void Panel::clear_message() {
  message_.reset();
  message_timer_.cancel();
}

void Panel::clear_input() {
  input_.clear();
  std::fill(code_.begin(), code_.end(), '\0');
  code_.clear();
  typing_code_ = false;
  input_timer_.cancel();
}

void Panel::watch_lock_out(Duration wait) {
  locked_until_ = clock_.wall() + std::chrono::ceil<std::chrono::microseconds>(wait);
  lock_out_timer_ = clock_.after(wait, [this] {
    locked_until_.reset();
    refresh();
  });
}

void Panel::refresh() {
  PanelState next;
  next.locked_until = locked_until_;
  next.mode = typing_code_ ? "code" : "number";
  next.input = typing_code_ ? std::string(code_.size(), '*') : input_;
  next.lights.unlock = !open_.empty();
  if (options_.reader) draw_reader(next);
  if (const auto call = calls_.current()) {
    draw_call(next, *call);
  } else if (typing_code_ || !input_.empty()) {
    next.kind = DisplayKind::dialling;
    next.lines.push_back(say_id(typing_code_ ? "panel.enter_code" : "panel.enter_number"));
  } else if (awaited_until_) {
    draw_awaited(next);
  } else {
    next.lines.push_back(say_id("panel.idle"));
    if (!options_.hint.empty()) next.lines.push_back({"panel.text", {options_.hint}});
  }
  if (message_) {
    next.kind = message_kind_;
    next.lines = {*message_};
  }
  if (!open_.empty()) {
    if (next.kind == DisplayKind::idle) {
      next.kind = DisplayKind::message;
      next.lines.clear();
    }
    std::vector<Message> open;
    for (const OpenLock& lock : open_)
      open.push_back(lock.number == 1 ? say_id("panel.door_open") : Message{"panel.lock_open", {lock.name}});
    next.lines.insert(next.lines.begin(), open.begin(), open.end());
  }
  if (next == state_) return;
  state_ = std::move(next);
  output_.panel_changed(state_);
}

}  // namespace lintel::calls
