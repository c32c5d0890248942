#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.hpp"
#include "hardware/twin_devices.hpp"

namespace lintel::hardware {
namespace {
constexpr unsigned char energised_mark = 'E';
constexpr unsigned char released_mark = 'R';
}  // namespace

TwinRelay::TwinRelay(Clock& twin_clock, std::string name, TwinRelayOptions options)
    : Twin(twin_clock, std::move(name), "relay"), options_(std::move(options)), energised_(options_.energised) {
  if (!options_.position_file.empty()) map_position();
}

TwinRelay::~TwinRelay() {
  if (position_ != nullptr) munmap(position_, 1);
}

void TwinRelay::map_position() {
  const int file = open(options_.position_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    log::warning("hardware", "Relay twin {} cannot keep its position in {}; it starts released.", name(),
                 options_.position_file);
    return;
  }
  unsigned char mark = released_mark;
  const bool found = pread(file, &mark, 1, 0) == 1;
  // The byte is written before it is mapped: storing into a hole of a full disk would end the program.
  if (found || pwrite(file, &mark, 1, 0) == 1) {
    void* const memory = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) {
      position_ = static_cast<unsigned char*>(memory);
      energised_ = mark == energised_mark;
    }
  }
  close(file);
}

void TwinRelay::obey(bool energise) {
  note(energise ? "energise" : "release");
  if (health_ == Health::jammed) return;
  if (options_.answer_after <= Duration::zero()) {
    move(energise);
  } else {
    answering_ = clock().after(options_.answer_after, [this, energise] { move(energise); });
  }
}

void TwinRelay::move(bool energise) {
  switch (health_) {
    case Health::jammed:
      return;  // it jammed on the way
    case Health::failing:
      return tell(RelayReport::failed);
    case Health::well:
      break;
  }
  energised_ = energise;
  if (position_ != nullptr) *position_ = energise ? energised_mark : released_mark;
  note(energise ? "is energised" : "is released");
  tell(energise ? RelayReport::energised : RelayReport::released);
}

std::string TwinRelay::state() const {
  std::string text = energised_ ? "energised" : "released";
  if (health_ == Health::failing) text += ", failing";
  if (health_ == Health::jammed) text += ", jammed";
  return text;
}

std::vector<std::string> TwinRelay::actions() const {
  return {"fail", "jam", "heal"};
}

Result<void> TwinRelay::act(std::string_view action) {
  if (action == "fail") {
    health_ = Health::failing;
  } else if (action == "jam") {
    health_ = Health::jammed;
    answering_.cancel();
  } else if (action == "heal") {
    health_ = Health::well;
  } else {
    return no_such_action(action);
  }
  note(std::string(action));
  return {};
}

}  // namespace lintel::hardware
