#include "media/audio.hpp"

#include <pthread.h>

#include <condition_variable>
#include <thread>

#include "base/log.hpp"
#include "media/audio_mixer.hpp"
#include "media/leg_thread.hpp"

namespace lintel::media {
namespace {

constexpr auto retry_period = std::chrono::seconds(5);
constexpr auto late_limit = std::chrono::milliseconds(60);     // a device that is later than this gives silence
constexpr auto behind_limit = std::chrono::milliseconds(200);  // beyond, lost ticks are not made up

}  // namespace

struct AudioEngine::Inner : std::enable_shared_from_this<AudioEngine::Inner> {
  Inner(Loop& house, AudioOptions given)
      : loop(house), poster(house.poster()), options(std::move(given)), mixer(std::make_shared<Mixer>(options)) {}

  void start() {
    jobs->run([mix = mixer, folder = options.sounds_folder] { load_sounds(*mix, folder); });
    open(true);
    open(false);
    thread = std::thread([this] { run(); });
  }

  void stop() {
    {
      const std::lock_guard lock(wake_mutex);
      ending = true;
    }
    wake.notify_one();
    thread.join();
    jobs->run([mix = mixer] { replace(*mix, nullptr, nullptr, true, true); });
    jobs.reset();  // closes the devices here, lest the last reference be let go on one of their threads
  }

  static void load_sounds(Mixer& mix, const std::string& folder) {
    for (int index = 0; index < sound_count; ++index) {
      auto clip = std::make_shared<const std::vector<std::int16_t>>(load_sound(static_cast<Sound>(index), folder));
      const std::lock_guard lock(mix.mutex);
      mix.bank[static_cast<std::size_t>(index)] = std::move(clip);
    }
  }

  // Puts devices in place under the mutex, and lets the old ones go outside of it, since closing may wait.
  static void replace(Mixer& mix, std::unique_ptr<MicrophoneDevice> microphone, std::unique_ptr<SpeakerDevice> speaker,
                      bool new_microphone, bool new_speaker) {
    {
      const std::lock_guard lock(mix.mutex);
      if (new_microphone) std::swap(mix.microphone, microphone);
      if (new_speaker) std::swap(mix.speaker, speaker);
    }
  }

  // Loop. Closes what is open and opens what is configured, in the background.
  void open(bool is_microphone) {
    const std::uint64_t generation = ++(is_microphone ? microphone_generation : speaker_generation);
    (is_microphone ? state.microphone : state.speaker) = DeviceState::opening;
    const std::string text = is_microphone ? options.microphone : options.speaker;
    const auto tell = [weak = weak_from_this(), post = poster, is_microphone, generation](std::string problem) {
      post([weak, is_microphone, generation, problem = std::move(problem)] {
        if (const auto self = weak.lock()) self->settled(is_microphone, generation, problem);
      });
    };
    const auto arrived = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->sound_arrived();
    };
    jobs->run([mix = mixer, text, is_microphone, tell, arrived] {
      replace(*mix, nullptr, nullptr, is_microphone, !is_microphone);
      Result<DeviceName> name = parse_device_name(text, is_microphone);
      if (!name) return tell(name.error().message);
      if (is_microphone) {
        Result<std::unique_ptr<MicrophoneDevice>> device = open_microphone(*name, arrived, tell);
        if (!device) return tell(device.error().message);
        replace(*mix, std::move(*device), nullptr, true, false);
      } else {
        Result<std::unique_ptr<SpeakerDevice>> device = open_speaker(*name, tell);
        if (!device) return tell(device.error().message);
        replace(*mix, nullptr, std::move(*device), false, true);
        const std::lock_guard lock(mix->mutex);
        mix->record = name->kind == DeviceName::Kind::test;
      }
      tell({});
    });
  }

  // Loop. An attempt came to its end, or a running device broke (a problem is given).
  void settled(bool is_microphone, std::uint64_t generation, const std::string& problem) {
    if (generation != (is_microphone ? microphone_generation : speaker_generation)) return;
    DeviceState& device = is_microphone ? state.microphone : state.speaker;
    if (device == DeviceState::failed) return;  // said already: it broke while it was opening
    device = problem.empty() ? DeviceState::running : DeviceState::failed;
    std::string& own = is_microphone ? microphone_problem : speaker_problem;
    if (!problem.empty()) {
      if (own != problem) log::warning("audio", "{} It is tried again every 5 seconds.", problem);
      Timer& retry = is_microphone ? microphone_retry : speaker_retry;
      retry = loop.clock().after(retry_period, [this, is_microphone] { open(is_microphone); });
    } else if (!own.empty()) {
      log::info("audio", "The {} works again.", is_microphone ? "microphone" : "speaker");
    }
    own = problem;
    state.message = microphone_problem;
    if (!speaker_problem.empty()) state.message += (state.message.empty() ? "" : " ") + speaker_problem;
    if (changed) changed(current());
  }

  AudioState current() const {
    AudioState now = state;
    const std::lock_guard lock(mixer->mutex);
    now.lent = mixer->lent != nullptr;
    return now;
  }

  void sound_arrived() {
    {
      const std::lock_guard lock(wake_mutex);
      arrived_sound = true;
    }
    wake.notify_one();
  }

  // The audio thread: paced by the microphone where it has a clock of its own, else by the monotonic clock.
  void run() {
    pthread_setname_np(pthread_self(), "sound");
    using Steady = std::chrono::steady_clock;
    auto due = Steady::now();
    bool late = false;
    std::unique_lock lock(wake_mutex);
    while (!ending) {
      lock.unlock();
      const bool clocked = mixer->clocked();
      const bool frame_is_there = clocked && mixer->fetch();
      lock.lock();
      if (frame_is_there) {
        late = false;
        due = Steady::now();
      } else {
        const auto deadline = clocked && !late ? due + late_limit : due + audio_period;
        const bool woken = wake.wait_until(lock, deadline, [&] { return ending || (clocked && arrived_sound); });
        arrived_sound = false;
        if (ending) break;
        if (woken) continue;
        late = clocked;
        due = deadline;
        if (const auto now = Steady::now(); now - due > behind_limit) due = now;
      }
      lock.unlock();
      mixer->tick();
      lock.lock();
    }
  }

  Loop& loop;
  Loop::Poster poster;
  AudioOptions options;
  std::shared_ptr<Mixer> mixer;
  Changed changed;
  AudioState state;
  std::string microphone_problem;
  std::string speaker_problem;
  std::uint64_t microphone_generation = 0;
  std::uint64_t speaker_generation = 0;
  Timer microphone_retry;
  Timer speaker_retry;
  std::mutex wake_mutex;
  std::condition_variable wake;
  bool ending = false;
  bool arrived_sound = false;
  std::thread thread;
  std::unique_ptr<JobThread> jobs = std::make_unique<JobThread>();
};

AudioEngine::AudioEngine(Loop& loop, AudioOptions options) : inner_(std::make_shared<Inner>(loop, std::move(options))) {
  inner_->start();
}

AudioEngine::~AudioEngine() {
  inner_->stop();
}

Result<std::unique_ptr<AudioPort>> AudioEngine::join(AudioPort::Near near) {
  Mixer& mixer = *inner_->mixer;
  const std::lock_guard lock(mixer.mutex);
  if (mixer.ports.size() >= Mixer::port_limit) {
    return Error{ErrorCode::full, "No more people can talk to this station at once.", {}, {}, "64"};
  }
  auto port = std::make_shared<AudioPort::Inner>();
  port->mixer = inner_->mixer;
  port->near = std::move(near);
  mixer.ports.push_back(port);
  return std::make_unique<AudioPort>(std::move(port));
}

std::unique_ptr<LentAudio> AudioEngine::lend(std::function<void(const AudioFrame&)> speaker) {
  auto lent = std::make_shared<LentAudio::Inner>();
  lent->mixer = inner_->mixer;
  lent->speaker = std::move(speaker);
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->lent = lent;
  return std::make_unique<LentAudio>(std::move(lent));
}

void AudioEngine::play(Sound sound) {
  const std::lock_guard lock(inner_->mixer->mutex);
  if (inner_->mixer->sound_enabled[static_cast<std::size_t>(sound)]) inner_->mixer->sounds.play(sound);
}

void AudioEngine::stop_sounds() {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->sounds.stop();
}

void AudioEngine::set_sound_enabled(Sound sound, bool enabled) {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->sound_enabled[static_cast<std::size_t>(sound)] = enabled;
}

void AudioEngine::set_microphone_volume(int volume) {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->microphone_gain = gain_of(volume);
}

void AudioEngine::set_speaker_volume(int volume) {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->speaker_gain = gain_of(volume);
}

void AudioEngine::set_muted(bool muted) {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->muted = muted;
}

void AudioEngine::set_echo_cancellation(bool on) {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->cancel_echo = on;
}

void AudioEngine::set_noise_suppression(bool on) {
  const std::lock_guard lock(inner_->mixer->mutex);
  inner_->mixer->suppress_noise = on;
}

void AudioEngine::set_devices(std::string microphone, std::string speaker) {
  if (microphone != inner_->options.microphone) {
    inner_->options.microphone = std::move(microphone);
    inner_->open(true);
  }
  if (speaker != inner_->options.speaker) {
    inner_->options.speaker = std::move(speaker);
    inner_->open(false);
  }
}

void AudioEngine::on_change(Changed changed) {
  inner_->changed = std::move(changed);
}

AudioState AudioEngine::state() const {
  return inner_->current();
}

AudioFigures AudioEngine::figures() const {
  const std::lock_guard lock(inner_->mixer->mutex);
  return inner_->mixer->figures;
}

std::vector<std::int16_t> AudioEngine::recorded() const {
  const std::lock_guard lock(inner_->mixer->mutex);
  return inner_->mixer->recording.copy();
}

}  // namespace lintel::media
