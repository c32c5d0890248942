#include "app/reset_admin.hpp"

#include <utility>

#include "app/store.hpp"
#include "journal/events.hpp"

namespace lintel::app {

Result<void> reset_admin(const Options& options) {
  Loop loop;
  LINTEL_TRY(const Store store, Store::open(loop, options.data));
  if (!store.household->initialised()) return {};
  Result<void> outcome;
  store.journal->record(journal::events::operation_admin_reset);
  store.household->remove_person("admin", [&](Result<void> done) {
    outcome = std::move(done);
    loop.quit();
  });
  loop.run();
  return outcome;
}

}  // namespace lintel::app
