// What the server's connections share. Private to the room; plain of Boost. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/loop.hpp"
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
  std::atomic<std::size_t> connections{0}, in_flight{0};
  std::atomic<std::uint64_t> requests{0}, shed{0}, refused{0}, timed_out{0};

  [[nodiscard]] std::shared_ptr<const FileTable> files() const {
    const std::lock_guard lock(mutex);
    return files_;
  }
  void set_files(std::shared_ptr<const FileTable> files) {
    const std::lock_guard lock(mutex);
    files_ = std::move(files);
  }
  // Counts a connection in; false when a cap says no.
  [[nodiscard]] bool admit(const std::string& source) {
    const std::lock_guard lock(mutex);
    if (connections >= limits.connections) return false;
    std::size_t& count = sources_[source];
    if (count >= limits.connections_per_source) return false;
    ++count;
    ++connections;
    return true;
  }
  void leave(const std::string& source) {
    const std::lock_guard lock(mutex);
    --connections;
    const auto found = sources_.find(source);
    if (found != sources_.end() && --found->second == 0) sources_.erase(found);
  }

 private:
  mutable std::mutex mutex;
  std::shared_ptr<const FileTable> files_;
  std::unordered_map<std::string, std::size_t> sources_;  // bounded by the connections
};

// One connection's place under the caps.
class Admission {
 public:
  Admission() = default;
  [[nodiscard]] static Admission ask(std::shared_ptr<Core> core, std::string_view address) {
    Admission admission;
    std::string source = source_of(address);
    if (!core->admit(source)) {
      ++core->shed;
      return admission;
    }
    admission.core_ = std::move(core);
    admission.source_ = std::move(source);
    return admission;
  }
  Admission(Admission&& other) noexcept : core_(std::move(other.core_)), source_(std::move(other.source_)) {
    other.core_ = nullptr;
  }
  Admission& operator=(Admission&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(source_, other.source_);
    return *this;
  }
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  ~Admission() {
    if (core_ != nullptr) core_->leave(source_);
  }
  explicit operator bool() const { return core_ != nullptr; }

 private:
  std::shared_ptr<Core> core_;
  std::string source_;
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
