// One INVITE session with its dialog, either side. The states stand in session_machine.hpp; this does what they ask.
// For the endpoint only: the house holds a Call. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sip/dialog.hpp"
#include "sip/endpoint.hpp"
#include "sip/session_machine.hpp"
#include "sip/session_timer.hpp"

namespace lintel::sip {

// What a session needs of its endpoint.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  [[nodiscard]] virtual Core& core() = 0;
  [[nodiscard]] virtual dns::Resolver& resolver() = 0;
  [[nodiscard]] virtual const EndpointSettings& settings() const = 0;
  // Nothing more comes of it: forget it, but not before the loop's next turn.
  virtual void finished(const std::string& local_tag) = 0;
};

class Session final : public std::enable_shared_from_this<Session>, private ClientListener, private ServerListener {
 public:
  // `account` null: a direct call.
  Session(SessionHost& host, std::shared_ptr<Registration> account);
  ~Session() override;

  // ---- by the endpoint
  void start(const Target& target, Content offer, const std::vector<Header>& headers);  // outgoing
  void fail_start(int code, const std::string& reason);                                 // in place of start()
  // Incoming: false when the INVITE cannot make a dialog or was answered (420, 422, …) already.
  [[nodiscard]] bool receive(const Incoming& invite);
  void on_request(const Incoming& request);  // within this dialog; refused when it is not from the peer's side
  bool on_stray_response(const Message& response, const Hop& from);
  void shut_down();  // reports the end, then hangs up
  void abandon();    // the endpoint goes: says good-bye and hears nothing more
  [[nodiscard]] const std::string& local_tag() const { return dialog_.local_tag; }
  [[nodiscard]] const std::string& call_id() const { return dialog_.call_id; }
  [[nodiscard]] const std::shared_ptr<Registration>& account() const { return account_; }
  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] bool is_inner() const { return hop_ && hop_->kind == TransportKind::local; }  // by the built-in server
  // RFC 3261 §8.2.2.2: this INVITE came here already over another way.
  [[nodiscard]] bool is_merged(const Message& invite) const;

  // ---- by the Call
  void listen(CallListener* listener) { listener_ = listener; }
  void hang_up(const HangUp& why);
  Result<void> progress(int code, const Content& body);
  Result<void> accept(const Content& body);
  void refuse(int code, std::string_view reason);
  Result<void> offer(const Content& body);
  Result<void> answer_offer(const Content& body);
  Result<void> refuse_offer(int code);
  Result<void> send_dtmf(char digit, std::chrono::milliseconds duration);

 private:
  // What an event brings along for the action it causes.
  struct Cause {
    const Message* message = nullptr;
    int code = 0;
    std::string reason;
    Ending ending;
    Content body;
    HangUp why;
  };
  // A request of ours within the dialog.
  struct Pending {
    TransactionId id = 0;
    Method method = Method::other;
    std::vector<std::string> lines;
    Content body;
    AnsweredChallenges answered_challenges;
    std::uint32_t cseq = 0;
    std::function<void(int code, const Message* response)> done;
  };
  // An INVITE of the peer that is not acknowledged yet: the first one or a re-INVITE.
  struct Received {
    TransactionId id = 0;
    KeptMessage message;
    Hop from;
    std::uint32_t cseq = 0;
    bool brought_offer = false;
    std::string success;  // the 200, repeated until the ACK
    Duration interval{};
    Monotonic give_up{};
    Timer repeat;
  };

  bool apply(SessionEvent event, const Cause& cause);
  bool apply(SessionEvent event) { return apply(event, Cause{}); }
  void perform(SessionAction action, const Cause& cause);
  void finish();
  [[nodiscard]] bool offers(OfferEvent event);

  // the way to the peer (session_way.cpp)
  void look_up(const Uri& uri);  // of whom we call; the INVITE goes to what is found
  void invite_unanswered(int code, const char* reason);
  void with_hop(std::function<void(const Hop&)> work);
  // Whether a request in the dialog can be the peer's: from where the INVITE went or came from, from the account's
  // server, or, where no proxy stays on the way, from the peer's own Contact (security.md 9).
  [[nodiscard]] bool is_peers_side(const Hop& from) const;

  // outgoing (session_outgoing.cpp)
  void found_hops(std::span<const Hop> hops);  // at least one
  void send_invite();
  void fail_later(int code, std::string reason);
  void on_response(TransactionId id, const Message& response, const Hop& from) override;
  void on_failed(TransactionId id, Failure failure) override;
  void invite_response(const Message& response, const Hop& from);
  void invite_failed(int code, std::string reason);
  bool call_next_address();  // false: there is none
  void report_provisional(const Message& response);
  [[nodiscard]] std::optional<Dialog> dialog_of(const Message& response) const;  // to our INVITE
  void confirm(const Message& response);
  void acknowledge(const Message& response, const Content& body = {});
  void acknowledge_and_bye(const Message& response, const HangUp& why);
  void drop_fork(const Message& response);  // acknowledged each time, ended once

  // incoming (session_incoming.cpp)
  void on_cancel(TransactionId id, const Message& cancel) override;
  void on_terminated(TransactionId id, bool acknowledged) override;
  void send_provisional(int code, const Content& body);
  void send_success(Received& invite, const Content& body);
  void repeat_success(Received& invite);
  void send_refusal(int code, std::string_view reason);
  void on_ack(const Message& ack);
  [[nodiscard]] bool acceptable(const Incoming& invite);
  [[nodiscard]] std::string unknown_options(const Message& request) const;  // that it requires

  // within the dialog (session_request.cpp, session_offer.cpp)
  void send_in_dialog(Method method, std::vector<std::string> lines, const Content& body,
                      std::function<void(int, const Message*)> done);
  void transmit(Pending pending);
  void pending_response(std::size_t at, const Message& response, const Hop& from);
  void send_bye(const HangUp& why);
  void answer(const Incoming& request, int status, const std::vector<std::string>& lines = {},
              const Content& body = {});
  void on_info(const Incoming& request);
  void on_bye(const Incoming& request);
  void on_reinvite(const Incoming& request);
  void on_update(const Incoming& request);
  void report_offer(const Content& offer);
  void drop_their_offer();
  [[nodiscard]] bool is_invited() const;  // an INVITE of the peer is under way
  void send_reinvite();
  void reinvite_done(int code, const Message* response);
  void end_offer(Result<Content> result);
  void agree_timer();
  [[nodiscard]] bool renews_timer(const Message& update) const;
  void refresh();
  void refresh_again();  // the peer refused it
  [[nodiscard]] bool ends_dialog(int code) const { return code == 481 || code == 408; }
  [[nodiscard]] std::string contact_line(const Hop& to) const;
  [[nodiscard]] Builder respond_to(const Received& invite, int status, std::string_view reason) const;

  SessionHost& host_;
  const std::string user_agent_;  // as it was when the call began
  std::shared_ptr<Registration> account_;
  CallListener* listener_ = nullptr;
  SessionState state_ = SessionState::idle;
  OfferState offer_state_ = OfferState::stable;
  Dialog dialog_;
  bool we_called_ = false;
  bool finished_ = false;
  std::string contact_user_;

  // The way to the peer.
  std::optional<Hop> hop_;  // of the INVITE, or where it came from
  std::vector<Hop> hops_;   // further ones to try
  std::string routed_uri_;  // what `routed_hop_` was found for
  std::optional<Hop> routed_hop_;
  dns::Lookup lookup_;
  std::vector<std::function<void(const Hop&)>> waiting_for_hop_;

  // Outgoing.
  TransactionId invite_ = 0;
  std::uint32_t invite_cseq_ = 0;
  std::string invite_lines_;  // of the house, each with its line end
  Content our_offer_;
  AnsweredChallenges answered_challenges_;
  bool looked_for_other_way_ = false;
  HangUp hang_up_reason_;
  std::vector<std::pair<std::string, Content>> early_answers_;  // by To tag
  std::vector<std::string> dropped_forks_;                      // To tags of other branches, which were ended
  std::string last_ack_;                                        // of the newest 2xx, repeated with it
  std::uint32_t last_ack_cseq_ = 0;
  Timer patience_;  // ringing; a BYE that could not be sent
  Timer failing_;   // a deferred failure, after which another address may ring on

  // Within the dialog.
  std::unique_ptr<Received> received_;  // the INVITE being answered
  TransactionId update_id_ = 0;
  KeptMessage update_message_;
  Hop update_from_;
  std::vector<Pending> pending_;
  Content local_content_;  // the last body of ours that counts, for a refresh by re-INVITE
  bool peer_allows_update_ = false;
  bool refreshing_ = false;  // the re-INVITE under way is a refresh of ours, not an offer of the house
  unsigned glare_retries_ = 0;
  Timer glare_;
  Timer offer_patience_;
  SessionTimer timer_;
};

}  // namespace lintel::sip
