// What goes into a statement and comes out of it. No type of the database library leaves this room.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lintel::storage {

struct Null {
  friend bool operator==(Null, Null) = default;
};

// No blobs: sealed secrets are text (see Vault), so one schema serves SQLite and PostgreSQL.
using Value = std::variant<Null, std::int64_t, double, std::string>;
using Values = std::vector<Value>;

enum class Column { integer, real, text };

// One row of a query, by position. A NULL reads as zero or the empty text; is_null tells them apart.
class Row {
 public:
  Row() = default;
  explicit Row(Values values) : values_(std::move(values)) {}

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool is_null(std::size_t position) const { return std::holds_alternative<Null>(values_.at(position)); }
  [[nodiscard]] std::int64_t integer(std::size_t position) const { return get<std::int64_t>(position); }
  [[nodiscard]] bool boolean(std::size_t position) const { return integer(position) != 0; }
  [[nodiscard]] double real(std::size_t position) const { return get<double>(position); }
  [[nodiscard]] std::string text(std::size_t position) const { return get<std::string>(position); }

 private:
  template <typename T>
  [[nodiscard]] T get(std::size_t position) const {
    return is_null(position) ? T{} : std::get<T>(values_.at(position));
  }
  Values values_;
};

// One statement with the values for its placeholders, in order of appearance.
struct Statement {
  std::string sql;
  Values values;
};

}  // namespace lintel::storage
