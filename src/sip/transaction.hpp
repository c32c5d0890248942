// The transaction layer: RFC 3261 §17, RFC 6026, RFC 3581. One Core serves the proxy, the registrar and the user agents
// of this process. It keeps serialised buffers only. Loop only; no callback comes from inside a call that names the
// same transaction, save on_request → accept/respond/reply, which are meant to be used there.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sip/builder.hpp"
#include "sip/message.hpp"
#include "sip/transport.hpp"

namespace lintel::sip {

using TransactionId = std::uint64_t;  // 0: none; never used twice

// RFC 3261 §17, table 4, and the caps. All times are kept by a wheel of 20 ms steps: never early, up to 20 ms late.
struct TransactionSettings {
  Duration t1 = std::chrono::milliseconds(500);
  Duration t2 = std::chrono::seconds(4);
  Duration t4 = std::chrono::seconds(5);
  Duration linger = std::chrono::seconds(32);  // 64*T1: timers B, D, F, H, J, L, M
  // An INVITE that has no other answer by then gets its 100 (RFC 3261 §17.2.1); zero: at once. Most have one sooner: of
  // the messages of a call that is one less.
  Duration trying = std::chrono::milliseconds(200);
  // From its sending on, an INVITE that nobody answered in its time can still be heard: longer than a WebSocket without
  // a word stays open, which is 50 s.
  Duration heard_late = std::chrono::seconds(64);
  std::size_t given_up = 1'000;                // such INVITEs at once; further ones are let go as they are given up
  std::size_t maximum = 50'000;                // transactions at once; beyond it requests get 503 and sends fail
  std::size_t reserved = 1'000;  // of them for this process' own: requests from elsewhere never take these
  std::string user_agent = "Lintel";           // for Server in answers the Core makes by itself
};

// A request on its way to a handler. Both live until on_request returns: message.keep() and a copy of the hop if
// needed.
struct Incoming {
  const Message& message;
  const Hop& from;
  std::uint64_t key = 0;  // for accept(), where the Core has worked it out already
};

// Handlers are asked in the order of add_handler() until one takes the request. Requests that arrive here are checked
// (Message::check) and new: retransmissions, CANCEL of a known INVITE and ACK of a non-2xx are absorbed below.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // True: taken, which means answered (reply), accepted (accept) or dropped on purpose. ACK of a 2xx comes here too and
  // is never answered; CANCEL only when it matches nothing (untaken, the Core answers 481).
  virtual bool on_request(const Incoming& request) = 0;
  virtual void on_flow_closed(FlowId /*flow*/) {}
  // A response that belongs to no transaction of ours. RFC 6026 §7.1: drop it unless it is known.
  virtual bool on_stray_response(const Message& /*response*/, const Hop& /*from*/) { return false; }
};

enum class Failure : std::uint8_t {
  timeout,    // timer B or F, or the request's own time: answer as 408
  transport,  // the flow closed or could not be opened: answer as 503
  untrusted,  // so it did, because the other side's certificate is not trusted
};

class ClientListener {
 public:
  virtual ~ClientListener() = default;
  // Every provisional, the final, and for INVITE every further 2xx (other forks, retransmissions). The Core has already
  // acknowledged a non-2xx final. 100 is passed too.
  virtual void on_response(TransactionId id, const Message& response, const Hop& from) = 0;
  // Instead of a final response; the last call. An INVITE that was given up for silence is kept for `heard_late`:
  // whoever hears it after all is cancelled, or, where it has answered, told BYE.
  virtual void on_failed(TransactionId id, Failure failure) = 0;
};

class ServerListener {
 public:
  virtual ~ServerListener() = default;
  // The CANCEL is answered with 200 by the Core; the INVITE still wants its final response (487).
  virtual void on_cancel(TransactionId /*id*/, const Message& /*cancel*/) {}
  // The transaction is over and its id unknown from now on. `acknowledged` is false when an INVITE's non-2xx final was
  // never acknowledged, or when the flow closed before a final response was sent.
  virtual void on_terminated(TransactionId /*id*/, bool /*acknowledged*/) {}
};

struct ClientOptions {
  Duration timeout{};    // zero: `linger`; else how long to wait for the first response
  bool relayed = false;  // for somebody elsewhere: leaves `reserved` to this process' own
};

class Core final : public TransportSink {
 public:
  Core(Clock& clock, Transport& transport, TransactionSettings settings = {});
  ~Core() override;

  void add_handler(RequestHandler& handler);  // asked after those already there
  void add_handler_first(RequestHandler& handler);
  void remove_handler(RequestHandler& handler);

  // --- answering -----------------------------------------------------------------------------------------------
  // Answers without keeping state (RFC 3261 §8.2.7): right for REGISTER, OPTIONS, challenges and refusals. The
  // `response` is Builder::response(…).finish(). An ACK that answers it is absorbed only if accept() was not needed for
  // INVITE: the stateless non-2xx answer to an INVITE is not retransmitted, its ACK (our tag) is swallowed.
  void reply(const Incoming& request, std::string_view response);
  void reply(const Incoming& request, Builder& response) { reply(request, response.finish_here()); }
  void reply(const Incoming& request, int status, std::string_view reason = {});
  // The To tag for stateless answers: the same for every retransmission, and known again in the ACK.
  class Tag {
   public:
    explicit Tag(std::uint64_t number);
    [[nodiscard]] std::string_view view() const { return {digits_.data(), digits_.size()}; }

   private:
    std::array<char, 16> digits_;
  };
  [[nodiscard]] Tag reply_tag(const Incoming& request) const;
  // Begins a server transaction; INVITE is answered with 100 in time when `trying`. 0 when the cap is reached, for a
  // request from elsewhere but for `reserved`: then the Core has already answered 503. `listener` may be null; it is
  // used until on_terminated or forget().
  TransactionId accept(const Incoming& request, ServerListener* listener, bool trying = true);
  // Sends a provisional or final response and keeps it for retransmissions. For INVITE, a non-2xx final is
  // retransmitted until the ACK; a 2xx is passed each time respond() is called (retransmitting it is the user agent's
  // task, RFC 3261 §13.3.1.4). False when the id is unknown or a final was already sent (2xx after 2xx is allowed).
  bool respond(TransactionId id, std::string response);

  // --- asking --------------------------------------------------------------------------------------------------
  // Sends `request` (without a Via of ours: the Core puts it on top, with rport) and keeps it up until
  // the final response. 0 and no callback when nothing could be sent (no such flow, cap reached).
  TransactionId send(std::string request, const Hop& to, ClientListener* listener, const ClientOptions& options = {});
  // Sends a request that has no answer or no state: ACK of a 2xx, keep-alives. False when nothing could be sent.
  bool send_directly(std::string request, const Hop& to);
  // RFC 3261 §9.1: sends CANCEL for a pending INVITE, now or after its first provisional. `extra` are whole header
  // lines with CRLF (Reason). The listener still hears the final (487, or a late 2xx). After 64*T1 without one:
  // on_failed.
  void cancel(TransactionId invite, std::string_view extra = {});

  // The listener hears nothing more of it; the transaction itself ends as the RFC says. An INVITE of ours that still
  // waits is cancelled: nobody else would end one that only rings. A 2xx that comes all the same is acknowledged, and
  // its call ended.
  void forget(TransactionId id);
  [[nodiscard]] FlowId flow_of(TransactionId client) const;  // the flow a client transaction went out on; 0 unknown
  [[nodiscard]] std::size_t size() const;                    // transactions now
  [[nodiscard]] std::string new_branch();                    // with the magic cookie
  [[nodiscard]] Transport& transport();
  [[nodiscard]] Clock& clock();
  [[nodiscard]] const TransactionSettings& settings() const;

  // What waits on the local wire for the server goes there now, and not on the loop's next turn: for calls that are to
  // ring. While something is being delivered over that wire, it stays with the next turn.
  void hurry_to_server();

  // Sends bytes to a hop, the local ones included. Answers the flow used or 0.
  FlowId send_bytes(const Hop& to, std::string_view bytes);
  [[nodiscard]] bool is_open(const Hop& hop) const;       // UDP and local always
  [[nodiscard]] std::string_view sent_by(const Hop& to);  // good until the next call

  void on_message(const Message& message, const Fault& fault, const Hop& from) override;
  void on_flow_closed(FlowId flow) override;
  void on_flow_untrusted(FlowId flow) override;

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace lintel::sip
