// A real peer: Debian's SIPp registers and calls through the server on loopback, over UDP and TCP.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "../support.hpp"
#include "sip/network.hpp"
#include "sip/server.hpp"

extern char** environ;

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path scenarios = std::filesystem::path(LINTEL_SIP_TESTS) / "scenarios";

class Sipp {
 public:
  Sipp(const std::filesystem::path& folder, const std::string& name, std::vector<std::string> arguments)
      : output_(folder / (name + ".out")) {
    arguments.insert(arguments.begin(), "sipp");
    std::vector<char*> argv;
    for (auto& one : arguments) argv.push_back(one.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (posix_spawnp(&pid_, "sipp", &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Sipp() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Sipp(const Sipp&) = delete;
  Sipp& operator=(const Sipp&) = delete;
  // The exit code once it has ended.
  std::optional<int> ended() {
    if (pid_ <= 0) return code_;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    return code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  }
  [[nodiscard]] std::string output() const {
    std::ifstream file(output_);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path output_;
  pid_t pid_ = -1;
  int code_ = 254;
};

std::uint16_t free_port(bool datagrams) {
  const int descriptor = socket(AF_INET, datagrams ? SOCK_DGRAM : SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t length = sizeof address;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
  close(descriptor);
  return ntohs(address.sin_port);
}

class SippPeer : public testing::TestWithParam<TransportKind> {
 protected:
  SippPeer() {
    char name[] = "/tmp/lintel-sipp-XXXXXX";
    folder = mkdtemp(name);
    std::filesystem::current_path(folder);  // SIPp leaves files where it stands
    accounts.add("101#0", {"101"});
    accounts.add("8001");
  }
  ~SippPeer() override {
    std::filesystem::current_path("/");
    std::filesystem::remove_all(folder);
  }
  std::vector<std::string> arguments(const std::string& scenario, const std::string& user, std::uint16_t own_port,
                                     std::uint16_t listens, int calls) {
    return {"127.0.0.1:" + std::to_string(port),
            "-t",
            GetParam() == TransportKind::udp ? "u1" : "t1",
            "-sf",
            (scenarios / (scenario + ".xml")).string(),
            "-i",
            "127.0.0.1",
            "-p",
            std::to_string(own_port),
            "-m",
            std::to_string(calls),
            "-r",
            "100",
            "-nostdin",
            "-au",
            user,
            "-ap",
            "secret-" + (user == "101" ? std::string("101#0") : user),
            "-key",
            "user",
            user,
            "-key",
            "callee",
            "101",
            "-key",
            "listens",
            std::to_string(listens),
            "-timeout",
            "40s",
            "-timeout_error",
            "-trace_err",
            "-error_file",
            (folder / (scenario + ".err")).string()};
  }
  // Turns the loop until all have ended; their exit codes.
  std::vector<int> wait(const std::vector<Sipp*>& peers) {
    std::vector<int> codes;
    auto tick = loop.clock().every(10ms, [] {});
    auto limit_reached = false;
    auto limit = loop.clock().after(50s, [&] { limit_reached = true; });
    for (Sipp* peer : peers) {
      std::optional<int> code;
      while (!(code = peer->ended()) && !limit_reached) loop.turn(true);
      codes.push_back(code.value_or(253));
    }
    return codes;
  }

  std::filesystem::path folder;
  Loop loop;
  test::MemoryAccounts accounts;
  Network network{loop};
  Core core{loop.clock(), network};
  Server server{core, accounts, nullptr, std::string(32, 'k'), {}, {}};
  std::uint16_t port = 0;
};

TEST_P(SippPeer, registersAndCallsThroughTheServer) {  // S15
  port = network.listen({GetParam(), "127.0.0.1", 0}).value();
  const bool udp = GetParam() == TransportKind::udp;
  const auto callee_port = free_port(udp);
  Sipp registers(folder, "register", arguments("register", "101", free_port(udp), callee_port, 1));
  EXPECT_EQ(wait({&registers}), std::vector<int>{0}) << registers.output();
  ASSERT_EQ(server.contacts("101").size(), 1U);
  constexpr int calls = 30;
  Sipp callee(folder, "callee", arguments("callee", "101", callee_port, callee_port, calls));
  for (const auto until = loop.clock().monotonic() + 500ms; loop.clock().monotonic() < until;) loop.turn(false);
  Sipp caller(folder, "caller", arguments("caller", "8001", free_port(udp), 1, calls));
  EXPECT_EQ(wait({&caller, &callee}), (std::vector<int>{0, 0})) << caller.output() << callee.output();
}

INSTANTIATE_TEST_SUITE_P(Over, SippPeer, testing::Values(TransportKind::udp, TransportKind::tcp),
                         [](const auto& parameter) { return std::string(via_name_of(parameter.param)); });

}  // namespace
}  // namespace lintel::sip
