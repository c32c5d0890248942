#include "app/streams.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/rate_limit.hpp"

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;
namespace keys = lintel::settings::rtsp;

constexpr std::uint16_t usual_port = 554, second_port = 8554;
constexpr std::uint16_t usual_tls_port = 322, second_tls_port = 8322;
const std::string realm = "Lintel";

}  // namespace

Streams::Streams(Needs needs) : needs_(std::move(needs)) {
  settings_changes_ = needs_.settings.on_change([this](const settings::Change& change) {
    if (change.is(keys::on) || change.is(keys::tls)) start();
  });
  household_changes_ = needs_.household.on_change([this](const household::Change& change) {
    if (change.collection == household::Collection::machines) give_accounts();
  });
}

media::RtspOptions Streams::wished() {
  const settings::Settings& settings = needs_.settings;
  const auto number = [&](const auto& key) { return static_cast<std::uint16_t>(settings.get(key)); };
  media::RtspOptions wish;
  wish.address = needs_.options.bind;
  if (settings.get(keys::tls)) wish.tls_pem = needs_.certificate;
  wish.first_udp_port = number(settings::media::first_port);
  wish.last_udp_port = number(settings::media::last_port);
  wish.source_limit = static_cast<int>(settings.get(settings::security::connections));
  wish.realm = realm;
  wish.audio = &needs_.audio;
  wish.admit = [this](const media::RtspAttempt& attempt) { return admit(attempt); };
  return wish;
}

void Streams::start() {
  const settings::Settings& settings = needs_.settings;
  const auto number = [&](const auto& key) { return static_cast<std::uint16_t>(settings.get(key)); };
  needs_.ports.close("rtsp");
  needs_.ports.close("rtsps");
  server_.reset();
  if (!settings.get(keys::on) && !settings.get(keys::tls)) return;
  auto started = media::RtspServer::start(needs_.loop, needs_.video, wished());
  if (!started.ok()) return log::error("rtsp", "{}", started.error().message);
  server_ = std::move(*started);
  give_accounts();
  if (settings.get(keys::on))
    listen("rtsp",
           {"RTSP", "--rtsp-port", "/settings/rtsp", needs_.options.rtsp_port, number(keys::port), usual_port,
            second_port},
           false);
  if (settings.get(keys::tls))
    listen("rtsps",
           {"RTSPS", "--rtsps-port", "/settings/rtsp", needs_.options.rtsps_port, number(keys::tls_port),
            usual_tls_port, second_tls_port},
           true);
}

void Streams::listen(const std::string& id, ListeningPorts::Wish wish, bool tls) {
  needs_.ports.open(id, std::move(wish), [this, tls](std::uint16_t port) { return server_->listen(port, tls); });
}

Result<void> Streams::use_certificate(std::string pem) {
  if (server_ != nullptr) LINTEL_CHECK(server_->use_certificate(pem));
  needs_.certificate = std::move(pem);
  return {};
}

void Streams::give_accounts() {
  if (server_ == nullptr) return;
  std::vector<media::RtspAccount> accounts;
  for (const auto& machine : needs_.household.machines())
    if (machine.may(household::Right::rtsp))
      if (auto ha1 = needs_.household.machine_ha1_md5(machine.name, realm))
        accounts.push_back({machine.name, std::move(*ha1)});
  server_->set_accounts(std::move(accounts));
}

// As for the web's machines: lock-outs only, for these secrets are random, and slowing an account down would only keep
// its recorder away. Names that do not exist count for their source alone.
bool Streams::admit(const media::RtspAttempt& attempt) {
  const std::string network = http::source_of(attempt.address);
  const access::Source source(network, attempt.address, access::Way::rtsp);
  const std::string subject = needs_.household.machine(attempt.user) == nullptr ? std::string() : attempt.user;
  if (needs_.guesses.locked_for(subject, source) > Duration::zero()) return false;
  if (attempt.right) {
    needs_.guesses.succeeded(subject, source);
    return true;
  }
  const Duration locked = needs_.guesses.failed(subject, source);
  const std::string told = text::printable(attempt.user) ? attempt.user.substr(0, 64) : "?";
  needs_.journal.record(events::operation_login_failed, {.subject = told, .fields = {{"address", attempt.address}}});
  if (locked <= Duration::zero()) return false;
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(locked).count();
  needs_.journal.record(
      events::operation_login_locked,
      {.subject = told, .fields = {{"address", attempt.address}, {"minutes", std::to_string(minutes)}}});
  return false;
}

}  // namespace lintel::app
