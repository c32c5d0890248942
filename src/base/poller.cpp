#include "base/poller.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace lintel {
namespace {

constexpr int events_a_turn = 64;  // so that a flood leaves the loop to others in between
constexpr std::uint64_t id_of_others = ~std::uint64_t{0};
constexpr std::uint64_t id_of_timer = id_of_others - 1;

Poller* in_force = nullptr;  // GLib's function has no room for it; of the thread that runs the loop

static_assert(unsigned{Ready::readable} == unsigned{EPOLLIN} && unsigned{Ready::writable} == unsigned{EPOLLOUT} &&
              unsigned{Ready::hung_up} == unsigned{EPOLLHUP});
static_assert(unsigned{G_IO_IN} == unsigned{EPOLLIN} && unsigned{G_IO_PRI} == unsigned{EPOLLPRI} &&
              unsigned{G_IO_OUT} == unsigned{EPOLLOUT});

bool control(int epoll, int operation, int descriptor, unsigned events, std::uint64_t id) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  return epoll_ctl(epoll, operation, descriptor, &event) == 0;
}

int rounded_up(Duration left) {
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

}  // namespace

WatchSet::State::State(Work the_work) : epoll(epoll_create1(EPOLL_CLOEXEC)), work(std::move(the_work)) {}

WatchSet::State::~State() {
  watch = {};
  if (epoll >= 0) ::close(epoll);
}

bool WatchSet::State::serve(int milliseconds, bool our_turn) {
  std::array<epoll_event, events_a_turn> events;
  const int count = epoll_wait(epoll, events.data(), events_a_turn, milliseconds);
  std::array<Happened, events_a_turn> happened;
  std::size_t ours = 0;
  bool others = false;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const std::uint64_t id = event.data.u64;  // a copy: the kernel packs its struct, so the member may not be aligned
    if (id == id_of_others) {
      others = true;
      continue;
    }
    if (id == id_of_timer) continue;  // who waits looks at the time anyway
    unsigned ready = event.events & (Ready::readable | Ready::writable | Ready::hung_up);
    if ((event.events & EPOLLERR) != 0) ready |= Ready::hung_up;
    happened[ours++] = {id, ready};
  }
  if (others && !our_turn) return false;
  if (ours == 0) return true;
  const auto alive = shared_from_this();
  work(std::span(happened).first(ours));
  return true;
}

WatchSet::WatchSet(Loop& loop, Work work) : state_(std::make_shared<State>(std::move(work))) {
  const auto serve = [set = state_.get()](unsigned /*ready*/) {
    const auto alive = set->shared_from_this();
    set->serve(0, true);
    Poller::served(alive);
  };
  state_->watch = loop.watch(state_->epoll, Ready::readable, serve);
}

bool WatchSet::add(int descriptor, unsigned ready, std::uint64_t id) {
  return control(state_->epoll, EPOLL_CTL_ADD, descriptor, ready, id);
}

void WatchSet::change(int descriptor, unsigned ready, std::uint64_t id) {
  control(state_->epoll, EPOLL_CTL_MOD, descriptor, ready, id);
}

void WatchSet::remove(int descriptor) {
  control(state_->epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

void WatchSet::end() {
  if (state_ == nullptr) return;
  state_->ended = true;
  state_->watch = {};
  state_.reset();
}

Poller::InForce::InForce(Poller& poller) : before_(std::exchange(in_force, &poller)) {
  g_main_context_set_poll_func(nullptr, &Poller::poll);
}

Poller::InForce::~InForce() {
  in_force->forget();
  in_force = before_;
  if (in_force == nullptr) g_main_context_set_poll_func(nullptr, nullptr);
}

void Poller::served(const std::shared_ptr<WatchSet::State>& set) {
  if (in_force == nullptr || !in_force->one_alone_ || set->ended || in_force->busy_ == set) return;
  in_force->forget();
  in_force->busy_ = set;
}

gint Poller::poll(GPollFD* all, guint count, gint milliseconds) {
  return in_force->wait(std::span(all, count), milliseconds);
}

gint Poller::wait(std::span<GPollFD> all, int milliseconds) {
  if (busy_ != nullptr && busy_->ended) forget();
  // No time to wait: something is ready already, and GLib asks only about what goes before it.
  if (milliseconds == 0 || busy_ == nullptr || !settle(all)) return ask(all, milliseconds);
  for (GPollFD& one : all) one.revents = 0;
  const auto set = busy_;
  const Monotonic began = std::chrono::steady_clock::now();
  const auto allowed =
      milliseconds < 0 ? longest_stay : std::min<Duration>(longest_stay, std::chrono::milliseconds(milliseconds));
  // The first time nothing has been served yet that others could have waited for: as long as GLib says.
  Monotonic now = began;
  for (Duration left = milliseconds < 0 ? time_left_() : std::chrono::milliseconds(milliseconds);;) {
    if (!set->serve(time_out(now, left), false)) {
      forget();
      return ask(all, 0);
    }
    now = std::chrono::steady_clock::now();
    left = std::min<Duration>(began + allowed - now, time_left_());
    if (set->ended || left <= Duration{}) return 0;
  }
}

int Poller::time_out(Monotonic now, Duration left) {
  if (timer_ < 0) return rounded_up(left);
  const Monotonic until = now + left;
  if (now < rings_at_ && rings_at_ <= until) return -1;  // rings for nothing at worst, once
  const auto since_boot = until.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  itimerspec once{};
  once.it_value.tv_sec = seconds.count();
  once.it_value.tv_nsec = (since_boot - seconds).count();
  if (timerfd_settime(timer_, TFD_TIMER_ABSTIME, &once, nullptr) != 0) return rounded_up(left);
  rings_at_ = until;
  return -1;
}

gint Poller::ask(std::span<GPollFD> all, int milliseconds) {
  const gint ready = g_poll(all.data(), static_cast<guint>(all.size()), milliseconds);
  one_alone_ = ready == 1;
  const auto is_other = [this](const GPollFD& one) {
    return one.revents != 0 && (busy_ == nullptr || one.fd != busy_->epoll);
  };
  if (ready > 0 && std::any_of(all.begin(), all.end(), is_other)) forget();
  return ready;
}

bool Poller::settle(std::span<const GPollFD> all) {
  if (known(all)) return others_epoll_ >= 0;
  const auto set = std::move(busy_);
  forget();
  busy_ = set;
  others_.assign(all.begin(), all.end());
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const bool all_in =
      epoll >= 0 && std::all_of(all.begin(), all.end(), [&](const GPollFD& one) {
        return one.fd < 0 || one.fd == set->epoll || control(epoll, EPOLL_CTL_ADD, one.fd, one.events, id_of_others);
      });
  if (!all_in || !control(set->epoll, EPOLL_CTL_ADD, epoll, EPOLLIN, id_of_others)) {
    if (epoll >= 0) ::close(epoll);
    return false;
  }
  others_epoll_ = epoll;
  // By its edge: nobody has to read it, and when it has rung it does not keep GLib busy.
  timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  rings_at_ = {};
  if (timer_ >= 0 && !control(set->epoll, EPOLL_CTL_ADD, timer_, EPOLLIN | EPOLLET, id_of_timer))
    ::close(std::exchange(timer_, -1));
  return true;
}

bool Poller::known(std::span<const GPollFD> all) const {
  return std::equal(
      all.begin(), all.end(), others_.begin(), others_.end(),
      [](const GPollFD& one, const GPollFD& other) { return one.fd == other.fd && one.events == other.events; });
}

void Poller::forget() {
  if (others_epoll_ >= 0) ::close(std::exchange(others_epoll_, -1));
  if (timer_ >= 0) ::close(std::exchange(timer_, -1));
  others_.clear();
  busy_.reset();
}

}  // namespace lintel
