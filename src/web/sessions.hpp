// Who is logged in from a browser (S04). In memory: a restart ends every session. Loop only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "web/ports.hpp"

namespace lintel::http {
class WebSocket;
}

namespace lintel::web {

struct Session {
  // WebSockets at once, which are the telephones of its windows; one more ends the one that is open longest.
  static constexpr std::size_t most_sockets = 8;

  std::string id;    // shown in the list; no right comes from it
  std::string csrf;  // what a page adds to each change of state
  Subject who;
  std::string browser;  // as it names itself, cut
  WallTime began{};
  Monotonic used{};
  std::size_t streams = 0;  // open event streams: a monitor on a wall is not idle while it listens
  std::vector<std::weak_ptr<http::WebSocket>> sockets = {};  // nor while its telephone is connected; oldest first
};
[[nodiscard]] std::vector<std::shared_ptr<http::WebSocket>> open_sockets(const Session& session);

class Sessions {
 public:
  static constexpr std::size_t most = 2'000;
  static constexpr std::size_t most_of_an_account = 16;  // one more ends the one idle for longest

  // `idle_time` is asked each time, so that a change of the setting takes force at once.
  Sessions(Clock& clock, std::function<std::chrono::minutes()> idle_time);

  struct Begun {
    std::string token;  // for the cookie; kept here as a hash only
    std::shared_ptr<Session> session;
  };
  [[nodiscard]] Begun begin(Subject who, std::string_view browser);
  // The session of a cookie's token, marked as used now; null: none, or it was idle for too long. `unattended`: its
  // page asks by itself, which is no use of a person's session, but is one of a device's.
  [[nodiscard]] std::shared_ptr<Session> use(std::string_view token, bool unattended);
  [[nodiscard]] bool has(std::string_view id) const;
  // Another session in its place, with its csrf for the page that stands; what was open by the old cookie ends.
  [[nodiscard]] Begun renew(const Session& session);
  bool end(std::string_view id);
  // All sessions of an account but one (password changed, monitor revoked).
  void end_all_of(std::string_view account, std::string_view but_id = {});
  [[nodiscard]] std::vector<std::shared_ptr<Session>> list() const;
  // Called with each session that ends, for whatever reason.
  void on_end(std::function<void(const Session&)> listener) { ended_ = std::move(listener); }

 private:
  using Table = std::map<std::string, std::shared_ptr<Session>, std::less<>>;  // by SHA-256 of the token
  [[nodiscard]] bool idle(const Session& session) const;
  void sweep();
  Table::iterator erase(Table::iterator at);

  Clock& clock_;
  std::function<std::chrono::minutes()> idle_time_;
  Table table_;
  std::function<void(const Session&)> ended_;
  Timer sweeper_;
};

}  // namespace lintel::web
