#include "app/reset_admin.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/store.hpp"
#include "journal/events.hpp"

namespace lintel::app {

Result<void> reset_admin(const Options& options) {
  // Else it would begin a new station there, and say that the password is forgotten.
  std::error_code unknown;
  if (!std::filesystem::exists(options.data + "/lintel.db", unknown) && !unknown)
    return Error{ErrorCode::not_found,
                 fmt::format("There is no station in the folder {}. Name the one that it keeps its data in, such as "
                             "--data /var/lib/lintel.",
                             options.data),
                 "--data", options.data, "the folder of a station"};
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
