#include "hardware/twins.hpp"

#include <algorithm>
#include <utility>

namespace lintel::hardware {

Twin::Twin(Clock& clock, std::string name, std::string kind)
    : clock_(clock), name_(std::move(name)), kind_(std::move(kind)) {}

bool Twin::was_told(std::string_view text) const {
  return std::any_of(notes_.begin(), notes_.end(), [&](const TwinNote& note) { return note.text == text; });
}

void Twin::note(std::string text) {
  notes_.push_back({clock_.wall(), std::move(text)});
  if (notes_.size() > notes_kept) notes_.pop_front();
  if (changed_) changed_(*this);
}

Error Twin::no_such_action(std::string_view action) const {
  std::string known;
  for (const auto& each : actions()) known += (known.empty() ? "" : ", ") + each;
  if (known.empty()) known = "none";
  return {ErrorCode::invalid, "The twin '" + name_ + "' does not know this action.", "action",
          std::string(action.substr(0, 64)), known};
}

Twin* Twins::find(std::string_view name) const {
  for (const auto& twin : twins_) {
    if (twin->name() == name) return twin.get();
  }
  return nullptr;
}

Result<void> Twins::act(std::string_view name, std::string_view action) {
  Twin* const twin = find(name);
  if (twin == nullptr) {
    return Error{ErrorCode::not_found,
                 "There is no twin of this name; GET /twins lists them.",
                 "name",
                 std::string(name.substr(0, 64)),
                 {}};
  }
  return twin->act(action);
}

void Twins::adopt(std::unique_ptr<Twin> twin) {
  twin->changed_ = [this](const Twin& changed) {
    if (listener_) listener_(changed);
  };
  twins_.push_back(std::move(twin));
}

}  // namespace lintel::hardware
