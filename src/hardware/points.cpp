#include "hardware/points.hpp"

namespace lintel::hardware {

RelayPoint::RelayPoint(Clock& clock, std::function<void()> replaced)
    : replaced_(std::move(replaced)), slot_(clock, [this](Relay* device) { changed(device); }) {}

void RelayPoint::let_go() {
  Relay* const old = slot_.device();
  if (old == nullptr) return;
  old->listen({});
  old->release();
}

void RelayPoint::use(Relay& device) {
  let_go();
  slot_.use(device);
}

void RelayPoint::open(Slot<Relay>::Open open) {
  let_go();
  slot_.open(std::move(open));
  // A lock whose relay is not there shall not look as if it held.
  if (slot_.device() == nullptr && replaced_) replaced_();
}

void RelayPoint::clear() {
  let_go();
  slot_.clear();
}

void RelayPoint::changed(Relay* device) {
  if (device == nullptr) {
    if (!slot_.problem().empty() && replaced_) replaced_();  // pulled out, not chosen away
    return;
  }
  device->listen([this](RelayReport report) { tell(report); });
  if (replaced_) replaced_();
}

void RelayPoint::energise() {
  Relay* const device = slot_.device();
  device != nullptr ? device->energise() : tell(RelayReport::failed);
}

void RelayPoint::release() {
  Relay* const device = slot_.device();
  device != nullptr ? device->release() : tell(RelayReport::failed);
}

std::optional<bool> RelayPoint::energised() const {
  const Relay* const device = slot_.device();
  return device != nullptr ? device->energised() : std::nullopt;
}

InputPoint::InputPoint(Clock& clock, Listener listener, Duration settle)
    : clock_(clock),
      listener_(std::move(listener)),
      settle_(settle),
      slot_(clock, [this](Input* device) { changed(device); }) {}

void InputPoint::use(Input& device) {
  slot_.use(device);
}

void InputPoint::open(Slot<Input>::Open open) {
  slot_.open(std::move(open));
  if (slot_.device() == nullptr) listener_(std::nullopt, false);
}

void InputPoint::clear() {
  slot_.clear();
}

std::optional<bool> InputPoint::level() const {
  return settled_ ? std::optional(settled_->active()) : std::nullopt;
}

void InputPoint::changed(Input* device) {
  settling_.cancel();
  if (device == nullptr) {
    const bool was_known = settled_.has_value();
    settled_.reset();
    if (was_known) listener_(std::nullopt, false);
    return;
  }
  // A pull-up takes its time to raise a long wire: what is read at once may be neither level.
  settling_ = clock_.after(settle_, [this, device] {
    settled_.emplace(
        clock_, *device, [this](bool active) { listener_(active, false); }, settle_);
    listener_(settled_->active(), true);
  });
}

}  // namespace lintel::hardware
