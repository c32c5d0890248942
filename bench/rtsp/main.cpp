// RTSP side by side with gst-rtsp-server's own shared media, in one run: CPU of the serving process for 64 viewers, and
// the time to the first whole key frame. `rtsp_bench [viewers] [seconds] [tcp|udp]`; each server and the viewers are processes of
// their own, and only the server's CPU is counted.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "feed.hpp"
#include "media/media.hpp"
#include "viewer.hpp"

extern char** environ;

namespace lintel::bench {
namespace {

using Steady = std::chrono::steady_clock;

// This program again, as a server; it ends when its input closes.
class Served {
 public:
  Served(const std::string& kind, bool live, std::size_t viewers) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) std::exit(1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::vector<std::string> arguments{"/proc/self/exe", "serve", kind, live ? "live" : "canned",
                                       std::to_string(viewers)};
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    if (posix_spawn(&process_, raw[0], &actions, nullptr, raw.data(), environ) != 0) std::exit(1);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    std::string line;
    char letter = 0;
    while (read(output[0], &letter, 1) == 1 && letter != '\n') line += letter;
    close(output[0]);
    port_ = static_cast<std::uint16_t>(std::strtoul(line.c_str(), nullptr, 10));
    if (port_ == 0) std::exit(1);
  }
  ~Served() {
    close(input_);
    waitpid(process_, nullptr, 0);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Nanoseconds of CPU that its threads had.
  [[nodiscard]] double cpu() const {
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process_))) {
      double own = 0;
      std::ifstream(task.path() / "schedstat") >> own;
      sum += own;
    }
    return sum;
  }

 private:
  pid_t process_ = -1;
  int input_ = -1;
  std::uint16_t port_ = 0;
};

struct Audience {
  Audience(std::uint16_t port, bool udp, std::size_t count, std::chrono::milliseconds time) {
    for (std::size_t i = 0; i < count; ++i) {
      viewers.push_back(std::make_unique<Viewer>());
      viewers.back()->port = port;
      viewers.back()->udp = udp;
      viewers.back()->until = Steady::now() + time;
    }
    for (const auto& viewer : viewers) threads.emplace_back([&viewer = *viewer] { viewer.watch(); });
  }
  void wait() {
    for (auto& thread : threads) thread.join();
    threads.clear();
  }
  [[nodiscard]] std::size_t playing() const {
    return static_cast<std::size_t>(
        std::count_if(viewers.begin(), viewers.end(), [](const auto& viewer) { return viewer->playing.load(); }));
  }
  std::vector<std::unique_ptr<Viewer>> viewers;
  std::vector<std::thread> threads;
};

struct Cpu {
  double percent = 0;
  std::uint64_t frames = 0, lost = 0;
  std::size_t playing = 0;
};
Cpu measure_cpu(const std::string& kind, bool udp, std::size_t count, int seconds) {
  const Served server(kind, false, count);
  Audience audience(server.port(), udp, count, std::chrono::seconds(seconds + 4));
  std::this_thread::sleep_for(std::chrono::seconds(3));
  const double before = server.cpu();
  const auto began = Steady::now();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  Cpu answer;
  answer.percent = (server.cpu() - before) / 1e9 / std::chrono::duration<double>(Steady::now() - began).count() * 100;
  answer.playing = audience.playing();
  audience.wait();
  for (const auto& viewer : audience.viewers) {
    answer.frames += viewer->frames;
    answer.lost += viewer->lost;
  }
  return answer;
}

// Milliseconds, sorted, of viewers that join together, `rounds` times over; those who saw nothing count as 10 s.
std::vector<double> measure_joins(const std::string& kind, bool udp, std::size_t together, int rounds) {
  const Served server(kind, true, together);
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    // At any moment of the frame period, and of the time since the last key.
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + round * 37 % 400));
    Audience audience(server.port(), udp, together, std::chrono::milliseconds(together > 1 ? 2500 : 700));
    audience.wait();
    for (const auto& viewer : audience.viewers) times.push_back(viewer->first_key.value_or(10'000));
  }
  std::sort(times.begin(), times.end());
  return times;
}

double part(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size()))) - 1)];
}

const char* verdict(double value, double limit) {
  return value <= limit ? "met" : "MISSED";
}

void compare(std::size_t count, int seconds, const std::string& only) {
  for (const bool udp : {false, true}) {
    if (!only.empty() && only != (udp ? "udp" : "tcp")) continue;
    const char* way = udp ? "UDP" : "TCP";
    // Twice each, in turn: what else the machine does falls on both.
    std::vector<Cpu> ours, theirs;
    for (int round = 0; round < 2; ++round) {
      ours.push_back(measure_cpu("lintel", udp, count, seconds));
      theirs.push_back(measure_cpu("gstreamer", udp, count, seconds));
    }
    const double own = (ours[0].percent + ours[1].percent) / 2, other = (theirs[0].percent + theirs[1].percent) / 2;
    fmt::print(
        "RTSP over {}, {} viewers: lintel {:.2f} % of a core ({:.2f}, {:.2f}), gst-rtsp-server {:.2f} % ({:.2f}, "
        "{:.2f}), "
        "ratio {:.2f} (goal 0.5: {}); watching {} and {}, packets lost {} and {}\n",
        way, count, own, ours[0].percent, ours[1].percent, other, theirs[0].percent, theirs[1].percent, own / other,
        verdict(own / other, 0.5),
        ours[1].playing, theirs[1].playing, ours[0].lost + ours[1].lost, theirs[0].lost + theirs[1].lost);
    std::fflush(stdout);
    for (const std::size_t together : {std::size_t{1}, count}) {
      const int rounds = together == 1 ? 30 : 4;
      const auto own_times = measure_joins("lintel", udp, together, rounds);
      const auto their_times = measure_joins("gstreamer", udp, together, rounds);
      const double middle = part(own_times, 0.5), late = part(own_times, 0.99);
      fmt::print(
          "RTSP over {}, {} joining, first whole key frame: lintel p50 {:.0f} ms p99 {:.0f} ms, gst-rtsp-server p50 "
          "{:.0f} ms p99 {:.0f} ms ({}goal p99 300 ms: {})\n",
          way, together, middle, late, part(their_times, 0.5), part(their_times, 0.99),
          together == 1 ? fmt::format("goal p50 40 ms: {}; ", verdict(middle, 40)) : std::string(), verdict(late, 300));
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace lintel::bench

int main(int count, char** arguments) {
  using namespace lintel;
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (!media::init().ok()) return 1;
  if (given.size() == 4 && given[0] == "serve") {
    const std::size_t viewers = std::strtoul(given[3].c_str(), nullptr, 10);
    if (given[1] == "lintel")
      bench::serve_lintel(given[2] == "live", viewers);
    else
      bench::serve_gstreamer(given[2] == "live");
    return 0;
  }
  const auto number = [&](std::size_t index, int otherwise) {
    return given.size() > index ? std::max(1, std::atoi(given[index].c_str())) : otherwise;
  };
  bench::compare(static_cast<std::size_t>(number(0, 64)), number(1, 10), given.size() > 2 ? given[2] : std::string());
  return 0;
}
