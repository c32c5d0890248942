#include "storage/vault.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <barrier>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "storage/listeners.hpp"
#include "storage/support.hpp"

namespace lintel::storage {
namespace {

using testing::Folder;
using ::testing::HasSubstr;

TEST(Vault, opensWhatItSealedAlsoAfterARestart) {
  const Folder folder;
  const std::string secret("a secret with \0 in it", 21);
  std::string sealed;
  std::string derived;
  {
    const auto vault = Vault::open(folder.data());
    ASSERT_TRUE(vault.ok()) << vault.error().message;
    sealed = vault->seal(secret, "test:1");
    derived = vault->derive("codes");
  }
  const auto vault = Vault::open(folder.data());
  ASSERT_TRUE(vault.ok());
  EXPECT_EQ(vault->open_sealed(sealed, "test:1").value_or(""), secret);
  EXPECT_EQ(vault->derive("codes"), derived);
  EXPECT_NE(vault->derive("tokens"), derived);
  struct stat status {};
  ASSERT_EQ(stat((folder.data() + "/install.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(status.st_size, 32);
}

// Two programs on a new folder, each of which finds no key: one would go on with a key that is not on the disk, and at
// its next start no secret would open any more.
TEST(Vault, isTheSameForAllWhoBeginTogether) {
  for (int round = 0; round < 20; ++round) {
    const Folder folder;
    std::vector<std::string> derived(4);
    std::barrier together(4);
    {
      std::vector<std::jthread> programs;
      for (std::string& own : derived)
        programs.emplace_back([&] {
          together.arrive_and_wait();
          const auto vault = Vault::open(folder.data());
          own = vault.ok() ? vault->derive("x") : vault.error().message;
        });
    }
    const auto kept = Vault::open(folder.data());
    ASSERT_TRUE(kept.ok());
    for (const std::string& own : derived) ASSERT_EQ(own, kept->derive("x")) << "round " << round;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.data()), {}), 1) << "and nothing beside it";
  }
}

TEST(Vault, refusesEveryFlippedBit) {
  const Vault vault = Vault::ephemeral();
  const std::string sealed = vault.seal("secret", "test");
  for (std::size_t i = 0; i < sealed.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = sealed;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(vault.open_sealed(flipped, "test").ok()) << i << " " << bit;
    }
  EXPECT_FALSE(vault.open_sealed("", "test").ok());
  EXPECT_FALSE(vault.open_sealed("v1.", "test").ok());
  EXPECT_FALSE(vault.open_sealed(sealed.substr(0, sealed.size() - 4), "test").ok());
}

TEST(Vault, refusesASecretMovedToAnotherPlace) {
  const Vault vault = Vault::ephemeral();
  EXPECT_FALSE(vault.open_sealed(vault.seal("secret", "machines:one"), "machines:two").ok());
}

// As on a failing card, whose file and database cannot be looked at for a moment: a new key would be put in its place,
// and no secret would open any more. A link to itself answers neither that it is there nor that it is not.
TEST(Vault, makesNoKeyInPlaceOfOneThatCannotBeLookedAt) {
  const Folder folder;
  const std::string file = folder.path() + "/install.key";
  std::filesystem::create_symlink("install.key", file);
  const auto vault = Vault::open(folder.path());
  ASSERT_FALSE(vault.ok());
  EXPECT_THAT(vault.error().message, HasSubstr(file));
  EXPECT_TRUE(std::filesystem::is_symlink(file));
}

TEST(Vault, sealsTheSameSecretDifferentlyEachTime) {
  const Vault vault = Vault::ephemeral();
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(vault.seal("secret", "test"));
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Vault, twoFreshInstallationsShareNoSecret) {
  const Folder one;
  const Folder two;
  const auto first = Vault::open(one.data());
  const auto second = Vault::open(two.data());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->derive("codes"), second->derive("codes"));
  EXPECT_FALSE(second->open_sealed(first->seal("secret", "test"), "test").ok());
}

TEST(Vault, refusesAKeyThatOthersMayReadOrThatIsDamagedOrMissing) {
  const Folder folder;
  ASSERT_TRUE(Vault::open(folder.data()).ok());
  const std::string key = folder.data() + "/install.key";
  ASSERT_EQ(chmod(key.c_str(), 0644), 0);
  EXPECT_THAT(Vault::open(folder.data()).error().message, HasSubstr("chmod 600"));
  ASSERT_EQ(chmod(key.c_str(), 0600), 0);
  std::ofstream(key, std::ios::trunc) << "short";
  EXPECT_THAT(Vault::open(folder.data()).error().message, HasSubstr("32 bytes"));
  std::filesystem::remove(key);
  std::ofstream(folder.data() + "/lintel.db") << "";
  EXPECT_THAT(Vault::open(folder.data()).error().message, HasSubstr("missing"));
  EXPECT_FALSE(std::filesystem::exists(key));
}

TEST(Listeners, mayLeaveWhileTheyAreToldAndOutliveTheirSource) {
  auto source = std::make_unique<Listeners<int>>();
  int heard = 0;
  Subscription second;
  Subscription third;
  auto first = source->add([&](int) { second.cancel(); });
  second = source->add([&](int) { ++heard; });
  third = source->add([&](int value) {
    heard += value;
    third.cancel();
  });
  source->tell(10);
  source->tell(10);
  EXPECT_EQ(heard, 10);
  source.reset();
  first.cancel();
}

}  // namespace
}  // namespace lintel::storage
