// V07: a removed phone's registration does not come back for the next owner of its number, though the disk refused.
#include "app/bindings.hpp"

#include <gmock/gmock.h>

#include "storage/support.hpp"

namespace lintel::app {
namespace {

class BindingsTest : public ::testing::Test {
 protected:
  BindingsTest() { open(); }
  void open() {
    bindings_.reset();
    database_.reset();
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {household::RecordStore::schema()};
    database_ = storage::testing::open_database(loop_, options);
    bindings_ = std::make_unique<Bindings>(*database_);
  }
  void save(const std::string& account, const std::string& contact = "sip:a@192.0.2.1") {
    sip::StoredBinding binding;
    binding.account = account;
    binding.id = "1";
    binding.contact = contact;
    bindings_->save(binding);
    write();
  }
  void write() {
    bindings_->write();
    execute("DELETE FROM records WHERE key = 'none'");  // behind it
  }
  void execute(const std::string& statement) {
    ASSERT_TRUE(storage::testing::answer<void>(loop_, [&](auto then) {
                  database_->write({{statement, {}}}, std::move(then));
                }).ok());
  }
  void refuse() { execute("CREATE TRIGGER no BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'no'); END"); }
  void mend() { execute("DROP TRIGGER no"); }
  std::vector<std::string> contacts() {
    open();
    std::vector<std::string> out;
    for (const auto& binding : bindings_->load()) out.push_back(binding.account + " " + binding.contact);
    return out;
  }

  storage::testing::Folder folder_;
  Loop loop_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Bindings> bindings_;
};

TEST_F(BindingsTest, V07_aRemovalThatWasRefusedGoesWithTheNextWrite) {
  save("101#0");
  refuse();
  bindings_->remove("101#0", "1");
  write();
  mend();
  save("102#0");
  EXPECT_THAT(contacts(), ::testing::ElementsAre("102#0 sip:a@192.0.2.1"));
}

TEST_F(BindingsTest, V07_aRemovalThatWasRefusedIsTriedAtTheEnd) {
  save("101#0");
  refuse();
  bindings_->remove("101#0", "1");
  write();
  mend();
  EXPECT_THAT(contacts(), ::testing::IsEmpty());
}

TEST_F(BindingsTest, V07_whoRegisteredAgainMeanwhileStays) {
  save("101#0");
  refuse();
  bindings_->remove("101#0", "1");
  write();
  mend();
  save("101#0", "sip:b@192.0.2.2");
  save("102#0");
  EXPECT_THAT(contacts(), ::testing::UnorderedElementsAre("101#0 sip:b@192.0.2.2", "102#0 sip:a@192.0.2.1"));
}

}  // namespace
}  // namespace lintel::app
