#include "hardware/input.hpp"

namespace lintel::hardware {

DebouncedInput::DebouncedInput(Clock& clock, Input& input, Input::Listener listener, Duration settle)
    : clock_(clock), input_(input), listener_(std::move(listener)), settle_(settle), reported_(input.active()) {
  input_.listen([this](bool active) { read(active); });
}

DebouncedInput::~DebouncedInput() {
  input_.listen({});
}

void DebouncedInput::read(bool active) {
  if (active == reported_) {
    settling_.cancel();  // it bounced back
    return;
  }
  if (settling_.armed()) return;
  settling_ = clock_.after(settle_, [this] {
    // The level now decides, not the edge that began it.
    if (input_.active() == reported_) return;
    reported_ = !reported_;
    if (listener_) listener_(reported_);
  });
}

}  // namespace lintel::hardware
