// The signed user part of our Record-Route URIs (RFC 5626 §5.2, here with both directions): an in-dialog request that
// brings it back finds the other side's flow, with no state kept here, and only within the dialog it was made for.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/keyed_hash.hpp"
#include "sip/transport.hpp"

namespace lintel::sip {

class FlowTokens {
 public:
  // `key` of 32 bytes, kept over restarts: UDP dialogs then outlive one. Connections do not, and are not mistaken.
  explicit FlowTokens(const std::string& key);

  // Text that needs no allocation.
  class Token {
   public:
    [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

   private:
    friend class FlowTokens;
    std::array<char, 128> text_;
    std::size_t size_ = 0;
  };
  [[nodiscard]] Token make(std::string_view call_id, std::string_view caller_tag, const Hop& caller,
                           const Hop& callee) const;
  enum class State { foreign, of_another_dialog, good };
  struct Found {
    State state = State::foreign;
    Hop to;    // where the request goes; a connection of an earlier run has flow 0
    Hop from;  // the side that sends it, if it is no forgery
  };
  // For a request of the dialog: decides by its From tag which of the two sides it goes to.
  [[nodiscard]] Found read(std::string_view token, std::string_view call_id, std::string_view from_tag,
                           std::string_view to_tag) const;

 private:
  [[nodiscard]] std::uint32_t side(std::string_view call_id, std::string_view tag) const;
  KeyedHash hash_;
  KeyedHash mac_;
  std::uint32_t boot_;
};

}  // namespace lintel::sip
