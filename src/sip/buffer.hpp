// Text that is put together piece by piece: one growing piece of memory, and no call for a piece that fits. Any thread.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace lintel::sip {

class Buffer {
 public:
  explicit Buffer(std::size_t capacity = 0) { reserve(capacity); }
  Buffer(Buffer&& other) noexcept
      : text_(std::move(other.text_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(text_, other.text_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~Buffer() {
    if (capacity_ == usual && kept == nullptr) kept = std::move(text_);
  }

  // `piece` must not lie in this buffer.
  Buffer& append(std::string_view piece) {
    if (piece.empty()) return *this;  // it may have no address, which memcpy must not be given
    std::memcpy(room(piece.size()), piece.data(), piece.size());
    size_ += piece.size();
    return *this;
  }
  Buffer& append(char c) {
    *room(1) = c;
    ++size_;
    return *this;
  }
  Buffer& append_number(std::uint64_t number, int base = 10) {
    char* const begin = room(longest_number);
    size_ += static_cast<std::size_t>(std::to_chars(begin, begin + longest_number, number, base).ptr - begin);
    return *this;
  }
  // Lets `write(char*)` put exactly `size` characters.
  template <typename Write>
  Buffer& append_by(std::size_t size, Write write) {
    write(room(size));
    size_ += size;
    return *this;
  }
  void resize(std::size_t size) { size_ = std::min(size, size_); }  // only shorter
  void clear() { size_ = 0; }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string_view view() const { return {text_.get(), size_}; }

 private:
  static constexpr std::size_t longest_number = 20;
  // Nearly every message fits. One piece of that size is kept for the next: an allocator takes its time for what is
  // larger than the small things it keeps at hand.
  static constexpr std::size_t usual = 4096;
  inline static thread_local std::unique_ptr<char[]> kept;

  char* room(std::size_t more) {
    if (capacity_ - size_ < more) grow(std::max(size_ + more, 2 * capacity_));
    return text_.get() + size_;
  }
  void grow(std::size_t capacity) {
    capacity = std::max(capacity, usual);
    auto larger =
        capacity == usual && kept != nullptr ? std::move(kept) : std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), text_.get(), size_);
    text_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace lintel::sip
