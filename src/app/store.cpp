#include "app/store.hpp"

#include <utility>

#include "household/bindings.hpp"

namespace lintel::app {
namespace {

// Who the station is among the numbers of the building.
household::Household::Identity identity_of(const settings::Settings& settings, std::string realm) {
  return {std::move(realm), settings.get(settings::station::number), settings.get(settings::station::name),
          settings.get(settings::call::centre_number)};
}

}  // namespace

Result<Store> Store::open(Loop& loop, const std::string& folder) {
  Store store;
  LINTEL_TRY(auto vault, storage::Vault::open(folder));
  store.vault = std::make_unique<storage::Vault>(std::move(vault));
  storage::Options options;
  options.folder = folder;
  options.schemas = {settings::Settings::schema(), journal::Journal::schema(), household::Household::schema(),
                     household::RecordStore::schema()};
  LINTEL_TRY(store.database, storage::Database::open(loop, options));
  LINTEL_TRY(store.settings, settings::Settings::load(*store.database, *store.vault));
  LINTEL_TRY(store.journal, journal::Journal::open(*store.database, loop.clock(), store.settings->get(settings::journal::size)));
  for (const std::string& key : store.settings->problems())
    store.journal->record(journal::events::system_settings_rejected, {.fields = {{"setting", key}}});
  const auto identity = identity_of(*store.settings, store.settings->get(settings::sip_server::domain));
  LINTEL_TRY(store.household, household::Household::load(*store.database, *store.vault, loop.clock(), identity));
  store.identity_changes = store.settings->on_change([&settings = *store.settings, &household = *store.household](
                                                         const settings::Change& change) {
    if (!change.is(settings::station::number) && !change.is(settings::station::name) &&
        !change.is(settings::call::centre_number))
      return;
    // A new domain waits for the restart: until then the SIP server challenges with the one that it began with.
    household.set_identity(identity_of(settings, household.identity().realm));
  });
  return store;
}

}  // namespace lintel::app
