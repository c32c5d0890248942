// A program of another maker as a peer: spawned by its argument vector, its standard input a pipe, killed at the end.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace lintel::sip::bench {

// A folder of its own under the system's temporary one.
class Folder {
 public:
  Folder() {
    std::string name = ::testing::TempDir() + "lintel-sip-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() {
    for (const auto& file : files_) unlink(file.c_str());
    for (const char* made : {"/uuid", "/contacts", "/current_contact", "/log"}) unlink((path_ + made).c_str());
    rmdir(path_.c_str());
  }
  std::string write(const std::string& name, const std::string& text) {
    files_.push_back(path_ + "/" + name);
    std::ofstream(files_.back()) << text;
    return files_.back();
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<std::string> files_;
};

class Program {
 public:
  Program(std::vector<std::string> arguments, const std::string& log) : log_(log) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    input_ = ends[1];
    std::vector<char*> raw;
    for (auto& one : arguments) raw.push_back(one.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (posix_spawnp(&process_, raw[0], &actions, nullptr, raw.data(), environ) != 0) process_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
  }
  ~Program() {
    if (input_ >= 0) close(input_);
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] bool started() const { return process_ > 0; }
  void type(const std::string& text) {
    if (write(input_, text.data(), text.size()) < 0) input_ = -1;
  }
  // Whether it has ended; `code` is then its exit code.
  bool ended(int& code) {
    int status = 0;
    if (process_ <= 0 || waitpid(process_, &status, WNOHANG) != process_) return false;
    process_ = -1;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return true;
  }
  [[nodiscard]] std::string output() const {
    std::stringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

 private:
  std::string log_;
  pid_t process_ = -1;
  int input_ = -1;
};

}  // namespace lintel::sip::bench
