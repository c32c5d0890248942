// One call as the house sees it: what it hears of it (CallListener) and the handle it holds (Call). Loop only.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lintel::sip {

// A body with its type. SIP never looks inside: SDP is the media room's.
struct Content {
  std::string type;  // "application/sdp"
  std::string bytes;
  [[nodiscard]] bool empty() const { return bytes.empty(); }
};
[[nodiscard]] inline Content sdp(std::string bytes) {
  return {"application/sdp", std::move(bytes)};
}

struct Header {
  std::string name;
  std::string value;
};

// Who ended a call, or why.
enum class EndCause {
  peer,      // BYE, or the caller's CANCEL before we answered
  lost,      // the peer, its flow or its server answers no more; a session timer ran out; no ACK came
  protocol,  // the peer broke the rules (an answer without a body, a body where none may be)
  shutdown,  // this endpoint or its account was taken away
};

struct Ending {
  EndCause cause = EndCause::peer;
  // From the Reason header (RFC 3326), when there was one: code 200 and "Call completed elsewhere" mean that another
  // one answered. 0 and empty otherwise.
  int reason_code = 0;
  std::string reason_text;
  [[nodiscard]] bool completed_elsewhere() const { return reason_code == 200; }
};

// Why we end a call: goes out as `Reason: SIP;cause=…;text="…"`. Code 0: no header.
struct HangUp {
  int code = 0;
  std::string text;
  [[nodiscard]] static HangUp completed_elsewhere() { return {200, "Call completed elsewhere"}; }
  [[nodiscard]] static HangUp declined_elsewhere() { return {603, "Declined"}; }
};

// What the call tells. Everything on the loop; the listener may end or destroy its Call inside any of these, and then
// hears nothing more. After on_refused or on_ended nothing follows.
class CallListener {
 public:
  virtual ~CallListener() = default;

  // Outgoing: 180, and 181…189 without a body. May come several times.
  virtual void on_ringing() {}
  // Outgoing: a provisional with a body, the early answer to our offer. Repeated only when the body is another one.
  virtual void on_progress(const Content& /*early_answer*/) {}
  // Outgoing: 200; `answer` is its body, or the early one when it has none.
  // Incoming: the ACK came; `answer` is its body when our accept() carried the offer, else empty.
  virtual void on_answered(const Content& /*answer*/) {}
  // Outgoing: a final 3xx…6xx with its phrase; 408 when the peer or server stayed silent, 503 when it could not be
  // reached (also before anything was sent), 401/407 when our credentials did not fit.
  virtual void on_refused(int /*code*/, const std::string& /*reason*/) {}
  virtual void on_ended(const Ending& /*ending*/) {}

  // INFO with application/dtmf-relay or application/dtmf. `digit` is one of 0-9 * # A-D.
  virtual void on_dtmf(char /*digit*/, std::chrono::milliseconds /*duration*/) {}
  // The peer offers new media by re-INVITE or UPDATE: answer with Call::answer_offer() or refuse_offer(), now or later
  // (refused with 488 by itself after offer_patience). Empty when the peer asks us to offer (re-INVITE without body):
  // answer_offer() then carries our offer and on_offer_answered() brings the answer.
  virtual void on_offer(const Content& /*offer*/) {}
  // The end of our own offer() (or of an offer in answer to an empty one): the answer, or why there is none. The call
  // goes on as before in that case.
  virtual void on_offer_answered(Result<Content> /*answer*/) {}
};

inline constexpr std::chrono::seconds offer_patience{10};

class Session;

// The handle of one call. Destroying it ends the call as its state asks: CANCEL before the answer, a refusal (480) of
// an incoming one, BYE after; nothing is heard afterwards, and the rest (retransmissions, ACK, a crossing 200) is done
// behind it. A default-made Call holds nothing; every action on it, or in a state that does not allow it, is refused
// with `conflict` and changes nothing.
class Call {
 public:
  Call() = default;
  explicit Call(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  Call(Call&&) noexcept = default;
  Call& operator=(Call&& other) noexcept;
  ~Call();

  void listen(CallListener* listener);   // null: nobody; replaces the one before
  void hang_up(const HangUp& why = {});  // as the destructor, with a reason. The handle is then empty.
  explicit operator bool() const { return session_ != nullptr; }
  [[nodiscard]] const std::string& id() const;  // Call-ID, for the log
  [[nodiscard]] bool answered() const;

  // ---- incoming
  Result<void> progress(int code = 180, const Content& early_answer = {});  // 180…189
  // `body` answers the caller's offer, or is our offer when the INVITE had none.
  Result<void> accept(const Content& body);
  void refuse(int code, std::string_view reason = {});  // 300…699; the handle is then empty

  // ---- in a call
  Result<void> answer_offer(const Content& body);
  Result<void> refuse_offer(int code = 488);
  // A new offer of ours by re-INVITE. One at a time; glare (491) is tried again by itself (RFC 3261 §14.1).
  Result<void> offer(const Content& body);
  Result<void> send_dtmf(char digit, std::chrono::milliseconds duration = std::chrono::milliseconds(250));

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace lintel::sip
