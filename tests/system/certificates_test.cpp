// S12: the station's own root and server certificate.
#include "system/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "base/refused_calls.hpp"
#include "system/x509.hpp"

namespace lintel::system {
namespace {

class CertificatesTest : public ::testing::Test {
 protected:
  CertificatesTest()
      : folder_(std::filesystem::temp_directory_path() / ("lintel-certificates-" + bytes::random_password(12))) {}
  ~CertificatesTest() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] ServerCertificate ensure(const CertificateNames& names) {
    return Certificates(folder_.string(), clock_).ensure(names).value();
  }
  [[nodiscard]] unsigned mode(const char* name) const {
    struct stat status {};
    return ::stat((folder_ / name).c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  std::filesystem::path folder_;
  SimulatedClock clock_;
  CertificateNames names_{.host = "door", .addresses = {"192.0.2.7", "2001:db8::7"}};
};

TEST_F(CertificatesTest, S12_makesARootAndAServerCertificateThatItSigned) {
  const ServerCertificate made = ensure(names_);
  EXPECT_TRUE(made.renewed);
  const Pair root{certificate_from_pem(made.root_pem), Key(X509_get_pubkey(certificate_from_pem(made.root_pem).get()))};
  const Certificate server = certificate_from_pem(made.chain_pem);
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(issued_by(server.get(), root));
  EXPECT_TRUE(names_all(server.get(), names_));
  EXPECT_EQ(X509_check_host(server.get(), "door.local", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(server.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_LE(made.expires - clock_.wall(), std::chrono::hours(24 * 397));
  EXPECT_GE(ends(root.certificate.get()) - clock_.wall(), std::chrono::hours(24 * 3640));
}

TEST_F(CertificatesTest, keysAreReadableByTheirOwnerOnly) {
  (void)ensure(names_);
  EXPECT_EQ(mode("root.key"), 0600U);
  EXPECT_EQ(mode("server.key"), 0600U);
}

TEST_F(CertificatesTest, keepsWhatItHasWhileTheNamesStay) {
  const ServerCertificate first = ensure(names_);
  const ServerCertificate second = ensure(names_);
  EXPECT_FALSE(second.renewed);
  EXPECT_EQ(first.chain_pem, second.chain_pem);
}

TEST_F(CertificatesTest, S12_makesTheServerCertificateAgainWhenAnAddressChanges) {
  const ServerCertificate first = ensure(names_);
  names_.addresses.emplace_back("198.51.100.4");
  const ServerCertificate second = ensure(names_);
  EXPECT_TRUE(second.renewed);
  EXPECT_EQ(first.root_pem, second.root_pem);
}

TEST_F(CertificatesTest, renewsThirtyDaysBeforeTheEnd) {
  const ServerCertificate first = ensure(names_);
  clock_.advance(std::chrono::hours(24 * 360));
  EXPECT_FALSE(ensure(names_).renewed);
  clock_.advance(std::chrono::hours(24 * 10));
  const ServerCertificate second = ensure(names_);
  EXPECT_TRUE(second.renewed);
  EXPECT_EQ(first.root_pem, second.root_pem);
}

TEST_F(CertificatesTest, S12_aClockThatIsNotSetTakesNoTrustAway) {
  clock_.jump_wall(std::chrono::hours(24 * 400));
  const ServerCertificate first = ensure(names_);
  clock_.jump_wall(-std::chrono::hours(24 * 300));  // started again, before anybody told it the time
  const ServerCertificate behind = Certificates(folder_.string(), clock_, [] { return false; }).ensure(names_).value();
  EXPECT_EQ(behind.chain_pem, first.chain_pem);
  const ServerCertificate moved = Certificates(folder_.string(), clock_, [] { return false; })
                                      .ensure({.host = "door", .addresses = {"192.0.2.9"}})
                                      .value();
  EXPECT_EQ(moved.root_pem, first.root_pem) << "another address, but the same root";
  EXPECT_TRUE(moved.renewed);
  // A clock that is right says that the one before was ahead.
  const ServerCertificate right = Certificates(folder_.string(), clock_, [] { return true; }).ensure(names_).value();
  EXPECT_NE(right.root_pem, first.root_pem);
}

// A service manager may refuse the question: then nobody knows that the clock is right.
TEST_F(CertificatesTest, S12_aClockThatMayNotBeAskedIsNotTakenForRight) {
  const auto ask_in_vain = [] {
    std::array program{sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                       sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_adjtimex},
                       sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_clock_adjtime},
                       sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
                       sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    if (!filter_system_calls(program)) _exit(2);
    _exit(clock_is_synchronised() ? 1 : 0);
  };
  EXPECT_EXIT(ask_in_vain(), ::testing::ExitedWithCode(0), "");
}

TEST_F(CertificatesTest, replacesDamagedFiles) {
  const ServerCertificate first = ensure(names_);
  std::ofstream(folder_ / "server.key") << "damaged";
  EXPECT_TRUE(ensure(names_).renewed);
  std::ofstream(folder_ / "root.pem") << "damaged";
  const ServerCertificate second = ensure(names_);
  EXPECT_TRUE(second.renewed);
  EXPECT_NE(first.root_pem, second.root_pem);
}

// As a backup that was copied back by root, or a failing card: the root may be readable again at the next start.
TEST_F(CertificatesTest, S12_leavesARootThatCannotBeReadAsItIs) {
  const ServerCertificate first = ensure(names_);
  const auto key = folder_ / "root.key";
  std::filesystem::rename(key, folder_ / "kept");
  std::filesystem::create_directory(key);  // nobody reads that as a file
  const Result<ServerCertificate> outcome = Certificates(folder_.string(), clock_).ensure(names_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().message.find(key.string() + " cannot be read"), std::string::npos);
  const Result<ServerCertificate> meanwhile = Certificates(folder_.string(), clock_).unkept(names_);
  ASSERT_TRUE(meanwhile.ok());
  EXPECT_NE(meanwhile->root_pem, first.root_pem);
  std::filesystem::remove(key);
  std::filesystem::rename(folder_ / "kept", key);
  EXPECT_EQ(ensure(names_).chain_pem, first.chain_pem);
}

TEST_F(CertificatesTest, S12_givesACertificateUnderTheKeptRootThatIsStoredNowhere) {
  const ServerCertificate first = ensure(names_);
  const ServerCertificate other =
      Certificates(folder_.string(), clock_).unkept({.host = "door", .addresses = {"198.51.100.4"}}).value();
  EXPECT_EQ(other.root_pem, first.root_pem);
  EXPECT_TRUE(names_all(certificate_from_pem(other.chain_pem).get(), {.host = "door", .addresses = {"198.51.100.4"}}));
  EXPECT_EQ(ensure(names_).chain_pem, first.chain_pem);
}

TEST_F(CertificatesTest, namesTheFileThatCannotBeWritten) {
  const Result<ServerCertificate> outcome = Certificates("/proc/lintel-nowhere", clock_).ensure(names_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
  EXPECT_NE(outcome.error().message.find("/proc/lintel-nowhere"), std::string::npos);
}

}  // namespace
}  // namespace lintel::system
