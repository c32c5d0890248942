// The inside of Core. Loop only; internal to the room.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.hpp"
#include "sip/transaction.hpp"
#include "sip/wheel.hpp"

namespace lintel::sip {

struct ClientTransaction {
  enum class State : std::uint8_t { calling, proceeding, completed, accepted };
  TransactionId id = 0;
  Hop to;
  // Whole until the first answer (on the local wire until the last one); then its headers, of which ACK and CANCEL repeat
  // some.
  std::string request;
  std::string ack;  // of a non-2xx, or of a 2xx that nobody waited for: to be sent again
  std::string cancel_extra;
  ClientListener* listener = nullptr;
  TransactionId parent = 0;  // of a CANCEL: its INVITE
  TransactionId cancelled_by = 0;
  Duration interval{};
  Monotonic sent{};
  Wheel::Entry again, end;
  State state = State::calling;
  bool invite = false;
  bool cancel_wanted = false;
  bool given_up = false;  // its listener was told so, and it is kept for who hears the INVITE late
};

struct ServerTransaction {
  enum class State : std::uint8_t { proceeding, completed, confirmed, accepted };
  TransactionId id = 0;
  std::uint64_t key = 0;
  Hop to;  // where responses go
  std::string response;
  ServerListener* listener = nullptr;
  Duration interval{};
  Wheel::Entry again, end;
  State state = State::proceeding;
  Method method = Method::other;
  bool invite = false;
};

struct Core::Inner {
  enum Alarm : std::uint8_t { client_again, client_end, server_again, server_end };

  Inner(Core& core, Clock& clock, Transport& transport, TransactionSettings settings);

  void on_request(const Message& message, const Hop& from);
  void on_response(const Message& message, const Hop& from);
  void dispatch(const Incoming& request);
  void alarm(TransactionId id, Alarm kind);

  [[nodiscard]] bool is_full(bool from_elsewhere) const {
    const std::size_t left = from_elsewhere ? settings.reserved : 0;
    return clients.size() + servers.size() + left >= settings.maximum;
  }
  [[nodiscard]] std::uint64_t server_key(const Message& message, bool as_invite) const;
  [[nodiscard]] ServerTransaction* server_of(std::uint64_t key);
  [[nodiscard]] Hop response_hop(const Message& request, const Hop& from) const;
  [[nodiscard]] Tag stateless_tag(const Message& request) const;
  void end_server(TransactionId id, bool acknowledged);

  void append_branch(Buffer& out, TransactionId id) const;
  [[nodiscard]] bool insert_via(std::string& request, const Hop& to, TransactionId id);  // false: it has no first line
  [[nodiscard]] ClientTransaction* client_of(std::string_view branch);
  TransactionId send(std::string request, const Hop& to, ClientListener* listener, const ClientOptions& options,
                     TransactionId parent);
  void client_again_due(ClientTransaction& transaction);
  void fail(TransactionId id, Failure failure);
  void give_up(ClientTransaction& transaction);  // an INVITE that nobody has answered in its time
  void end_client(std::unordered_map<TransactionId, ClientTransaction>::iterator found);
  void end_late_answer(ClientTransaction& invite, const Message& response);
  void acknowledge(ClientTransaction& transaction, const Message& response);
  void send_cancel(ClientTransaction& invite);
  static void shrink(ClientTransaction& transaction);

  FlowId send_bytes(const Hop& to, std::string_view bytes);
  FlowId send_local(const Hop& to, std::string bytes);
  void deliver_local();
  void deliver(const std::pair<FlowId, std::string>& sent);
  void flows_closed();

  Core& core;
  Clock& clock;
  Transport& transport;
  TransactionSettings settings;
  KeyedHash hash;
  Wheel wheel;  // before the transactions, whose entries leave it as they go
  std::vector<RequestHandler*> handlers;
  // Asks each in turn until one takes it. By a copy: a handler may add or remove others.
  template <typename Ask>
  bool ask_handlers(Ask ask) const {
    constexpr std::size_t usual = 8;
    if (handlers.size() > usual) {
      const auto copy = handlers;
      return std::any_of(copy.begin(), copy.end(), ask);
    }
    std::array<RequestHandler*, usual> copy{};
    const auto end = std::copy(handlers.begin(), handlers.end(), copy.begin());
    return std::any_of(copy.begin(), end, ask);
  }
  std::unordered_map<TransactionId, ClientTransaction> clients;
  std::size_t given_up = 0;  // of them
  std::unordered_map<TransactionId, ServerTransaction> servers;
  std::unordered_map<std::uint64_t, TransactionId> server_by_key;
  // How many of each method there are: a REGISTER, which is answered without one, is looked up nowhere.
  std::array<std::size_t, method_count> servers_of{};
  TransactionId next_id = 1;
  std::deque<std::pair<FlowId, std::string>> local;  // what is on the local wire, by the end it was sent to
  Timer local_due;
  std::vector<FlowId> closed;     // flows whose transactions are still to fail
  std::vector<FlowId> untrusted;  // of them
  Timer closed_due;
  Message scratch;    // for messages of our own
  Buffer via_line;    // the one that is put into a request
  Message from_wire;  // the local one; reused for each that crosses it
  bool delivering = false;
};

}  // namespace lintel::sip
