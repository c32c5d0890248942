// Who may hold a connection: caps in all and for a source. When all places are taken, the connection that has waited
// longest for a request makes room for a newcomer, so that slow ones from many addresses keep no monitor and no owner
// out. It waits until the whole of one was handed to the loop; who is sent a page waits meanwhile. Private to the room;
// plain of Boost. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lintel::http {

struct Core;

class Seats {
 public:
  // Of connections that were asked to go and still hold their socket: beyond, newcomers are refused.
  static constexpr std::size_t most_leaving = 256;
  struct Seat {
    std::string source;
    std::function<void()> leave;          // closes the connection; any thread, returns at once
    std::list<Seat*>::iterator waiting_at;  // while `waits`
    bool waits = false;
    bool leaves = false;  // was asked to, and counts no more
  };

  // It waits for a request from the beginning.
  [[nodiscard]] bool take(Seat& seat, std::size_t most, std::size_t most_of_source);
  // False: it was asked to go before it could hear of it.
  [[nodiscard]] bool set_leave(Seat& seat, std::function<void()> leave);
  void wait(Seat& seat);   // from now on, for a further request; it may be asked to leave (again)
  void serve(Seat& seat);  // a request was handed to the loop
  void free(Seat& seat);
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  void enter(Seat& seat);
  void uncount(const Seat& seat);

  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> sources_;  // bounded by the connections
  std::list<Seat*> waiting_;                              // longest first
  std::size_t leaving_ = 0;
  std::atomic<std::size_t> taken_{0};
};

// One connection's place under the caps.
class Admission {
 public:
  Admission() = default;
  [[nodiscard]] static Admission ask(std::shared_ptr<Core> core, std::string_view address);
  Admission(Admission&&) noexcept = default;
  Admission& operator=(Admission&&) noexcept = default;
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  ~Admission();
  explicit operator bool() const { return seat_ != nullptr; }

  // What closes the connection. False: close it at once.
  [[nodiscard]] bool set_leave(std::function<void()> leave);
  void wait();
  void serve();

 private:
  std::shared_ptr<Core> core_;
  std::unique_ptr<Seats::Seat> seat_;
};

}  // namespace lintel::http
