// Runs a program by argument vector, without a shell; its output goes into a file.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

extern char** environ;

namespace lintel::media {

class Program {
 public:
  Program(std::vector<std::string> arguments, const std::string& output) {
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (posix_spawnp(&process_, raw[0], &actions, nullptr, raw.data(), environ) != 0) process_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Program() {
    if (process_ > 0 && !status_) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // The exit code once it ended; -1 when it was killed or never began.
  std::optional<int> ended() {
    if (process_ <= 0) return -1;
    int status = 0;
    if (!status_ && ::waitpid(process_, &status, WNOHANG) == process_)
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return status_;
  }
  void interrupt() const {
    if (process_ > 0) ::kill(process_, SIGINT);
  }

 private:
  pid_t process_ = -1;
  std::optional<int> status_;
};

}  // namespace lintel::media
