// What the server's connections share. Private to the room; plain of Boost. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/loop.hpp"
#include "http/admission.hpp"
#include "http/files.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

namespace lintel::http {

struct Core {
  Limits limits;
  Router router;             // read only once started
  Loop::Poster post;         // requests
  Loop::Poster post_signal;  // WebSockets: they carry SIP
  Seats seats;
  std::atomic<int> https_port{-1};  // as send_pages_to() was told; below 0: it was not
  std::atomic<std::size_t> in_flight{0};
  std::atomic<std::uint64_t> requests{0}, shed{0}, refused{0}, timed_out{0};

  [[nodiscard]] std::shared_ptr<const FileTable> files() const {
    const std::lock_guard lock(mutex);
    return files_;
  }
  void set_files(std::shared_ptr<const FileTable> files) {
    const std::lock_guard lock(mutex);
    files_ = std::move(files);
  }

 private:
  mutable std::mutex mutex;
  std::shared_ptr<const FileTable> files_;
};

// One request's place in the loop's queue; given back when it is answered or dropped.
class Ticket {
 public:
  Ticket() = default;
  [[nodiscard]] static Ticket draw(const std::shared_ptr<Core>& core) {
    Ticket ticket;
    if (core->in_flight.fetch_add(1) >= core->limits.requests_in_flight) {
      --core->in_flight;
      ++core->refused;
      return ticket;
    }
    ticket.core_ = core;
    return ticket;
  }
  Ticket(Ticket&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() {
    if (core_ != nullptr) --core_->in_flight;
  }
  explicit operator bool() const { return core_ != nullptr; }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace lintel::http
