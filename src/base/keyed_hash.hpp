// SipHash-2-4: a hash that outsiders cannot aim at, and a short MAC. Any thread.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.hpp"

namespace lintel {

class KeyedHash {
 public:
  KeyedHash() : k0_(bytes::random_number()), k1_(bytes::random_number()) {}
  // `key` of at least 16 bytes.
  explicit KeyedHash(std::string_view key) {
    std::memcpy(&k0_, key.data(), 8);
    std::memcpy(&k1_, key.data() + 8, 8);
  }

  // Fed piece by piece; the boundary between pieces counts.
  class Run {
   public:
    Run(std::uint64_t k0, std::uint64_t k1)
        : v0_(k0 ^ 0x736f6d6570736575U),
          v1_(k1 ^ 0x646f72616e646f6dU),
          v2_(k0 ^ 0x6c7967656e657261U),
          v3_(k1 ^ 0x7465646279746573U) {}
    Run& add(std::string_view piece) {
      std::size_t at = 0;
      for (; at + 8 <= piece.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, piece.data() + at, 8);
        word_in(word);
      }
      std::uint64_t last = std::uint64_t{piece.size()} << 56;
      // An empty piece may have no address, which memcpy must not be given.
      if (at < piece.size()) std::memcpy(&last, piece.data() + at, piece.size() - at);
      word_in(last);
      return *this;
    }
    Run& add(std::uint64_t number) {
      word_in(number);
      return *this;
    }
    [[nodiscard]] std::uint64_t finish() {
      v2_ ^= 0xff;
      for (int i = 0; i < 4; ++i) round();
      return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

    // 128 bits, too many to guess: both halves of a state that went through as many rounds for each.
    [[nodiscard]] std::array<std::uint64_t, 2> finish_long() {
      v1_ ^= 0xee;  // not the state that finish() begins with
      const std::uint64_t first = finish();
      v1_ ^= 0xdd;
      for (int i = 0; i < 4; ++i) round();
      return {first, v0_ ^ v1_ ^ v2_ ^ v3_};
    }

   private:
    void word_in(std::uint64_t word) {
      v3_ ^= word;
      round();
      round();
      v0_ ^= word;
    }
    void round() {
      v0_ += v1_, v1_ = std::rotl(v1_, 13), v1_ ^= v0_, v0_ = std::rotl(v0_, 32);
      v2_ += v3_, v3_ = std::rotl(v3_, 16), v3_ ^= v2_;
      v0_ += v3_, v3_ = std::rotl(v3_, 21), v3_ ^= v0_;
      v2_ += v1_, v1_ = std::rotl(v1_, 17), v1_ ^= v2_, v2_ = std::rotl(v2_, 32);
    }
    std::uint64_t v0_, v1_, v2_, v3_;
  };
  [[nodiscard]] Run run() const { return {k0_, k1_}; }
  [[nodiscard]] std::uint64_t operator()(std::string_view text) const { return run().add(text).finish(); }
  [[nodiscard]] std::uint64_t operator()(std::uint64_t number) const { return run().add(number).finish(); }

 private:
  std::uint64_t k0_ = 0, k1_ = 0;
};

}  // namespace lintel
