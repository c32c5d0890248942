#include "app/station.hpp"

#include <memory>

#include "app/announcement.hpp"
#include "app/camera_twin.hpp"
#include "app/front.hpp"
#include "app/lines.hpp"
#include "app/listening_ports.hpp"
#include "app/overview.hpp"
#include "app/pictures.hpp"
#include "app/service.hpp"
#include "app/store.hpp"
#include "app/streams.hpp"
#include "app/telephony.hpp"
#include "app/whereabouts.hpp"
#include "base/log.hpp"
#include "http/server.hpp"
#include "media/media.hpp"
#include "system/certificates.hpp"
#include "system/clock_watch.hpp"
#include "system/memory.hpp"
#include "web/api.hpp"

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;

constexpr std::size_t worker_threads = 2;    // slow hashes, exports
constexpr std::size_t worker_queue = 64;
// When the program ends: for BYEs and the last answers, and at most so long for those that wait for a slow disk.
constexpr Duration drain_time = std::chrono::milliseconds(300), longest_drain = std::chrono::seconds(5);
constexpr Duration tidied_every = std::chrono::seconds(10);
constexpr Duration pipelines_end = std::chrono::seconds(1);  // after the camera fell asleep: then all that it used is free

class Certificate final : public web::CertificatePort {
 public:
  explicit Certificate(std::string pem) : pem_(std::move(pem)) {}
  [[nodiscard]] std::string root_pem() const override { return pem_; }

 private:
  std::string pem_;
};

LinesOptions lines_options(const settings::Settings& settings, const std::string& domain, const std::string& address) {
  const std::string encryption = settings.get(settings::call::encryption);
  LinesOptions options;
  options.domain = domain;
  options.address = address;
  options.encryption = encryption == "compulsory" ? media::Encryption::compulsory
                       : encryption == "optional" ? media::Encryption::optional
                                                  : media::Encryption::off;
  return options;
}

// Everything the station is, in the order it is built; taken down in the other.
class Station {
 public:
  explicit Station(const Options& options) : options_(options) {}

  Result<void> build();
  Result<void> serve();
  void run();

 private:
  void listen();
  void watch_settings();
  void follow_network();
  void limit_guesses();
  [[nodiscard]] Reached reached() const;

  const Options& options_;
  Loop loop_;
  Watchdog watchdog_{loop_};
  access::AttemptLimiter guesses_{loop_.clock()};  // keypad, DTMF, web and SIP share it
  Store store_;
  std::unique_ptr<system::ClockWatch> clock_watch_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Whereabouts> whereabouts_;
  system::ServerCertificate certificate_;
  std::unique_ptr<Certificate> certificate_port_;
  std::unique_ptr<Chronicle> chronicle_;
  std::unique_ptr<ListeningPorts> ports_;
  std::unique_ptr<Pictures> pictures_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<Doors> doors_;
  std::unique_ptr<Cards> cards_;
  std::unique_ptr<Telephony> telephony_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<Lines> lines_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<Overview> overview_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<web::Api> api_;
  storage::Subscription settings_changes_;
  Timer tidying_;       // after the camera
  Timer tidying_often_;
  std::uint16_t http_port_ = 0, https_port_ = 0;
};

Result<void> Station::build() {
  LINTEL_TRY(store_, Store::open(loop_, options_.data));
  clock_watch_ = std::make_unique<system::ClockWatch>(loop_, loop_.clock(), [this](std::chrono::seconds by) {
    store_.journal->record(events::system_clock_jumped, {.fields = {{"seconds", fmt::format("{}", by.count())}}});
  });
  workers_ = std::make_unique<Workers>(loop_, worker_threads, worker_queue);
  chronicle_ = std::make_unique<Chronicle>(*store_.journal, loop_.clock());
  ports_ = std::make_unique<ListeningPorts>(loop_.clock(), *store_.journal);

  // The locks first: after a crash they are driven safe before anything else is served.
  doors_ = std::make_unique<Doors>(loop_, *store_.household, *store_.settings, *chronicle_, guesses_, options_.data);
  if (store_.journal->last_run_ended_badly()) store_.journal->record(events::system_unclean_stop);
  doors_->start();
  // It looks through all plugins, for seconds, when one of them has changed. Doors need none of them.
  if (const auto ready = media::init(); !ready.ok()) log::error("media", "{}", ready.error().message);
  cards_ = std::make_unique<Cards>(loop_, *store_.household, *store_.settings, *store_.journal, *doors_, guesses_);

  whereabouts_ = std::make_unique<Whereabouts>(Whereabouts::Needs{loop_, *workers_, *store_.journal, options_, loop_.clock()});
  LINTEL_TRY(certificate_, whereabouts_->certificate());
  certificate_port_ = std::make_unique<Certificate>(certificate_.root_pem);

  pictures_ = std::make_unique<Pictures>(loop_, options_, *store_.settings, *chronicle_);
  doors_->devices().add<CameraTwin>(loop_.clock(), pictures_->video());
  telephony_ = std::make_unique<Telephony>(Telephony::Needs{loop_, *store_.database, *store_.vault, *store_.settings, *store_.household,
                                                            *store_.journal, *chronicle_, guesses_, *ports_});
  directory_ = std::make_unique<Directory>(*store_.household, telephony_->server());
  lines_ = std::make_unique<Lines>(loop_, *store_.household, pictures_->legs(), lines_options(*store_.settings, telephony_->domain(), whereabouts_->address()));
  front_ = std::make_unique<Front>(
      Front::Needs{loop_, *store_.settings, *store_.household, *chronicle_, *doors_, *cards_, *pictures_, *directory_, *lines_});
  overview_ = std::make_unique<Overview>(loop_.clock(), *store_.journal, *store_.database, *store_.household, [this] { return pictures_->camera_state(); },
                                         [this] {
                                           auto all = doors_->attention();
                                           for (auto& one : telephony_->attention()) all.push_back(std::move(one));
                                           for (auto& one : ports_->attention()) all.push_back(std::move(one));
                                           return all;
                                         },
                                         watchdog_);

  http_ = std::make_unique<http::Server>(loop_, http::Limits{.connections_per_source = static_cast<std::size_t>(store_.settings->get(settings::security::connections))});
  telephony_->add_websocket(http_->router());
  api_ = std::make_unique<web::Api>(web::Dependencies{.clock = loop_.clock(),
                                                      .workers = *workers_,
                                                      .household = *store_.household,
                                                      .settings = *store_.settings,
                                                      .journal = *store_.journal,
                                                      .guesses = guesses_,
                                                      .version = version(),
                                                      .live = pictures_.get(),
                                                      .panel = front_.get(),
                                                      .locks = doors_.get(),
                                                      .cards = cards_.get(),
                                                      .twins = doors_.get(),
                                                      .calls = front_.get(),
                                                      .presence = telephony_.get(),
                                                      .overview = overview_.get(),
                                                      .certificate = certificate_port_.get(),
                                                      .sip = telephony_.get()});
  api_->add_routes(http_->router());

  front_->connect(*api_);
  cards_->on_issue = [this](const web::CardIssue& issue) { api_->card_issue_changed(issue); };
  doors_->on_lock = [this](const web::LockState& lock) {
    front_->locks_changed();
    api_->lock_changed(lock);
  };
  pictures_->on_camera = [this](const web::PartState& state) { api_->camera_changed(state); };
  pictures_->video().on_camera([this](const media::CameraStatus& status) {
    tidying_.cancel();
    if (status.state != media::CameraState::asleep) return;
    tidying_ = loop_.clock().after(pipelines_end, [this] { (void)workers_->run(&system::give_back_memory); });
  });
  tidying_often_ = loop_.clock().every(tidied_every, [this] { (void)workers_->run([] { (void)system::give_back_spare_memory(); }); });
  telephony_->on_presence = [this](std::string_view account, bool online) { api_->monitor_changed(account, online); };
  telephony_->on_reachable = [this](std::string_view contact) { front_->calls().contact_came(contact); };
  lines_->on_refused = [this](const std::string& from, const std::string& from_address, const std::string& why) {
    store_.journal->record(events::call_rejected, {.subject = from, .fields = {{"address", from_address}, {"reason", why}}});
  };
  lines_->on_account = [this](const sip::RegistrationStatus& status) { telephony_->account_changed(status); };
  watch_settings();
  return {};
}

// Of everything that comes over the network; the keypad has a rule of its own.
void Station::limit_guesses() {
  access::LimiterOptions limits;
  limits.free_failures = static_cast<int>(store_.settings->get(settings::security::login_tries));
  limits.lock_out = store_.settings->get(settings::security::login_lock);
  limits.longest_lock_out = std::max<Duration>(limits.longest_lock_out, limits.lock_out);
  limits.forget_after = std::max<Duration>(limits.forget_after, limits.lock_out);
  guesses_.set_options(limits);
}

void Station::follow_network() {
  whereabouts_->on_change = [this] {
    lines_->network_changed(whereabouts_->address());
    telephony_->network_changed(whereabouts_->address());
  };
  whereabouts_->on_certificate = [this](const system::ServerCertificate& made) {
    const auto log_error = [](const Result<void>& done) {
      if (!done.ok()) log::warning("network", "The new certificate is not in use: {}", done.error().message);
    };
    log_error(http_->use_certificate(made.chain_pem, made.key_pem));
    log_error(telephony_->use_certificate(made.chain_pem, made.key_pem));
    log_error(streams_->use_certificate(made.chain_pem + made.key_pem));
  };
}

void Station::watch_settings() {
  limit_guesses();
  const auto follow_log = [this] {
    if (options_.log.empty()) log::set_level(log_level(store_.settings->get(settings::log::level)));
  };
  follow_log();
  store_.settings->add_guard([this](const settings::Candidate& candidate) {
    std::vector<Error> errors;
    const auto check = [&](Result<void> answer, std::string_view field) {
      if (answer.ok()) return;
      Error error = answer.error();
      error.field = field;
      errors.push_back(std::move(error));
    };
    if (candidate.changes(settings::station::number)) {
      check(store_.household->station_number_free(candidate.get(settings::station::number)), settings::station::number.key);
    }
    if (candidate.changes(settings::call::centre_number))
      check(store_.household->centre_number_free(candidate.get(settings::call::centre_number)), settings::call::centre_number.key);
    return errors;
  });
  settings_changes_ = store_.settings->on_change([this, follow_log](const settings::Change& change) {
    if (change.is(settings::log::level)) follow_log();
    if (change.is(settings::security::login_tries) || change.is(settings::security::login_lock)) limit_guesses();
    if (change.is(settings::call::encryption)) lines_->set_options(lines_options(*store_.settings, telephony_->domain(), whereabouts_->address()));
    if (change.is(settings::journal::size)) store_.journal->set_size(store_.settings->get(settings::journal::size));
  });
}

void Station::listen() {
  const auto setting = [&](const auto& key) { return static_cast<std::uint16_t>(store_.settings->get(key)); };
  http_->send_pages_to(0);  // until HTTPS is there
  ports_->open(
      "https",
      {"HTTPS", "--https-port", "/settings/ports", options_.https_port, setting(settings::web::https_port), 443, 8443},
      [this](std::uint16_t port) -> Result<std::uint16_t> {
        LINTEL_TRY(https_port_,
                   http_->listen({.address = options_.bind, .port = port, .tls = true, .option = "--https-port"}));
        http_->send_pages_to(https_port_);
        return https_port_;
      });
  ports_->open(
      "http",
      {"HTTP", "--http-port", "/settings/ports", options_.http_port, setting(settings::web::http_port), 80, 8080},
      [this](std::uint16_t port) -> Result<std::uint16_t> {
        LINTEL_TRY(http_port_, http_->listen({.address = options_.bind, .port = port, .option = "--http-port"}));
        return http_port_;
      });
}

Result<void> Station::serve() {
  LINTEL_CHECK(http_->use_certificate(certificate_.chain_pem, certificate_.key_pem));
  // Doors, calls and the API need no pages.
  if (const auto served = http_->serve_files({.folder = options_.web}); !served.ok())
    log::error("http", "{}", served.error().message);
  listen();
  LINTEL_CHECK(telephony_->start(options_, whereabouts_->address(), certificate_.chain_pem, certificate_.key_pem));
  lines_->connect(front_->calls(), telephony_->start_endpoint(*lines_));
  pictures_->start();
  streams_ = std::make_unique<Streams>(
      Streams::Needs{loop_, options_, *store_.settings, *store_.household, *store_.journal, guesses_, *ports_,
                     pictures_->video(), pictures_->audio(), certificate_.chain_pem + certificate_.key_pem});
  streams_->start();
  http_->start();
  follow_network();
  store_.journal->record(events::system_started, {.fields = {{"version", version()}}});
  announce(reached(), options_.bind, api_->setup_code());
  return options_.ready_file.empty() ? Result<void>() : write_ready_file(reached(), options_.ready_file);
}

Reached Station::reached() const {
  const web::SipReach sip = telephony_->reach();
  return {.http = http_port_, .https = https_port_, .sip = sip.udp_port, .sips = sip.tls_port, .rtsp = streams_->port(), .rtsps = streams_->tls_port()};
}

void Station::run() {
  Timer draining;
  Monotonic until{};
  int quiet = 0;  // times in a row that nobody waited for an answer
  const Signals signals(loop_, [&] {
    watchdog_.stopping();
    log::info("station", "Stopping.");
    front_->stop();
    lines_->stop();
    telephony_->stop();
    doors_->stop();
    store_.journal->record(events::system_stopped);
    until = loop_.clock().monotonic() + longest_drain;
    draining = loop_.clock().every(drain_time / 3, [&] {
      quiet = http_->statistics().requests_in_flight == 0 ? quiet + 1 : 0;
      if (quiet >= 3 || loop_.clock().monotonic() >= until) loop_.quit();
    });
  });
  watchdog_.ready();
  loop_.run();
  http_->stop();
}

}  // namespace

const char* version() { return LINTEL_VERSION; }

Result<void> run_station(const Options& options) {
  Station station(options);
  LINTEL_CHECK(station.build());
  LINTEL_CHECK(station.serve());
  station.run();
  return {};
}

}  // namespace lintel::app
