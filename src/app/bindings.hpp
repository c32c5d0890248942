// The registrar's bindings on the disk, one small record each. Loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "household/bindings.hpp"
#include "sip/server.hpp"

namespace lintel::app {

class Bindings final : public sip::BindingStore {
 public:
  static constexpr std::size_t most_refused = 4'096;  // removals that a full disk is asked again for

  explicit Bindings(storage::Database& database) : records_(database, "sip.bindings") {}
  ~Bindings() override { write(); }
  void save(const sip::StoredBinding& binding) override;
  // A binding that came back after a restart would ring, and open, for whoever has its account by then: so a removal that
  // the disk refuses goes with the next write again.
  void remove(const std::string& account, const std::string& id) override;
  void write() override;
  [[nodiscard]] std::vector<sip::StoredBinding> load() override;

 private:
  enum class Way { in_batch, to_the_disk, refused };
  struct Removal {
    std::uint64_t turn = 0;
    Way way = Way::in_batch;
  };
  using Removed = std::vector<std::pair<std::string, std::uint64_t>>;
  void written(const Removed& removed, bool done);

  household::RecordStore records_;
  household::RecordStore::Batch batch_;  // what write() will write
  std::string key_, value_;              // used again for each
  std::map<std::string, Removal, std::less<>> removals_;  // by key; those that are not known to be on the disk
  std::uint64_t turns_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace lintel::app
