// Secrets at rest. Each installation makes its own key at first start; nothing is sealed with a key that ships.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lintel::storage {

// Any thread: nothing changes after open().
class Vault {
 public:
  // Start only: reads `folder`/install.key (32 random bytes, mode 0600) or makes it. Open the vault before the
  // database. Errors: `unavailable` when it cannot be read or written, has the wrong size, may be read by others, or is
  // missing although there is a database: a new key could not open what is sealed there.
  static Result<Vault> open(const std::string& folder);
  // For tests: a vault with a key of its own, on no disk.
  static Vault ephemeral();

  Vault(const Vault&) = default;
  Vault(Vault&&) = default;
  Vault& operator=(const Vault&) = default;
  Vault& operator=(Vault&&) = default;
  ~Vault();  // wipes the key

  // AES-256-GCM with a fresh nonce, as text for a column. `purpose` is authenticated with it (table, key and column),
  // so that a sealed value cannot be moved to another place.
  [[nodiscard]] std::string seal(std::string_view secret, std::string_view purpose) const;
  // Error `internal` when a bit was flipped, the purpose is another, or the key is not the one that sealed it.
  [[nodiscard]] Result<std::string> open_sealed(std::string_view sealed, std::string_view purpose) const;
  // A key of 32 bytes for one purpose (keyed hashes of codes, flow tokens), the same after a restart.
  [[nodiscard]] std::string derive(std::string_view purpose) const;

 private:
  explicit Vault(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace lintel::storage
