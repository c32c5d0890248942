// The open event streams and who may hear what on them. Private to the room.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/responder.hpp"
#include "journal/entry.hpp"
#include "web/ports.hpp"
#include "web/sessions.hpp"

namespace lintel::web {

class EventHub {
 public:
  static constexpr std::size_t most_streams = 500;
  // Browsers open six connections to a station, for all their windows: two are left for what these ask and order.
  static constexpr std::size_t most_of_a_session = 4;
  static constexpr std::size_t most_held = 1'000;

  struct Client {
    Subject who;
    std::string session;  // its id
    std::shared_ptr<http::EventStream> stream;
    bool catching_up = false;
    std::int64_t last_id = 0;          // of the journal, sent
    std::vector<journal::Entry> held;  // what came while it caught up; bounded
  };

  [[nodiscard]] bool full(const Session& session) const;
  // From now on the stream hears of everything its role may; with `catching_up` the journal waits for caught_up().
  std::shared_ptr<Client> open(std::shared_ptr<http::EventStream> stream, const std::shared_ptr<Session>& session,
                               bool catching_up);
  void close_session(std::string_view session);

  void journalled(const journal::Entry& entry);
  static bool send(Client& client, const journal::Entry& entry);  // if it may see it; false: the stream is over
  // To every client for whom `may` says yes.
  void tell(std::string_view event, const std::string& data, const std::function<bool(const Subject&)>& may);
  static void caught_up(Client& client);

 private:
  using Clients = std::list<std::shared_ptr<Client>>;
  // Copied before they are told: one that closes leaves the list.
  [[nodiscard]] std::vector<std::shared_ptr<Client>> those(const std::function<bool(const Subject&)>& may) const;
  std::shared_ptr<Clients> clients_ = std::make_shared<Clients>();  // streams that close later may outlive the hub
};

// What a role may know (security.md 10): the admin all; a monitor its own room's entries; a panel none.
[[nodiscard]] bool may_see(const Subject& who, const journal::Entry& entry);
[[nodiscard]] bool may_see_some(const Subject& who);
[[nodiscard]] std::string write_entry(const journal::Entry& entry);

}  // namespace lintel::web
