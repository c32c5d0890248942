#include "media/leg.hpp"

#include "base/log.hpp"
#include "media/leg_session.hpp"
#include "media/rtp_session.hpp"
#include "media/webrtc_session.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t job_threads = 2;
constexpr auto watch_period = std::chrono::seconds(1);

template <typename Thread>
std::function<void(std::function<void()>)> runner_of(Thread& thread) {
  return [&thread](std::function<void()> work) { thread.run(std::move(work)); };
}

class SessionLeg final : public Leg {
 public:
  SessionLeg(Legs::Inner& legs, LegKind kind, LegOptions options, LegEvents events, WebrtcExtras extras)
      : legs_(legs),
        core_(std::make_shared<Core>()),
        kind_(kind),
        living_(legs.living),
        post_(legs.post),
        loop_(legs.loop),
        options_(std::move(options)),
        run_(kind == LegKind::webrtc ? runner_of(*legs.webrtc)
                                     : runner_of(*legs.threads[legs.next_thread++ % legs.threads.size()])) {
    core_->events = std::move(events);
    ++*living_;
    if (kind == LegKind::webrtc)
      session_ = std::make_shared<WebrtcSession>(*legs.webrtc, options_, posted_events(), std::move(extras));
  }
  // One that has offered already.
  SessionLeg(Legs::Inner& legs, std::shared_ptr<RtpSession> session, LegEvents events)
      : SessionLeg(legs, session->kind(), session->options(), std::move(events), {}) {
    take(std::move(session));
  }
  ~SessionLeg() override {
    if (session_ == nullptr) {
      --*living_;
      return;
    }
    run_([session = std::move(session_), living = living_]() mutable {
      session->stop();
      session.reset();
      --*living;
    });
  }

  [[nodiscard]] LegKind kind() const override { return kind_; }

  void create_offer(SdpReady ready) override {
    auto told = on_loop<std::string>(std::move(ready), false);
    if (session_ == nullptr) {
      auto offer = legs_.ready.take(kind_, options_);
      if (!offer.ok()) return told(offer.error());
      take(std::move(offer->session));
      return told(std::move(offer->text));
    }
    core_->state = LegState::offering;
    run_([session = session_, told = std::move(told)] { session->offer(told); });
  }
  void accept_answer(std::string answer, Done done) override {
    run_([session = session(), answer = std::move(answer), done = on_loop<void>(std::move(done), true)] {
      session->accept(answer, done);
    });
  }
  void create_answer(std::string offer, SdpReady ready) override {
    if (core_->state == LegState::idle) core_->state = LegState::answering;
    run_([session = session(), offer = std::move(offer), ready = on_loop<std::string>(std::move(ready), true)] {
      session->answer(offer, ready);
    });
  }
  void start(CallStage stage) override {
    run_([session = session(), stage] { session->start(stage); });
    if (options_.lost_after > Duration::zero()) {
      started_ = running_time();
      watch_ = loop_.clock().every(watch_period, [this] { look(); });
    }
  }
  void stop() override {
    if (core_->state == LegState::stopped) return;
    core_->state = LegState::stopped;
    watch_.cancel();
    if (session_ != nullptr) run_([session = session_] { session->stop(); });
  }
  void send_dtmf(char digit, Duration length) override {
    const auto milliseconds = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
    run_([session = session(), digit, milliseconds] { session->press(digit, milliseconds); });
  }
  void set_muted(bool muted) override {
    run_([session = session(), muted] { session->set_muted(muted); });
  }
  void request_key_frame() override {
    run_([session = session()] { session->request_key_frame(); });
  }
  [[nodiscard]] LegState state() const override { return core_->state; }
  [[nodiscard]] LegFigures figures() const override { return session_ == nullptr ? LegFigures{} : session_->figures(); }

 private:
  // What callbacks reach for: it goes with the leg, and then they do nothing.
  struct Core {
    LegEvents events;
    LegState state = LegState::idle;
    void lose(const std::string& reason) {
      if (state == LegState::lost || state == LegState::stopped) return;
      state = LegState::lost;
      if (events.lost) events.lost(reason);
    }
  };

  void take(std::shared_ptr<RtpSession> offering) {
    core_->state = LegState::offering;
    offering->tell(posted_events());
    session_ = std::move(offering);
  }
  // Of an RTP leg it is made when it is needed: one that calls takes one that has made its offer already.
  const std::shared_ptr<MediaSession>& session() {
    if (session_ == nullptr) {
      auto made = std::make_shared<RtpSession>(legs_, kind_, options_);
      made->tell(posted_events());
      session_ = std::move(made);
    }
    return session_;
  }

  SessionEvents posted_events() {
    const std::weak_ptr<Core> weak = core_;
    SessionEvents told;
    told.connected = [weak, post = post_] {
      post([weak] {
        const auto core = weak.lock();
        if (!core || core->state == LegState::connected || core->state >= LegState::lost) return;
        core->state = LegState::connected;
        if (core->events.connected) core->events.connected();
      });
    };
    told.failed = [weak, post = post_](std::string reason) {
      post([weak, reason = std::move(reason)] {
        if (const auto core = weak.lock()) core->lose(reason);
      });
    };
    told.dtmf = [weak, post = post_](char digit) {
      post([weak, digit] {
        const auto core = weak.lock();
        if (core && core->state != LegState::stopped && core->events.dtmf) core->events.dtmf(digit);
      });
    };
    told.video = core_->events.video;
    return told;
  }

  // A callback that is called on the loop, once, and not after the leg is gone.
  template <typename T>
  std::function<void(Result<T>)> on_loop(std::function<void(Result<T>)> callback, bool settles) {
    return
        [weak = std::weak_ptr<Core>(core_), post = post_, settles, callback = std::move(callback)](Result<T> result) {
          post([weak, settles, callback, result = std::move(result)]() mutable {
            const auto core = weak.lock();
            if (!core) return;
            if (settles && result.ok() && (core->state == LegState::offering || core->state == LegState::answering)) {
              core->state = LegState::negotiated;
            }
            callback(std::move(result));
          });
        };
  }

  void look() {
    if (!session_->expects_packets()) {
      started_ = running_time();  // from the answer, or a resume, on the peer has its time anew
      return;
    }
    const GstClockTime last = std::max(session_->last_packet(), started_);
    const GstClockTime now = running_time();
    if (now <= last || now - last < static_cast<GstClockTime>(options_.lost_after.count())) return;
    watch_.cancel();
    const auto core = core_;  // the callback may destroy this leg
    core->lose("The peer has sent no sound or picture for too long.");
  }

  Legs::Inner& legs_;
  std::shared_ptr<Core> core_;
  const LegKind kind_;
  std::shared_ptr<std::atomic<std::size_t>> living_;
  Loop::Poster post_;
  Loop& loop_;
  const LegOptions options_;
  const std::function<void(std::function<void()>)> run_;  // on the session's thread, in order
  std::shared_ptr<MediaSession> session_;
  GstClockTime started_ = 0;
  Timer watch_;
};

}  // namespace

Legs::Inner::Inner(Loop& house, AudioEngine* engine, Video* pictures, LegsOptions given)
    : loop(house),
      post(house.poster()),
      audio(engine),
      video(pictures),
      options(std::move(given)),
      ports(options.first_port, options.last_port) {
  webrtc = std::make_unique<WebrtcHost>(audio, video, options);
  for (std::size_t count = 0; count < job_threads; ++count) threads.push_back(std::make_unique<JobThread>());
  threads.front()->run([] {
    if (const Result<void> initialised = init(); !initialised) {
      log::error("media", "{}", initialised.error().message);
      return;
    }
    // The plugins of RTP legs, which take time to load.
    for (const char* name : {"rtpbin", "opusenc", "opusdec", "rtph264pay"}) {
      const Element loaded = Element::sink(gst_element_factory_make(name, nullptr));
    }
  });
}

Legs::Inner::~Inner() = default;

std::unique_ptr<Leg> make_leg(Legs::Inner& legs, LegKind kind, LegOptions options, LegEvents events,
                              WebrtcExtras extras) {
  return std::make_unique<SessionLeg>(legs, kind, std::move(options), std::move(events), std::move(extras));
}

Legs::Legs(Loop& loop, AudioEngine* audio, Video* video, LegsOptions options)
    : inner_(std::make_shared<Inner>(loop, audio, video, std::move(options))) {}

Legs::~Legs() = default;

Offered::Offered(Legs& legs, std::shared_ptr<RtpSession> session, std::string text)
    : legs_(&legs), session_(std::move(session)), text_(std::move(text)) {
  ++*legs_->inner()->living;
}

Offered::~Offered() {
  if (session_ == nullptr) return;
  const auto inner = legs_->inner();
  --*inner->living;
  inner->threads.front()->run([session = std::move(session_)] {});
}

Result<Offered> Legs::offer(LegKind kind, const LegOptions& options) {
  LINTEL_CHECK(has_room());
  LINTEL_TRY(auto made, inner_->ready.take(kind, options));
  return Offered(*this, std::move(made.session), std::move(made.text));
}

std::unique_ptr<Leg> Legs::create(Offered offered, LegEvents events) {
  --*inner_->living;
  return std::make_unique<SessionLeg>(*inner_, std::move(offered.session_), std::move(events));
}

Result<void> Legs::has_room() const {
  if (*inner_->living < inner_->options.leg_limit) return {};
  return Error{ErrorCode::full,
               "Too many calls at once: this station has no room for another.",
               {},
               {},
               std::to_string(inner_->options.leg_limit)};
}

Result<std::unique_ptr<Leg>> Legs::create(LegKind kind, LegOptions options, LegEvents events) {
  LINTEL_CHECK(has_room());
  return make_leg(*inner_, kind, std::move(options), std::move(events), {});
}

void Legs::expect(LegKind kind, const LegOptions& options) {
  inner_->ready.expect(kind, options);
}

std::size_t Legs::living() const {
  return *inner_->living;
}

}  // namespace lintel::media
