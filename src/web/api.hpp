// The REST API under /api/v1: sessions, rights, and what the pages and integrators may ask of the house. Loop only.
//
//   web::Api api({.clock = loop.clock(), .workers = workers, .household = *household, .settings = *settings, .journal =
//   *journal,
//                 .version = "0.1.0", .live = &live, …});
//   api.add_routes(server.router());   // sets the gate too: no route of the router answers without it
//   if (!api.setup_code().empty()) print(api.setup_code());
#pragma once

#include <memory>
#include <string>

#include "access/limiter.hpp"
#include "base/clock.hpp"
#include "base/workers.hpp"
#include "household/household.hpp"
#include "http/router.hpp"
#include "journal/journal.hpp"
#include "settings/settings.hpp"
#include "web/events.hpp"
#include "web/ports.hpp"

namespace lintel::web {

// All must outlive the Api. A port that is null answers 503 `unavailable`.
struct Dependencies {
  Clock& clock;
  Workers& workers;
  household::Household& household;
  settings::Settings& settings;
  journal::Journal& journal;
  access::AttemptLimiter& guesses;  // shared with keypad, DTMF and SIP; its bounds are the composer's to set
  std::string version;
  LivePort* live = nullptr;
  PanelPort* panel = nullptr;
  LockPort* locks = nullptr;
  CardPort* cards = nullptr;
  TwinPort* twins = nullptr;
  CallPort* calls = nullptr;
  PresencePort* presence = nullptr;
  OverviewPort* overview = nullptr;
  CertificatePort* certificate = nullptr;
  SipPort* sip = nullptr;
};

struct Context;

class Api final : public Events {
 public:
  explicit Api(Dependencies dependencies);
  ~Api() override;
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // All routes of the API, and the gate that guards them and every other route of this router (also those other rooms
  // add). Call it after the other rooms' routes: openapi.json describes what is there then. The router must not be used
  // after the Api's end except to answer 503.
  void add_routes(http::Router& router);
  // The one-time code that set-up asks for (S01, security.md 2): eight digits, new at each start. Empty once set up.
  [[nodiscard]] const std::string& setup_code() const;

  void panel_changed(const PanelState& state) override;
  void card_issue_changed(const CardIssue& issue) override;
  void lock_changed(const LockState& state) override;
  void call_changed(const CallState& state) override;
  void monitor_changed(std::string_view account, bool online) override;
  void camera_changed(const PartState& state) override;

 private:
  std::shared_ptr<Context> context_;
};

}  // namespace lintel::web
