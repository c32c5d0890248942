#include "base/loop.hpp"

#include <glib-unix.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace lintel {
namespace {

class LoopClock final : public Clock {
 public:
  LoopClock() {
    static GSourceFuncs functions{nullptr, nullptr, &dispatch, nullptr, nullptr, nullptr};
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

 protected:
  void rescheduled() override {
    // GLib's monotonic time and steady_clock are the same clock on Linux; only the unit differs. Round up: never early.
    const gint64 due = has_timers() ? (earliest().time_since_epoch().count() + 999) / 1000 : -1;
    if (due != armed_for_) g_source_set_ready_time(&source_->base, armed_for_ = due);
  }

 private:
  struct Source {
    GSource base;
    LoopClock* clock;
  };
  static gboolean dispatch(GSource* source, GSourceFunc /*unused*/, gpointer /*unused*/) {
    LoopClock& clock = *reinterpret_cast<Source*>(source)->clock;
    // Only what is due now: a timer that re-arms itself for "at once" waits for the next turn.
    const Monotonic now = clock.monotonic();
    for (int budget = 256; budget > 0 && clock.fire_one(now); --budget) {
    }
    clock.armed_for_ = -2;
    clock.rescheduled();
    return G_SOURCE_CONTINUE;
  }

  Source* source_ = nullptr;
  gint64 armed_for_ = -2;
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
    GSource* source = nullptr;
    std::vector<std::function<void()>> posted;
  };
  std::mutex mutex;
  bool closed = false;                                       // guarded by mutex
  std::array<std::pair<Priority, Queue>, 5> queues{{{Priority::door, {}},
                                                    {Priority::timer, {}},
                                                    {Priority::signal, {}},
                                                    {Priority::normal, {}},
                                                    {Priority::idle, {}}}};  // `posted` guarded by mutex
  std::thread::id thread = std::this_thread::get_id();
  GMainLoop* main_loop = g_main_loop_new(nullptr, FALSE);
  LoopClock clock;

  Queue& queue(Priority priority) {
    for (auto& [known, entry] : queues)
      if (known == priority) return entry;
    return queues[3].second;
  }
  static gboolean drain(GSource* source, GSourceFunc /*unused*/, gpointer /*unused*/);
  struct Source {
    GSource base;
    Inner* inner;
    Queue* queue;
  };
};

gboolean Loop::Inner::drain(GSource* source, GSourceFunc /*unused*/, gpointer /*unused*/) {
  auto* self = reinterpret_cast<Source*>(source);
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(self->inner->mutex);
    g_source_set_ready_time(source, -1);
    work.swap(self->queue->posted);
  }
  for (auto& item : work) {
    item();
    item = nullptr;  // what it captured goes now, not at the end of the batch
  }
  return G_SOURCE_CONTINUE;
}

Loop::Loop() : inner_(std::make_shared<Inner>()) {
  static GSourceFuncs functions{nullptr, nullptr, &Inner::drain, nullptr, nullptr, nullptr};
  for (auto& [priority, queue] : inner_->queues) {
    queue.source = g_source_new(&functions, sizeof(Inner::Source));
    auto* source = reinterpret_cast<Inner::Source*>(queue.source);
    source->inner = inner_.get();
    source->queue = &queue;
    g_source_set_priority(queue.source, static_cast<int>(priority));
    g_source_attach(queue.source, nullptr);
  }
}

Loop::~Loop() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard lock(inner_->mutex);
    inner_->closed = true;
    for (auto& [priority, queue] : inner_->queues) {
      for (auto& item : queue.posted) dropped.push_back(std::move(item));
      queue.posted.clear();
    }
  }
  for (auto& [priority, queue] : inner_->queues) {
    g_source_destroy(queue.source);
    g_source_unref(queue.source);
  }
  g_main_loop_unref(inner_->main_loop);
}

void Loop::run() { g_main_loop_run(inner_->main_loop); }
void Loop::quit() {
  post([loop = inner_->main_loop] { g_main_loop_quit(loop); });
}
bool Loop::turn(bool may_wait) { return g_main_context_iteration(nullptr, may_wait ? TRUE : FALSE) == TRUE; }
bool Loop::on_loop_thread() const { return std::this_thread::get_id() == inner_->thread; }
Clock& Loop::clock() { return inner_->clock; }

void Loop::post(std::function<void()> work, Priority priority) {
  const std::lock_guard lock(inner_->mutex);
  auto& queue = inner_->queue(priority);
  queue.posted.push_back(std::move(work));
  if (queue.posted.size() == 1) g_source_set_ready_time(queue.source, 0);
}

Loop::Poster Loop::poster(Priority priority) {
  return [weak = std::weak_ptr<Inner>(inner_), priority](std::function<void()> work) {
    const auto inner = weak.lock();
    if (inner == nullptr) return;
    const std::lock_guard lock(inner->mutex);
    if (inner->closed) return;
    auto& queue = inner->queue(priority);
    queue.posted.push_back(std::move(work));
    if (queue.posted.size() == 1) g_source_set_ready_time(queue.source, 0);
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
  state->source = g_unix_fd_add_full(static_cast<gint>(priority), descriptor,
                                     static_cast<GIOCondition>(ready), call,
                                     new std::shared_ptr<Watch::State>(state),
                                     [](gpointer data) { delete static_cast<std::shared_ptr<Watch::State>*>(data); });
  return Watch(std::move(state));
}

}  // namespace lintel
