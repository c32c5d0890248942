#include "media/hub.hpp"

#include <algorithm>
#include <atomic>

#include "base/log.hpp"

namespace lintel::media {

struct Subscription::Member {
  std::string name;
  Consumer consumer;
  std::atomic<bool> ended{false};
  std::atomic<bool> waits_for_key{true};
};

Subscription::Subscription(std::weak_ptr<Hub> hub, std::shared_ptr<Member> member)
    : hub_(std::move(hub)), member_(std::move(member)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    end();
    hub_ = std::move(other.hub_);
    member_ = std::move(other.member_);
  }
  return *this;
}

void Subscription::end() {
  const auto member = std::exchange(member_, nullptr);
  if (member == nullptr) return;
  member->ended = true;
  if (const auto hub = hub_.lock()) hub->leave(member);
  hub_.reset();
}

void Subscription::request_key() const {
  if (member_ == nullptr) return;
  if (const auto hub = hub_.lock()) hub->request_key();
}

void Subscription::restart_at_key() const {
  if (member_ == nullptr) return;
  member_->waits_for_key = true;
  request_key();
}

std::shared_ptr<Hub> Hub::create(std::string name, std::function<void(std::size_t)> members_changed) {
  return std::shared_ptr<Hub>(new Hub(std::move(name), std::move(members_changed)));
}

Hub::Hub(std::string name, std::function<void(std::size_t)> members_changed)
    : name_(std::move(name)),
      members_changed_(std::move(members_changed)),
      members_(std::make_shared<const Members>()) {}

Subscription Hub::join(std::string name, Consumer consumer) {
  auto member = std::make_shared<Subscription::Member>();
  member->name = std::move(name);
  member->consumer = std::move(consumer);
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    if (members_->size() >= member_limit) return {};
    auto members = std::make_shared<Members>(*members_);
    members->push_back(member);
    count = members->size();
    members_ = std::move(members);
    key_wanted_ = true;
  }
  log::debug("media.hub", "{}: {} joined, {} now", name_, member->name, count);
  if (members_changed_) members_changed_(count);
  return Subscription(weak_from_this(), std::move(member));
}

void Hub::leave(const std::shared_ptr<Subscription::Member>& member) {
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    auto members = std::make_shared<Members>(*members_);
    std::erase(*members, member);
    count = members->size();
    members_ = std::move(members);
  }
  log::debug("media.hub", "{}: {} left, {} now", name_, member->name, count);
  if (members_changed_) members_changed_(count);
}

void Hub::request_key() {
  const std::lock_guard lock(mutex_);
  key_wanted_ = true;
}

bool Hub::take_key_request(GstClockTime now) {
  const std::lock_guard lock(mutex_);
  if (!key_wanted_) return false;
  if (GST_CLOCK_TIME_IS_VALID(last_key_) && now < last_key_ + key_gap) return false;  // kept: served at the gap's end
  key_wanted_ = false;
  last_key_ = now;
  ++statistics_.keys_forced;
  return true;
}

void Hub::deliver(Unit unit) {
  std::shared_ptr<const Members> members;
  const std::size_t size = gst_buffer_get_size(unit.buffer.get());
  {
    const std::lock_guard lock(mutex_);
    unit.sequence = statistics_.units++;
    statistics_.bytes += size;
    statistics_.last = unit.running_time;
    if (unit.key) {
      // Whoever joined before this line is in `members` below and starts with this unit: no other key is owed to them.
      ++statistics_.keys;
      key_wanted_ = false;
      last_key_ = unit.running_time;
    }
    caps_ = unit.caps;
    ++second_units_;
    second_bytes_ += size;
    if (unit.running_time < second_began_) second_began_ = unit.running_time;
    if (unit.running_time >= second_began_ + GST_SECOND) {
      const double seconds = static_cast<double>(unit.running_time - second_began_) / GST_SECOND;
      statistics_.units_per_second = static_cast<double>(second_units_) / seconds;
      statistics_.bits_per_second = static_cast<double>(second_bytes_) * 8 / seconds;
      second_began_ = unit.running_time;
      second_units_ = second_bytes_ = 0;
    }
    members = members_;
  }
  for (const auto& member : *members) {
    if (member->ended) continue;
    if (member->waits_for_key) {
      if (!unit.key) continue;
      member->waits_for_key = false;
    }
    member->consumer(unit);
  }
}

Hub::Statistics Hub::statistics() const {
  const std::lock_guard lock(mutex_);
  Statistics answer = statistics_;
  answer.consumers = members_->size();
  return answer;
}

Caps Hub::caps() const {
  const std::lock_guard lock(mutex_);
  return caps_;
}

std::size_t Hub::members() const {
  const std::lock_guard lock(mutex_);
  return members_->size();
}

}  // namespace lintel::media
