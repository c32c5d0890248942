#include "app/sound_cards.hpp"

#include <dirent.h>

#include <string_view>
#include <utility>

#include "base/handle.hpp"

namespace lintel::app {

SoundCards::SoundCards(Clock& clock, std::string microphone, std::string speaker, std::string folder)
    : wished_{std::move(microphone), std::move(speaker)}, folder_(std::move(folder)) {
  now_ = look();
  if (!lacks_one()) return;
  again_ = clock.every(look_period, [this] {
    Devices found = look();
    if (found.microphone == now_.microphone && found.speaker == now_.speaker) return;
    now_ = std::move(found);
    if (on_found) on_found();
    if (!lacks_one()) again_.cancel();
  });
}

// A device of that direction ('c' capture, 'p' playback), as ALSA names its nodes: pcmC0D0c.
bool SoundCards::has(char direction) const {
  const Handle<DIR, closedir> folder(opendir(folder_.c_str()));
  if (folder == nullptr) return false;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with("pcm") && name.back() == direction) return true;
  }
  return false;
}

SoundCards::Devices SoundCards::look() const {
  const auto pick = [this](const std::string& wished, const std::string& had, char direction, const char* none) {
    if (wished != "auto") return wished;
    return std::string(had == "default" || has(direction) ? "default" : none);
  };
  return {pick(wished_.microphone, now_.microphone, 'c', "silence"), pick(wished_.speaker, now_.speaker, 'p', "none")};
}

bool SoundCards::lacks_one() const {
  return (wished_.microphone == "auto" && now_.microphone != "default") ||
         (wished_.speaker == "auto" && now_.speaker != "default");
}

}  // namespace lintel::app
