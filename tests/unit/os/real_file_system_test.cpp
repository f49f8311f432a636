#include "slipway/os/real_file_system.hpp"

#include "slipway/os/identity.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace slipway::os {
namespace {

class RealFileSystemTest : public ::testing::Test {
protected:
  void SetUp() override {
    Result<TemporaryFolder> made = TemporaryFolder::make();
    ASSERT_TRUE(made) << made.error().message;
    folder_ = std::make_unique<TemporaryFolder>(std::move(*made));
  }

  std::string at(const std::string& name) const { return folder_->path() + "/" + name; }
  std::string content(const std::string& name) const {
    const Result<std::string> bytes = files_.read(at(name));
    return bytes ? *bytes : "(" + bytes.error().message + ")";
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names =
        files_.list_files(folder_->path()).value_or(std::vector<std::string>{"(error)"});
    std::sort(names.begin(), names.end());
    return names;
  }

  RealFileSystem files_;
  std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(RealFileSystemTest, ReadsBackWhatWasWritten) {
  const std::string bytes("a\0b\r\n\xff", 6);
  ASSERT_TRUE(files_.write(at("file"), bytes, Overwrite::no));
  EXPECT_EQ(content("file"), bytes);
  ASSERT_TRUE(files_.write(at("empty"), "", Overwrite::no));
  EXPECT_EQ(content("empty"), "");
}

TEST_F(RealFileSystemTest, ReadsLargeFilesAndThoseWithoutASize) {
  const std::string large(3'000'001, 'x');
  ASSERT_TRUE(files_.write(at("large"), large, Overwrite::no));
  EXPECT_TRUE(content("large") == large);
  const Result<std::string> status = files_.read("/proc/self/status");
  ASSERT_TRUE(status);
  EXPECT_NE(status->find("Name:"), std::string::npos);
}

TEST_F(RealFileSystemTest, NamesThePathAndTheReasonOfAFailedRead) {
  EXPECT_EQ(content("missing"), "(cannot read " + at("missing") + ": No such file or directory)");
  EXPECT_EQ(files_.read(folder_->path()).error().message,
            "cannot read " + folder_->path() + ": Is a directory");
  EXPECT_EQ(files_.read(at("missing")).error().code, ErrorCode::io);
}

TEST_F(RealFileSystemTest, AnUnreadableFileIsAnErrorAndNotEmpty) {
  ASSERT_TRUE(files_.write(at("secret"), "x", Overwrite::no));
  ASSERT_EQ(::chmod(at("secret").c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder_->path().c_str(), 0755), 0);
  // Root reads everything, so a child looks as nobody.
  const pid_t child = ::fork();
  if (child == 0) {
    if (is_root() && (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0))
      ::_exit(2);
    ::_exit(content("secret") == "(cannot read " + at("secret") + ": Permission denied)" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(RealFileSystemTest, ListsWhatIsNotAFolderThroughLinksToo) {
  ASSERT_TRUE(files_.write(at("a.sql"), "", Overwrite::no));
  ASSERT_TRUE(files_.write(at("below/b.sql"), "", Overwrite::no));
  std::filesystem::create_symlink("a.sql", at("link_to_file"));
  std::filesystem::create_symlink("below", at("link_to_folder"));
  std::filesystem::create_symlink("nowhere", at("broken_link"));
  EXPECT_EQ(names(), (std::vector<std::string>{"a.sql", "broken_link", "link_to_file"}));
}

TEST_F(RealFileSystemTest, AFolderThatCannotBeListedIsAnError) {
  EXPECT_EQ(files_.list_files(at("missing")).error().message,
            "cannot list folder " + at("missing") + ": No such file or directory");
  ASSERT_TRUE(files_.write(at("file"), "", Overwrite::no));
  EXPECT_EQ(files_.list_files(at("file")).error().message,
            "cannot list folder " + at("file") + ": Not a directory");
}

TEST_F(RealFileSystemTest, KnowsFilesFromFolders) {
  ASSERT_TRUE(files_.write(at("below/file"), "", Overwrite::no));
  EXPECT_TRUE(files_.exists(at("below/file")));
  EXPECT_TRUE(files_.exists(at("below")));
  EXPECT_FALSE(files_.exists(at("missing")));
  EXPECT_TRUE(files_.is_folder(at("below")));
  EXPECT_FALSE(files_.is_folder(at("below/file")));
  EXPECT_FALSE(files_.is_folder(at("missing")));
}

TEST_F(RealFileSystemTest, NeverReplacesAFileUnasked) {
  ASSERT_TRUE(files_.write(at("file"), "old", Overwrite::no));
  const Status again = files_.write(at("file"), "new", Overwrite::no);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "cannot create " + at("file") + ": File exists");
  EXPECT_EQ(content("file"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

/// The look before the write cannot see a writer that comes between. Fails when put_in_place
/// renames in both modes.
TEST_F(RealFileSystemTest, OfManyWritersOneCreatesTheFile) {
  for (int round = 0; round < 50; ++round) {
    const std::string name = "race" + std::to_string(round);
    std::atomic<int> winners = 0;
    std::atomic<int> winner = -1;
    {
      std::vector<std::jthread> writers;
      for (int i = 0; i < 4; ++i)
        writers.emplace_back([&, i] {
          RealFileSystem own;
          if (own.write(at(name), std::to_string(i), Overwrite::no)) {
            ++winners;
            winner = i;
          }
        });
    }
    ASSERT_EQ(winners, 1);
    ASSERT_EQ(content(name), std::to_string(winner));
  }
}

TEST_F(RealFileSystemTest, ReplacesAFileWhenAskedAndKeepsItsMode) {
  ASSERT_TRUE(files_.write(at("file"), "old", Overwrite::no));
  ASSERT_EQ(::chmod(at("file").c_str(), 0751), 0);
  ASSERT_TRUE(files_.write(at("file"), "new", Overwrite::yes));
  EXPECT_EQ(content("file"), "new");
  struct stat facts{};
  ASSERT_EQ(::stat(at("file").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0751U);
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(RealFileSystemTest, ANewFileHasTheModeOfTheUmask) {
  const mode_t before = ::umask(027);
  const Status written = files_.write(at("file"), "x", Overwrite::no);
  ::umask(before);
  ASSERT_TRUE(written);
  struct stat facts{};
  ASSERT_EQ(::stat(at("file").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0640U);
}

TEST_F(RealFileSystemTest, WritesThroughALinkAndLeavesIt) {
  ASSERT_TRUE(files_.write(at("below/real"), "old", Overwrite::no));
  std::filesystem::create_symlink("below/real", at("link"));
  ASSERT_TRUE(files_.write(at("link"), "new", Overwrite::yes));
  EXPECT_TRUE(std::filesystem::is_symlink(at("link")));
  EXPECT_EQ(content("below/real"), "new");
}

TEST_F(RealFileSystemTest, MakesParentFolders) {
  ASSERT_TRUE(files_.write(at("a/b/c/file"), "x", Overwrite::no));
  EXPECT_EQ(content("a/b/c/file"), "x");
}

TEST_F(RealFileSystemTest, AFolderIsNotWrittenOver) {
  ASSERT_TRUE(files_.write(at("folder/file"), "x", Overwrite::no));
  const Status written = files_.write(at("folder"), "y", Overwrite::yes);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot write " + at("folder") + ": Is a directory");
  const Status below = files_.write(at("folder/file/below"), "y", Overwrite::no);
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error().code, ErrorCode::io);
}

/// Fails when write goes straight to the file: what was there would be half overwritten.
TEST_F(RealFileSystemTest, AWriteThatFailsLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(files_.write(at("file"), "old", Overwrite::no));
  const pid_t child = ::fork();
  if (child == 0) {
    // A file may grow to 1000 bytes here, as on a full disk.
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
    const Status written = files_.write(at("file"), std::string(5000, 'n'), Overwrite::yes);
    ::_exit(!written && written.error().message == "cannot write " + at("file") + ": File too large"
                ? 0
                : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(content("file"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

} // namespace
} // namespace slipway::os
