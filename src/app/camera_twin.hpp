// The test picture as a twin: its cable can be pulled and plugged in again, from the console and from tests. Loop only.
#pragma once

#include "hardware/twins.hpp"
#include "media/video.hpp"

namespace lintel::app {

class CameraTwin final : public hardware::Twin {
 public:
  CameraTwin(Clock& clock, media::Video& video) : Twin(clock, "camera", "camera"), video_(video) {}
  [[nodiscard]] std::string state() const override { return media::name_of(video_.camera().state); }
  [[nodiscard]] std::vector<std::string> actions() const override { return {"unplug", "plug"}; }
  [[nodiscard]] Result<void> act(std::string_view action) override {
    if (action != "unplug" && action != "plug") return no_such_action(action);
    LINTEL_CHECK(video_.unplug(action == "unplug"));  // conflict: a real camera is in use
    note(std::string(action));
    return {};
  }

 private:
  media::Video& video_;
};

}  // namespace lintel::app
