// Who has how many requests open at once, so that nobody takes every place. Loop only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/string_hash.hpp"

namespace lintel::sip {

class OpenRequests {
  using Counts = std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>>;

 public:
  // Is left when it is assigned anew or gone. Must not outlive the OpenRequests that it is of.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : of_(std::exchange(other.of_, nullptr)), count_(std::exchange(other.count_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(count_, other.count_);
      other.leave();
      return *this;
    }
    ~Place() { leave(); }
    explicit operator bool() const { return of_ != nullptr; }

   private:
    friend class OpenRequests;
    Place(OpenRequests& of, Counts::value_type& count) : of_(&of), count_(&count) {}
    void leave() {
      if (of_ == nullptr) return;
      --of_->taken_;
      if (--count_->second == 0) of_->counts_.erase(count_->first);
      of_ = nullptr;
    }
    OpenRequests* of_ = nullptr;
    Counts::value_type* count_ = nullptr;
  };

  // Empty: all places are taken, or all that are for one.
  [[nodiscard]] Place take(std::string_view who, std::size_t most, std::size_t most_of_one) {
    const auto found = counts_.find(who);
    if (taken_ >= most || (found != counts_.end() && found->second >= most_of_one)) return {};
    auto& count = found != counts_.end() ? *found : *counts_.try_emplace(std::string(who)).first;
    ++count.second;
    ++taken_;
    return {*this, count};
  }

 private:
  Counts counts_;
  std::size_t taken_ = 0;
};

}  // namespace lintel::sip
