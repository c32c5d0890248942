// The cards as this station has them: the reader, the household's records, and what the panel and the web hear of both.
// Loop only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "access/reader_control.hpp"
#include "app/doors.hpp"
#include "calls/panel.hpp"
#include "household/household.hpp"
#include "journal/journal.hpp"
#include "settings/settings.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Cards final : public access::Cards, public web::CardPort {
 public:
  // All must outlive it. `guesses`: the common limit.
  Cards(Loop& loop, household::Household& household, settings::Settings& settings, journal::Journal& journal, Doors& doors,
        access::AttemptLimiter& guesses);

  // For the panel: a card came to this, or the wait for one is over; a new card is awaited.
  std::function<void(calls::CardNews news, Duration wait)> on_news;
  std::function<void(const std::string& room, WallTime until)> on_awaited;
  std::function<void(const web::CardIssue&)> on_issue;

  // access::Cards
  [[nodiscard]] std::optional<access::Card> find(std::string_view number) const override;
  [[nodiscard]] std::string ending(std::string_view number) const override;
  [[nodiscard]] bool has_place(std::string_view room) const override;
  void keep(const std::string& number, const access::CardOrder& order, std::function<void(Result<access::Card>)> then) override;
  // web::CardPort
  [[nodiscard]] web::CardIssue issue() const override;
  Result<web::CardIssue> begin(const web::Subject& who, const web::CardWish& wish) override;
  bool cancel() override;

 private:
  void apply_settings();
  void household_changed();
  void held(const std::string& number);
  void progressed(const access::CardProgress& progress);

  Doors& doors_;
  household::Household& household_;
  settings::Settings& settings_;
  journal::Journal& journal_;
  access::ReaderControl control_;
  storage::Subscription settings_changes_, household_changes_;
};

}  // namespace lintel::app
