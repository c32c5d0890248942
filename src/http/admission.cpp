#include "http/admission.hpp"

#include <utility>

#include "http/core.hpp"

namespace lintel::http {

bool Seats::take(Seat& seat, std::size_t most, std::size_t most_of_source) {
  std::function<void()> leave;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = sources_.find(seat.source); known != sources_.end() && known->second >= most_of_source)
      return false;
    if (most_of_source == 0) return false;
    if (taken_ >= most) {
      if (waiting_.empty() || leaving_ >= most_leaving) return false;
      Seat& victim = *waiting_.front();
      waiting_.pop_front();
      victim.waits = false;
      victim.leaves = true;
      ++leaving_;
      uncount(victim);
      leave = victim.leave;
    }
    ++sources_[seat.source];
    ++taken_;
    enter(seat);
  }
  if (leave) leave();
  return true;
}

bool Seats::set_leave(Seat& seat, std::function<void()> leave) {
  const std::lock_guard lock(mutex_);
  seat.leave = std::move(leave);
  return !seat.leaves;
}

void Seats::wait(Seat& seat) {
  const std::lock_guard lock(mutex_);
  if (seat.leaves) return;
  if (seat.waits)
    waiting_.splice(waiting_.end(), waiting_, seat.waiting_at);
  else
    enter(seat);
}

void Seats::enter(Seat& seat) {
  seat.waiting_at = waiting_.insert(waiting_.end(), &seat);
  seat.waits = true;
}

void Seats::serve(Seat& seat) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(seat.waits, false)) waiting_.erase(seat.waiting_at);
}

void Seats::free(Seat& seat) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(seat.waits, false)) waiting_.erase(seat.waiting_at);
  if (seat.leaves)
    --leaving_;
  else
    uncount(seat);
}

void Seats::uncount(const Seat& seat) {
  --taken_;
  const auto found = sources_.find(seat.source);
  if (found != sources_.end() && --found->second == 0) sources_.erase(found);
}

Admission Admission::ask(std::shared_ptr<Core> core, std::string_view address) {
  Admission admission;
  auto seat = std::make_unique<Seats::Seat>();
  seat->source = source_of(address);
  if (!core->seats.take(*seat, core->limits.connections, core->limits.connections_per_source)) {
    ++core->shed;
    return admission;
  }
  admission.core_ = std::move(core);
  admission.seat_ = std::move(seat);
  return admission;
}

Admission::~Admission() {
  if (seat_ != nullptr) core_->seats.free(*seat_);
}

bool Admission::set_leave(std::function<void()> leave) {
  return seat_ != nullptr && core_->seats.set_leave(*seat_, std::move(leave));
}

void Admission::wait() {
  if (seat_ != nullptr) core_->seats.wait(*seat_);
}

void Admission::serve() {
  if (seat_ != nullptr) core_->seats.serve(*seat_);
}

}  // namespace lintel::http
