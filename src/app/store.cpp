#include "app/store.hpp"

#include "household/bindings.hpp"

namespace lintel::app {

household::Household::Identity identity_of(const settings::Settings& settings) {
  return {settings.get(settings::sip_server::domain), settings.get(settings::station::number),
          settings.get(settings::station::name), settings.get(settings::call::centre_number)};
}

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
  LINTEL_TRY(store.household, household::Household::load(*store.database, *store.vault, loop.clock(), identity_of(*store.settings)));
  return store;
}

}  // namespace lintel::app
