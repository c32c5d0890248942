#include "base/loop.hpp"

#include <glib-unix.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "base/poller.hpp"

namespace lintel {
namespace {

class LoopClock final : public Clock {
 public:
  LoopClock() {
    // Asked before and after each poll, instead of telling GLib each time a timer changes: g_source_set_ready_time() wakes
    // the loop that is running already, by a write and a read of its event descriptor and one turn for nothing.
    static GSourceFuncs functions{&prepare, &check, &dispatch, nullptr, nullptr, nullptr};
    source_ = reinterpret_cast<Source*>(g_source_new(&functions, sizeof(Source)));
    source_->clock = this;
    g_source_set_priority(&source_->base, static_cast<int>(Priority::timer));
    g_source_attach(&source_->base, nullptr);
  }
  ~LoopClock() override {
    g_source_destroy(&source_->base);
    g_source_unref(&source_->base);
  }
  [[nodiscard]] Monotonic monotonic() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
  [[nodiscard]] WallTime wall() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  }

  // Until the earliest timer; a day without one.
  [[nodiscard]] Duration left() const {
    return has_timers() ? earliest() - monotonic() : Duration(std::chrono::hours(24));
  }

 private:
  struct Source {
    GSource base;
    LoopClock* clock;
  };
  // GLib's monotonic time and steady_clock are the same clock on Linux; only the unit differs. Round up: never early.
  [[nodiscard]] gint64 microseconds_left(GSource* source) const {
    return (earliest().time_since_epoch().count() + 999) / 1000 - g_source_get_time(source);
  }
  static gboolean prepare(GSource* source, gint* timeout) {
    const LoopClock& clock = *reinterpret_cast<Source*>(source)->clock;
    *timeout = -1;
    if (!clock.has_timers()) return FALSE;
    const gint64 left = clock.microseconds_left(source);
    if (left <= 0) return TRUE;
    *timeout = static_cast<gint>(std::min<gint64>((left + 999) / 1000, G_MAXINT));
    return FALSE;
  }
  static gboolean check(GSource* source) {
    const LoopClock& clock = *reinterpret_cast<Source*>(source)->clock;
    return clock.has_timers() && clock.microseconds_left(source) <= 0 ? TRUE : FALSE;
  }
  static gboolean dispatch(GSource* source, GSourceFunc /*unused*/, gpointer /*unused*/) {
    LoopClock& clock = *reinterpret_cast<Source*>(source)->clock;
    // Only what is due now: a timer that re-arms itself for "at once" waits for the next turn.
    const Monotonic now = clock.monotonic();
    for (int budget = 256; budget > 0 && clock.fire_one(now); --budget) {
    }
    return G_SOURCE_CONTINUE;
  }

  Source* source_ = nullptr;
};

}  // namespace

struct Watch::State {
  guint source = 0;
  std::function<void(unsigned)> work;
};

void Watch::end() {
  if (state_ != nullptr && state_->source != 0) g_source_remove(std::exchange(state_->source, 0));
  state_.reset();
}

struct Loop::Inner {
  struct Queue {
    Priority priority;
    GSource* source = nullptr;
    std::vector<std::function<void()>> posted = {};  // guarded by mutex
    std::atomic<bool> waiting = false;          // whether there are any
    gint64 seen = 0;                            // loop only: when others went first; zero: nothing waited then
  };
  std::mutex mutex;
  bool closed = false;                                       // guarded by mutex
  std::array<Queue, 5> queues{{{.priority = Priority::door},
                               {.priority = Priority::timer},
                               {.priority = Priority::signal},
                               {.priority = Priority::normal},
                               {.priority = Priority::idle}}};
  std::thread::id thread = std::this_thread::get_id();
  GMainLoop* main_loop = g_main_loop_new(nullptr, FALSE);
  LoopClock clock;
  Poller poller{[this] {
    for (const Queue& each : queues)
      if (each.waiting) return Duration{};
    return clock.left();
  }};

  Queue& queue(Priority priority) {
    for (Queue& each : queues)
      if (each.priority == priority) return each;
    return queues[3];
  }
  void post(std::function<void()> work, Priority priority) {
    {
      const std::lock_guard lock(mutex);
      if (closed) return;
      Queue& where = queue(priority);
      where.posted.push_back(std::move(work));
      if (where.posted.size() > 1) return;  // the loop knows
      where.waiting = true;
    }
    if (std::this_thread::get_id() != thread) g_main_context_wakeup(nullptr);  // the loop's own thread asks before it sleeps
  }
  static gboolean waiting(GSource* source) { return reinterpret_cast<Source*>(source)->queue->waiting ? TRUE : FALSE; }
  static gboolean prepare(GSource* source, gint* timeout) {
    *timeout = -1;
    return waiting(source);
  }
  // GLib does not even look at a source while one of a higher priority is ready, and under a flood one always is. So a
  // second source of that priority looks after the normal queue.
  static gboolean overdue(GSource* source) {
    Queue& queue = *reinterpret_cast<Source*>(source)->queue;
    if (!queue.waiting) return FALSE;
    const gint64 now = g_source_get_time(source);
    if (queue.seen == 0) queue.seen = now;
    return now - queue.seen >= std::chrono::duration_cast<std::chrono::microseconds>(patience).count() ? TRUE : FALSE;
  }
  static gboolean prepare_overdue(GSource* source, gint* timeout) {
    *timeout = -1;
    return overdue(source);
  }
  static gboolean drain(GSource* source, GSourceFunc /*unused*/, gpointer /*unused*/);
  static GSource* attach(GSourceFuncs& functions, Inner* inner, Queue* queue, Priority priority);
  GSource* overdue_source = nullptr;
  struct Source {
    GSource base;
    Inner* inner;
    Queue* queue;
  };
};

gboolean Loop::Inner::drain(GSource* source, GSourceFunc /*unused*/, gpointer /*unused*/) {
  auto* self = reinterpret_cast<Source*>(source);
  self->queue->seen = 0;
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(self->inner->mutex);
    self->queue->waiting = false;
    work.swap(self->queue->posted);
  }
  for (auto& item : work) {
    item();
    item = nullptr;  // what it captured goes now, not at the end of the batch
  }
  return G_SOURCE_CONTINUE;
}

GSource* Loop::Inner::attach(GSourceFuncs& functions, Inner* inner, Queue* queue, Priority priority) {
  GSource* made = g_source_new(&functions, sizeof(Source));
  auto* source = reinterpret_cast<Source*>(made);
  source->inner = inner;
  source->queue = queue;
  g_source_set_priority(made, static_cast<int>(priority));
  g_source_attach(made, nullptr);
  return made;
}

Loop::Loop() : inner_(std::make_shared<Inner>()) {
  static GSourceFuncs functions{&Inner::prepare, &Inner::waiting, &Inner::drain, nullptr, nullptr, nullptr};
  static GSourceFuncs overdue{&Inner::prepare_overdue, &Inner::overdue, &Inner::drain, nullptr, nullptr, nullptr};
  for (auto& queue : inner_->queues) queue.source = Inner::attach(functions, inner_.get(), &queue, queue.priority);
  inner_->overdue_source = Inner::attach(overdue, inner_.get(), &inner_->queue(Priority::normal), Priority::signal);
}

Loop::~Loop() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard lock(inner_->mutex);
    inner_->closed = true;
    for (auto& queue : inner_->queues) {
      for (auto& item : queue.posted) dropped.push_back(std::move(item));
      queue.posted.clear();
    }
  }
  for (auto& queue : inner_->queues) {
    g_source_destroy(queue.source);
    g_source_unref(queue.source);
  }
  g_source_destroy(inner_->overdue_source);
  g_source_unref(inner_->overdue_source);
  g_main_loop_unref(inner_->main_loop);
}

void Loop::run() {
  const Poller::InForce waits(inner_->poller);
  g_main_loop_run(inner_->main_loop);
}
void Loop::quit() {
  post([loop = inner_->main_loop] { g_main_loop_quit(loop); });
}
bool Loop::turn(bool may_wait) { return g_main_context_iteration(nullptr, may_wait ? TRUE : FALSE) == TRUE; }
bool Loop::on_loop_thread() const { return std::this_thread::get_id() == inner_->thread; }
Clock& Loop::clock() { return inner_->clock; }

void Loop::post(std::function<void()> work, Priority priority) { inner_->post(std::move(work), priority); }

Loop::Poster Loop::poster(Priority priority) {
  return [weak = std::weak_ptr<Inner>(inner_), priority](std::function<void()> work) {
    if (const auto inner = weak.lock()) inner->post(std::move(work), priority);
  };
}

Watch Loop::watch(int descriptor, unsigned ready, std::function<void(unsigned)> work, Priority priority) {
  static_assert(unsigned{Ready::readable} == unsigned{G_IO_IN} && unsigned{Ready::writable} == unsigned{G_IO_OUT} &&
                unsigned{Ready::hung_up} == unsigned{G_IO_HUP});
  auto state = std::make_shared<Watch::State>();
  state->work = std::move(work);
  const auto call = [](gint /*fd*/, GIOCondition condition, gpointer data) -> gboolean {
    // The shared pointer keeps the callback alive while it destroys its own Watch.
    const auto alive = *static_cast<std::shared_ptr<Watch::State>*>(data);
    auto happened = static_cast<unsigned>(condition);
    if ((happened & (G_IO_ERR | G_IO_NVAL)) != 0) happened |= Ready::hung_up;
    alive->work(happened & (Ready::readable | Ready::writable | Ready::hung_up));
    return G_SOURCE_CONTINUE;
  };
  GSource* const source = g_unix_fd_source_new(descriptor, static_cast<GIOCondition>(ready));
  g_source_set_priority(source, static_cast<gint>(priority));
  // GLib takes the descriptors of a source that may not recurse out of the poll while it is served, and puts them back: two
  // writes to the loop's own event descriptor, a read and a further poll for each event. Nothing turns the loop from
  // inside a callback, so none of that is needed.
  g_source_set_can_recurse(source, TRUE);
  g_source_set_callback(source, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(+call)),
                        new std::shared_ptr<Watch::State>(state),
                        [](gpointer data) { delete static_cast<std::shared_ptr<Watch::State>*>(data); });
  state->source = g_source_attach(source, nullptr);
  g_source_unref(source);
  return Watch(std::move(state));
}

}  // namespace lintel
