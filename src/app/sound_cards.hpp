// Which sound devices "auto" means. A card may come after the station: its hub is slow after a power cut, or somebody
// plugs it in later. Until it is there the station is silent, and looks again. One that was found and is pulled out is
// waited for by media::AudioEngine. Loop only.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"

namespace lintel::app {

class SoundCards {
 public:
  static constexpr Duration look_period = std::chrono::seconds(5);  // while one is missing

  struct Devices {
    std::string microphone, speaker;  // names as media::AudioOptions has them
  };
  // What is asked for: "auto", or a device's name, which is taken as it is. `folder`: ALSA's nodes.
  SoundCards(Clock& clock, std::string microphone, std::string speaker, std::string folder = "/dev/snd");

  [[nodiscard]] const Devices& now() const { return now_; }
  std::function<void()> on_found;  // now() has another one

 private:
  [[nodiscard]] bool has(char direction) const;
  [[nodiscard]] Devices look() const;
  [[nodiscard]] bool lacks_one() const;

  Devices wished_, now_;
  std::string folder_;
  Timer again_;
};

}  // namespace lintel::app
