// Errors a caller can meet are values: a stable code, and a sentence a person can act on.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace lintel {

// Few codes, stable over releases: clients compare them, people read the message.
enum class ErrorCode {
  invalid,        // a given value breaks a rule; `field` names it
  not_found,      // what was named does not exist
  conflict,       // it exists already, or the state does not allow it now
  denied,         // known, but without the right
  unauthenticated,  // not known
  limited,        // too many attempts; try later
  unavailable,    // a part this needs is not there now (camera, disk, peer)
  full,           // no room left (disk, table, queue)
  not_kept,       // it is in force, but the disk does not keep it: a restart undoes it
  timeout,
  internal,       // a mistake of ours
};

// The code's stable name, as it goes out over the API ("invalid", "not_found", …).
[[nodiscard]] const char* name_of(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message = {};  // a full sentence that says what to do
  std::string field = {};  // the field at fault, or empty
  std::string value = {};  // what was given (never a secret), or empty
  std::string limit = {};  // what is allowed, or empty
};

// A value or an Error. Asking the wrong side is a mistake of ours and throws std::bad_variant_access.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }
  [[nodiscard]] T value_or(T other) const { return ok() ? value() : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return error_.value(); }

 private:
  std::optional<Error> error_;
};

}  // namespace lintel

// LINTEL_TRY(auto port, parse_port(text)); — declares `port`, or returns the error from the enclosing function.
#define LINTEL_TRY_JOIN2(a, b) a##b
#define LINTEL_TRY_JOIN(a, b) LINTEL_TRY_JOIN2(a, b)
#define LINTEL_TRY(declaration, expression)                                    \
  auto LINTEL_TRY_JOIN(lintel_try_, __LINE__) = (expression);                  \
  if (!LINTEL_TRY_JOIN(lintel_try_, __LINE__).ok())                            \
    return LINTEL_TRY_JOIN(lintel_try_, __LINE__).error();                     \
  declaration = std::move(LINTEL_TRY_JOIN(lintel_try_, __LINE__)).value()  // NOLINT(bugprone-macro-parentheses)
// LINTEL_CHECK(step()); — returns the error of a Result<void> from the enclosing function.
#define LINTEL_CHECK(expression)                                               \
  if (auto lintel_check_ = (expression); !lintel_check_.ok()) return lintel_check_.error()
