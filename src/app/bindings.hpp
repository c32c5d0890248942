// The registrar's bindings on the disk, one small record each. Loop only.
#pragma once

#include "household/bindings.hpp"
#include "sip/server.hpp"

namespace lintel::app {

class Bindings final : public sip::BindingStore {
 public:
  explicit Bindings(storage::Database& database) : records_(database, "sip.bindings") {}
  void save(const sip::StoredBinding& binding) override;
  void remove(const std::string& account, const std::string& id) override;
  void write() override;
  [[nodiscard]] std::vector<sip::StoredBinding> load() override;

 private:
  household::RecordStore records_;
  household::RecordStore::Batch batch_;  // what write() will write
  std::string key_, value_;              // used again for each
};

}  // namespace lintel::app
