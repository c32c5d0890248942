// The event stream's inner end: src/app tells what happened, each client hears what its role may. Loop only.
#pragma once

#include <string>
#include <string_view>

#include "web/ports.hpp"

namespace lintel::web {

// Implemented by the Api (api.hpp). Journal entries it hears from the journal itself.
class Events {
 public:
  virtual ~Events() = default;
  virtual void panel_changed(const PanelState& state) = 0;
  virtual void card_issue_changed(const CardIssue& issue) = 0;
  virtual void lock_changed(const LockState& state) = 0;
  virtual void call_changed(const CallState& state) = 0;
  virtual void monitor_changed(std::string_view account, bool online) = 0;
  virtual void camera_changed(const PartState& state) = 0;
};

}  // namespace lintel::web
