// The registrar's bindings on the disk, one small record each. Loop only.
#pragma once

#include "household/bindings.hpp"
#include "sip/server.hpp"

namespace lintel::app {

class Bindings final : public sip::BindingStore {
 public:
  explicit Bindings(storage::Database& database) : records_(database, "sip.bindings") {}
  void write(std::vector<sip::StoredBinding> saved, std::vector<Key> removed) override;
  [[nodiscard]] std::vector<sip::StoredBinding> load() override;

 private:
  household::RecordStore records_;
};

}  // namespace lintel::app
