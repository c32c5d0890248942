// N12: the station's figures for Prometheus.
#include <algorithm>
#include <set>
#include <sstream>

#include "web/house.hpp"

namespace lintel::web::testing {
namespace {

class Metrics : public HouseTest {
 protected:
  Metrics() {
    set_up();
    admin_ = log_in();
    EXPECT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 201);
  }
  [[nodiscard]] std::vector<std::string> lines() {
    std::vector<std::string> all;
    std::istringstream text(get("/metrics", admin_).body);
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
  As admin_;
};

TEST_F(Metrics, N12_saysHowLateTheLoopIsAndHowThePartsStand) {
  fakes_.at_a_glance.recent_loop_delay = std::chrono::microseconds(1'500);
  fakes_.at_a_glance.worst_loop_delay = std::chrono::milliseconds(20);
  fakes_.at_a_glance.storage.state = "failed";
  fakes_.at_a_glance.attention = {{"journal", "alarm", {}, {}}, {"rooms", "notice", {}, {}}, {"x", "alarm", {}, {}}};
  (void)pair("monitor", "101", admin_);
  clock_.advance(std::chrono::seconds(90));
  const std::vector<std::string> all = lines();
  for (const char* line :
       {"# TYPE lintel_loop_delay_seconds gauge", R"(lintel_loop_delay_seconds{within="minutes"} 0.0015)",
        R"(lintel_loop_delay_seconds{within="start"} 0.02)", "lintel_camera_up 1", "lintel_storage_up 0",
        R"(lintel_attention{severity="alarm"} 2)", R"(lintel_attention{severity="warning"} 0)", "lintel_monitors 1",
        "lintel_monitors_online 1", "lintel_calls 2", R"(lintel_lock{lock="1",state="locked"} 1)",
        R"(lintel_lock{lock="1",state="jammed"} 0)", "lintel_uptime_seconds 90"})
    EXPECT_TRUE(std::find(all.begin(), all.end(), line) != all.end()) << line << " is not in\n"
                                                                      << get("/metrics", admin_).body;
}

// Whoever reads it groups figures by their name, and has each of them once.
TEST_F(Metrics, N12_eachFigureIsDescribedAndStandsOnce) {
  std::set<std::string> described, figures;
  std::string of;
  for (const std::string& line : lines()) {
    if (line.starts_with("# HELP ")) {
      of = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(described.insert(of).second) << line;
    } else if (!line.starts_with("# TYPE " + of + " ")) {
      EXPECT_EQ(line.substr(0, line.find_first_of("{ ")), of) << line;
      EXPECT_TRUE(figures.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  EXPECT_GT(figures.size(), 10U);
  EXPECT_EQ(get("/metrics", admin_).header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(Metrics, areNoBusinessOfMonitorsAndStrangers) {
  EXPECT_EQ(get("/metrics").status, 401);
  EXPECT_EQ(get("/metrics", pair("monitor", "101", admin_)).status, 403);
}

}  // namespace
}  // namespace lintel::web::testing
