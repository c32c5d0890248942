// A household on a data folder of its own, and its asynchronous writes as plain calls.
#pragma once

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "household/bindings.hpp"
#include "household/household.hpp"
#include "storage/support.hpp"

namespace lintel::household::testing {

class HouseholdTest : public ::testing::Test {
 protected:
  HouseholdTest() { open(); }

  void open(int page_limit = 0) {
    household_.reset();
    database_.reset();
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {Household::schema(), RecordStore::schema()};
    options.retry = std::chrono::milliseconds(20);
    options.page_limit = page_limit;
    database_ = storage::testing::open_database(loop_, options);
    auto loaded = Household::load(*database_, vault_, clock_, {.station_name = "Gate"});
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    household_ = std::move(loaded).value();
  }
  template <typename T, typename Work>
  Result<T> ask(Work work) {
    return storage::testing::answer<T>(loop_, [&](auto then) { work(*household_, std::move(then)); });
  }
  // What a search comes to.
  template <typename Record, typename Work>
  Page<Record> found(Work work) {
    std::optional<Page<Record>> page;
    work([&](Result<Page<Record>> answer) { page = std::move(*answer); });
    clock_.advance(Duration::zero());
    return page.value();
  }
  Result<Room> add_room(Room room) {
    return ask<Room>([&](Household& h, auto then) { h.add_room(room, then); });
  }
  Result<Paired> add_phone(std::string room, std::string name = {}) {
    return ask<Paired>([&](Household& h, auto then) { h.add_phone(room, name, then); });
  }
  Result<PairingOffer> offer(NewPairing pairing) {
    return ask<PairingOffer>([&](Household& h, auto then) { h.offer_pairing(pairing, then); });
  }
  Result<Paired> take(std::string token, std::string device = "Phone") {
    return ask<Paired>([&](Household& h, auto then) { h.take_pairing(PairingProof::token, token, device, then); });
  }
  Result<Paired> take_by_short_code(std::string code) {
    return ask<Paired>([&](Household& h, auto then) { h.take_pairing(PairingProof::short_code, code, "Phone", then); });
  }
  Result<Code> add_code(NewCode code) {
    return ask<Code>([&](Household& h, auto then) { h.add_code(code, then); });
  }
  // The whole database as bytes: what a thief of the disk would read.
  std::string files() {
    std::string all;
    for (const char* name : {"/lintel.db", "/lintel.db-wal"}) {
      std::ifstream file(folder_.data() + name, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }

  Loop loop_;
  SimulatedClock clock_;
  storage::testing::Folder folder_;
  storage::Vault vault_ = storage::Vault::ephemeral();
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Household> household_;
};

inline void expect_refused(const auto& result, ErrorCode code, const std::string& field) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_EQ(result.error().field, field) << result.error().message;
  EXPECT_TRUE(result.error().message.ends_with('.')) << result.error().message;
}

}  // namespace lintel::household::testing
