// What the household owes to a disk that refuses: somebody's card was reported lost, an account taken away, and that is
// in force.
#include <algorithm>
#include <iterator>

#include "household/inner.hpp"

namespace lintel::household {

Error not_kept(bool asked_again) {
  if (asked_again)
    return {ErrorCode::not_kept,
            "This is taken away as of now, but the disk does not store it: after a restart it would be back. The "
            "station asks the disk again by itself."};
  return {
      ErrorCode::not_kept,
      "This is taken away as of now, but the database refuses to store it: after a restart it may be back, and has to "
      "be taken away again."};
}

bool Household::Inner::may_be_asked_again(const Error& refused) const {
  return refused.code == ErrorCode::full || (refused.code == ErrorCode::unavailable && !database.damage_met());
}

void Household::Inner::overtake() {
  for (Debt& debt : debts) debt.overtaken = !debt.asked_again;
}

void Household::Inner::write_alone(std::vector<storage::Statement> statements,
                                   std::function<void(const Result<void>&)> then) {
  database.write(std::move(statements),
                 [this, guard = std::weak_ptr<int>(alive), then = std::move(then)](const Result<void>& written) {
                   if (guard.expired()) return;
                   if (written.ok()) overtake();
                   then(written);
                 });
}

void Household::Inner::write(std::vector<storage::Statement> statements,
                             std::function<void(const Result<void>&)> then) {
  std::vector<storage::Statement> all;
  for (const Debt& debt : debts)
    if (debt.asked_again) all.insert(all.end(), debt.statements.begin(), debt.statements.end());
  if (all.empty()) return write_alone(std::move(statements), std::move(then));
  all.insert(all.end(), statements.begin(), statements.end());
  write_alone(std::move(all),
              [this, statements = std::move(statements), then = std::move(then)](const Result<void>& written) {
                if (written.ok()) std::erase_if(debts, [](const Debt& debt) { return debt.asked_again; });
                if (written.ok() || may_be_asked_again(written.error())) return then(written);
                // One of the debts may be what cannot be written at all: it stands in the way of nobody else's change.
                write_alone(statements, [this, then](const Result<void>& by_itself) {
                  const bool theirs = by_itself.ok() || database.damage_met();
                  for (Debt& debt : debts) debt.asked_again = debt.asked_again && !theirs;
                  if (by_itself.ok()) overtake();
                  then(by_itself);
                });
              });
}

Error Household::Inner::owe(std::vector<storage::Statement> statements, const Error& refused) {
  debts.push_back({std::move(statements), may_be_asked_again(refused)});
  if (debts.back().asked_again) pay_later();
  return not_kept(debts.back().asked_again);
}

void Household::Inner::pay_later() {
  next_payment = clock.after(paid_every, [this] {
    if (std::none_of(debts.begin(), debts.end(), [](const Debt& debt) { return debt.asked_again; })) return;
    pay_later();
    // With a change that waits they go by themselves. On a slow disk payments would fill the queue, and nobody could
    // take anything away.
    if (busy || !waiting.empty()) return;
    // A statement that does nothing: what is owed goes before it.
    submit<void>(
        []() -> Result<Plan<void>> {
          return Plan<void>{{{"DELETE FROM codes WHERE id = 0", {}}}, {}};
        },
        [](const Result<void>&) {});
  });
}

}  // namespace lintel::household
