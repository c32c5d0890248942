// The packed table of contacts beside one made of plain maps.
#include "sip/binding_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace lintel::sip {
namespace {

struct Plain {
  std::string contact, call_id;
  FlowId flow = 0;
};

TEST(BindingTable, holdsWhatPlainMapsHold) {
  BindingTable table;
  std::map<std::pair<std::string, std::uint64_t>, Plain> plain;
  std::mt19937 dice(7);  // the same each time
  const auto below = [&](unsigned bound) { return dice() % bound; };
  for (int turn = 0; turn < 20'000; ++turn) {
    // In turn the table fills and empties, so that it grows and slots become free in all ways.
    const bool filling = turn / 2'000 % 2 == 0;
    const std::string account = std::to_string(20'000 + below(300)) + "#0";
    const std::uint64_t id = 1 + below(3);
    Binding* known = table.find(account, id);
    const auto model = plain.find({account, id});
    ASSERT_EQ(known != nullptr, model != plain.end());
    if (below(10) < (filling ? 8U : 2U)) {
      const Plain text{"sip:" + std::string(below(60), 'x') + "@h", std::string(below(200), 'c'), below(8)};
      const Binding::Texts texts{account, text.contact, {}, text.call_id, {}, "phone"};
      Binding& binding = known == nullptr ? table.add(id, texts) : table.rewrite(*known, texts);
      binding.cseq = static_cast<std::uint32_t>(turn);
      table.set_flow(binding, text.flow, text.flow != 0);
      plain[{account, id}] = text;
    } else if (known != nullptr) {
      table.remove(*known);
      plain.erase(model);
    }
    ASSERT_EQ(table.size(), plain.size());
  }
  std::size_t seen = 0;
  table.for_each([&](const Binding& one) {
    ++seen;
    const auto model = plain.find({std::string(one.account()), one.id});
    ASSERT_NE(model, plain.end());
    EXPECT_EQ(one.contact(), model->second.contact);
    EXPECT_EQ(one.call_id(), model->second.call_id);
    EXPECT_EQ(one.parameters(), "");
    EXPECT_EQ(one.user_agent(), "phone");
    EXPECT_EQ(table.find(one.account(), one.id), &one);
  });
  EXPECT_EQ(seen, plain.size());
  for (FlowId flow = 1; flow < 8; ++flow) {
    std::set<std::pair<std::string, std::uint64_t>> listed;
    for (const Binding* one = table.first_of_flow(flow); one != nullptr; one = BindingTable::next_of_flow(*one))
      listed.emplace(one->account(), one->id);
    std::set<std::pair<std::string, std::uint64_t>> wanted;
    for (const auto& [key, text] : plain)
      if (text.flow == flow) wanted.insert(key);
    EXPECT_EQ(listed, wanted);
  }
  EXPECT_EQ(table.first_of_flow(99), nullptr);
}

TEST(BindingTable, keepsTheContactsOfAnAccountInTheirOrder) {
  BindingTable table;
  for (std::uint64_t id = 1; id <= 3; ++id) table.add(id, {"101#0", "sip:a@b", {}, "c", {}, {}});
  // A longer text moves it elsewhere; its place in the chain stays.
  table.rewrite(*table.find("101#0", 2), {"101#0", "sip:a@b", {}, std::string(256, 'c'), {}, {}});
  std::vector<std::uint64_t> order;
  for (const Binding* one = table.first("101#0"); one != nullptr; one = BindingTable::next(*one))
    order.push_back(one->id);
  EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 2, 3}));
  table.remove(*table.first("101#0"));
  EXPECT_EQ(table.first("101#0")->id, 2U);
  EXPECT_EQ(table.first("101"), nullptr);
}

}  // namespace
}  // namespace lintel::sip
