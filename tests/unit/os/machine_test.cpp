#include "slipway/os/environment.hpp"
#include "slipway/os/file_lock.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::os {
namespace {

TEST(Environment, HasWhatGetenvHas) {
  ::setenv("SLIPWAY_TEST_VALUE", "a=b=c", 1);
  ::setenv("SLIPWAY_TEST_EMPTY", "", 1);
  const Environment variables = environment();
  EXPECT_EQ(variables.at("SLIPWAY_TEST_VALUE"), "a=b=c");
  EXPECT_EQ(variables.at("SLIPWAY_TEST_EMPTY"), "");
  EXPECT_FALSE(variables.contains("SLIPWAY_TEST_ABSENT"));
  ::unsetenv("SLIPWAY_TEST_VALUE");
  ::unsetenv("SLIPWAY_TEST_EMPTY");
}

TEST(Identity, NamesUserHostAndProgram) {
  EXPECT_FALSE(user_name().empty());
  EXPECT_FALSE(host_name().empty());
  EXPECT_EQ(process_id(), ::getpid());
  EXPECT_EQ(std::filesystem::path(executable_path()).filename(), "os_test");
  EXPECT_EQ(is_root(), ::geteuid() == 0);
}

TEST(Identity, FindsAccountsWithTheirGroups) {
  const Result<Account> account = find_account("root");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->user_id, 0U);
  ASSERT_FALSE(account->groups.empty());
  EXPECT_EQ(account->groups.front(), account->group_id);
  const Result<Account> missing = find_account("no-such-user-of-slipway");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "there is no user named no-such-user-of-slipway on this machine");
}

TEST(TemporaryFolder, IsPrivateAndGoesWithAllInIt) {
  std::string path;
  {
    Result<TemporaryFolder> made = TemporaryFolder::make();
    ASSERT_TRUE(made);
    const TemporaryFolder folder = std::move(*made);
    path = folder.path();
    struct stat facts{};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0700U);
    std::filesystem::create_directories(path + "/a/b");
    std::ofstream(path + "/a/b/file") << "x";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolder, StaysWhenReleased) {
  std::string path;
  {
    Result<TemporaryFolder> made = TemporaryFolder::make("", "slipway-kept-");
    ASSERT_TRUE(made);
    path = made->release();
  }
  EXPECT_TRUE(std::filesystem::is_directory(path));
  EXPECT_TRUE(remove_tree(path));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolder, FollowsTmpdir) {
  Result<TemporaryFolder> outer = TemporaryFolder::make();
  ASSERT_TRUE(outer);
  const char* before = std::getenv("TMPDIR");
  const std::string saved = before == nullptr ? "" : before;
  ::setenv("TMPDIR", outer->path().c_str(), 1);
  const Result<TemporaryFolder> inner = TemporaryFolder::make();
  ASSERT_TRUE(inner);
  EXPECT_TRUE(inner->path().starts_with(outer->path() + "/"));
  if (before == nullptr)
    ::unsetenv("TMPDIR");
  else
    ::setenv("TMPDIR", saved.c_str(), 1);
}

TEST(TemporaryFolder, AParentThatIsNotThereIsAnError) {
  const Result<TemporaryFolder> made = TemporaryFolder::make("/no/such/folder");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::io);
}

/// Fails when links are followed: the folder outside would be emptied.
TEST(RemoveTree, RemovesLinksAndNotWhatTheyName) {
  Result<TemporaryFolder> outside = TemporaryFolder::make();
  Result<TemporaryFolder> doomed = TemporaryFolder::make();
  ASSERT_TRUE(outside);
  ASSERT_TRUE(doomed);
  std::ofstream(outside->path() + "/precious") << "x";
  std::filesystem::create_directory_symlink(outside->path(), doomed->path() + "/link");
  EXPECT_TRUE(remove_tree(doomed->path()));
  EXPECT_FALSE(std::filesystem::exists(doomed->path()));
  EXPECT_TRUE(std::filesystem::exists(outside->path() + "/precious"));
  EXPECT_TRUE(remove_tree(doomed->path())) << "nothing there is no error";
}

class FileLockTest : public ::testing::Test {
protected:
  void SetUp() override {
    Result<TemporaryFolder> made = TemporaryFolder::make();
    ASSERT_TRUE(made);
    folder_ = std::make_unique<TemporaryFolder>(std::move(*made));
    path_ = folder_->path() + "/lock";
  }
  Result<FileLock> obtain(Millis time) const {
    return FileLock::obtain(path_, Wait{Deadline::after(time)});
  }

  std::unique_ptr<TemporaryFolder> folder_;
  std::string path_;
};

TEST_F(FileLockTest, IsExclusiveAndFreeAgainAfterwards) {
  {
    const Result<FileLock> first = obtain(Millis(0));
    ASSERT_TRUE(first);
    const Result<FileLock> second = obtain(Millis(30));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::cancelled);
  }
  EXPECT_TRUE(obtain(Millis(0)));
}

TEST_F(FileLockTest, IsFreeWhenItsOwnerIsKilled) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const Result<FileLock> lock = obtain(Millis(0));
    const char obtained = lock ? 'y' : 'n';
    if (::write(ends[1], &obtained, 1) == 1) ::pause();
    ::_exit(0);
  }
  char obtained = 0;
  ASSERT_EQ(::read(ends[0], &obtained, 1), 1);
  EXPECT_EQ(obtained, 'y');
  EXPECT_FALSE(obtain(Millis(0)));
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_TRUE(obtain(Millis(60'000)));
  ::close(ends[0]);
  ::close(ends[1]);
}

} // namespace
} // namespace slipway::os
