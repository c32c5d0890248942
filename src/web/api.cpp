#include "web/api.hpp"

#include "base/bytes.hpp"
#include "web/context.hpp"
#include "web/states.hpp"

namespace lintel::web {
namespace {

constexpr std::size_t setup_code_digits = 8;
constexpr std::size_t rate_limit_sources = 8'192;

http::RateLimit::Options request_rate(const settings::Settings& settings) {
  const auto rate = static_cast<double>(settings.get(settings::security::request_rate));
  return {.burst = rate * 4,
          .refill = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / rate)),
          .entries = rate_limit_sources};
}

}  // namespace

Context::Context(Dependencies given)
    : house(std::move(given)),
      guesses(house.guesses),
      sessions(house.clock, [this] { return house.settings.get(settings::security::session_idle); }),
      login(house.clock, house.workers, guesses),
      digest(house.clock, {.realm = "Lintel"}),
      requests(house.clock, request_rate(house.settings)),
      began(house.clock.monotonic()),
      logins_told(house.clock) {
  if (!house.household.initialised()) setup_code = bytes::random_digits(setup_code_digits);
  sessions.on_end([this](const Session& session) {
    hub.close_session(session.id);
    end_live_sessions(session.id);
    // The monitor that a person tries beside the console has that login, which ends when nobody uses the console.
    if (session.who.role == Role::admin) return;
    for (const auto& socket : open_sockets(session)) socket->close(1008, "logged out");
  });
  subscriptions.push_back(house.journal.on_journalled([this](const journal::Entry& entry) { hub.journalled(entry); }));
  subscriptions.push_back(house.settings.on_change([this](const settings::Change& change) {
    if (change.is(settings::security::request_rate)) requests.set_options(request_rate(house.settings));
    hub.tell("setting", write_json(Json{{"key", change.entry.key}}),
             [](const Subject& who) { return who.role == Role::admin; });
  }));
  // What is revoked ends at once, wherever it was revoked.
  subscriptions.push_back(house.household.on_change([this](const household::Change& change) {
    using household::Collection;
    if (change.done != household::Done::removed) return;
    if (change.collection == Collection::monitors && online)
      std::erase_if(*online, [&](const std::string& account) {
        return change.key.empty() ? house.household.monitor(account) == nullptr : account == change.key;
      });
    // Cards and codes have no session, and may be deleted by thousands.
    if (change.collection == Collection::machines) return end_live_views_of_removed_machines();
    if (change.collection != Collection::monitors && change.collection != Collection::people) return;
    for (const auto& session : sessions.list()) {
      const bool device = session->who.role == Role::monitor || session->who.role == Role::panel;
      const bool gone = device ? house.household.monitor(session->who.account) == nullptr
                               : house.household.person(session->who.account) == nullptr;
      if (gone) sessions.end(session->id);
    }
  }));
}

Duration Context::guess_wait(std::string_view subject, std::string_view address) const {
  return guesses.wait(subject, {http::source_of(address), address});
}

void Context::guess_failed(std::string_view subject, std::string_view address) {
  (void)guesses.failed(subject, {http::source_of(address), address});
}

std::size_t Context::online_monitors() {
  if (house.presence == nullptr) return 0;
  if (!online) {
    online.emplace();
    for (const household::Monitor* monitor : house.household.monitors())
      presence_changed(monitor->account, house.presence->presence(monitor->account).online);
  }
  return online->size();
}

void Context::presence_changed(std::string_view account, bool is_online) {
  if (!online) return;
  const household::Monitor* monitor = house.household.monitor(account);
  if (is_online && monitor != nullptr && monitor->kind != household::MonitorKind::panel)
    online->insert(monitor->account);
  else
    online->erase(std::string(account));
}

void Context::end_live_sessions(std::string_view session) {
  std::vector<LiveSession> over;
  std::erase_if(live_sessions, [&](LiveSession& one) {
    if (one.session != session || session.empty()) return false;
    over.push_back(std::move(one));
    return true;
  });
  if (house.live == nullptr) return;
  for (const LiveSession& one : over) (void)house.live->end(one.id);
}

void Context::end_live_views_of_removed_machines() {
  std::vector<LiveSession> over;
  std::erase_if(live_sessions, [&](LiveSession& one) {
    if (!one.session.empty() || house.household.machine(one.account) != nullptr) return false;
    over.push_back(std::move(one));
    return true;
  });
  if (house.live == nullptr) return;
  for (const LiveSession& one : over) (void)house.live->end(one.id);
}

void Context::journal(const journal::Event& event, const Subject& who, journal::Details details) const {
  if (details.subject.empty()) details.subject = who.account;
  house.journal.record(event, std::move(details));
}

void Context::journal_session(const journal::Event& event, const Subject& who) {
  logins_told.tell(
      std::string(event.id) + '\n' + who.account + '\n' + http::source_of(who.address),
      [&] {
        journal(event, who, {.room = who.room, .fields = {{"address", who.address}}});
      },
      [&](Duration untold) {
        journal(journal::events::operation_repeated, who,
                {.room = who.room, .fields = {{"address", who.address}, journal::minutes(untold)}});
      });
}

Api::Api(Dependencies dependencies) : context_(std::make_shared<Context>(std::move(dependencies))) {}
Api::~Api() = default;

void Api::add_routes(http::Router& router) {
  install_gate(router, context_);
  guard_websockets(router, context_);
  add_start_routes(router, context_);
  add_session_routes(router, context_);
  add_account_routes(router, context_);
  add_setting_routes(router, context_);
  add_room_routes(router, context_);
  add_station_routes(router, context_);
  add_monitor_routes(router, context_);
  add_access_routes(router, context_);
  add_card_routes(router, context_);
  add_panel_routes(router, context_);
  add_live_routes(router, context_);
  add_journal_routes(router, context_);
  add_metric_routes(router, context_);
  context_->description = describe(router, context_->house.version);
}

const std::string& Api::setup_code() const {
  return context_->setup_code;
}

void Api::panel_changed(const PanelState& state) {
  context_->hub.tell("panel", write_json(to_json(state)),
                     [](const Subject& who) { return who.role == Role::admin || who.role == Role::panel; });
}

void Api::card_issue_changed(const CardIssue& issue) {
  context_->hub.tell("card", write_json(to_json(issue)), [](const Subject& who) { return who.role == Role::admin; });
}

void Api::lock_changed(const LockState& state) {
  context_->hub.tell("lock", write_json(to_json(state, Role::monitor)),
                     [](const Subject& who) { return who.role == Role::monitor; });
  context_->hub.tell("lock", write_json(to_json(state, Role::admin)),
                     [](const Subject& who) { return who.role != Role::monitor; });
}

void Api::call_changed(const CallState& state) {
  context_->hub.tell("call", write_json(to_json(state)),
                     [&state](const Subject& who) { return who.role != Role::monitor || who.room == state.room; });
}

void Api::monitor_changed(std::string_view account, bool online) {
  context_->presence_changed(account, online);
  const household::Monitor* monitor = context_->house.household.monitor(account);
  const std::string room = monitor == nullptr ? std::string() : monitor->room;
  context_->hub.tell(
      "monitor", write_json(Json{{"account", account}, {"online", online}}), [&room](const Subject& who) {
        return who.role == Role::admin || (who.role == Role::monitor && who.room == room && !room.empty());
      });
}

void Api::camera_changed(const PartState& state) {
  context_->hub.tell("camera", write_json(to_json(state)), [](const Subject&) { return true; });
}

}  // namespace lintel::web
