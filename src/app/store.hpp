// What the station remembers, opened in the order in which one part needs the other. Loop only.
#pragma once

#include <memory>
#include <string>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "household/household.hpp"
#include "journal/journal.hpp"
#include "settings/settings.hpp"
#include "storage/database.hpp"
#include "storage/vault.hpp"

namespace lintel::app {

struct Store {
  // Errors: why the folder, its key or its database cannot be used; `conflict` while another station runs on it.
  [[nodiscard]] static Result<Store> open(Loop& loop, const std::string& folder);

  std::unique_ptr<storage::Vault> vault;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<settings::Settings> settings;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<household::Household> household;  // who the station is in it follows the settings
  storage::Subscription identity_changes;
};

}  // namespace lintel::app
