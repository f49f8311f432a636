#include "slipway/os/cache_folder.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace slipway::os {
namespace {

namespace fs = std::filesystem;

class CacheFolders : public ::testing::Test {
protected:
  CacheFolders() : base_(std::move(*TemporaryFolder::make())) {}
  std::string path() const { return base_.path() + "/deep/cache"; }
  std::string only_file() const {
    for (const auto& one : fs::directory_iterator(path())) return one.path().string();
    return {};
  }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path()), fs::directory_iterator()));
  }
  TemporaryFolder base_;
};

TEST_F(CacheFolders, WhatWasKeptIsFound) {
  const CacheFolder cache(path());
  EXPECT_EQ(cache.find("a"), std::nullopt);
  cache.keep("a", std::string("text\n\0more", 10));
  EXPECT_EQ(cache.find("a"), std::string("text\n\0more", 10));
  EXPECT_EQ(cache.find("b"), std::nullopt);
  cache.keep("a", "");
  EXPECT_EQ(cache.find("a"), "");
}

TEST_F(CacheFolders, NobodyElseMayRead) {
  const CacheFolder cache(path());
  cache.keep("a", "text");
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(only_file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

// Without the check what somebody else wrote there would be believed.
TEST_F(CacheFolders, AFolderThatOthersMayWriteInIsNotUsed) {
  const CacheFolder cache(path());
  cache.keep("a", "text");
  fs::permissions(path(), fs::perms::all);
  EXPECT_EQ(cache.find("a"), std::nullopt);
  cache.keep("b", "text");
  EXPECT_EQ(count(), 1U);
}

TEST_F(CacheFolders, ALinkIsNotFollowed) {
  const CacheFolder cache(path());
  cache.keep("a", "text");
  const auto file = only_file();
  fs::rename(file, base_.path() + "/elsewhere");
  fs::create_symlink(base_.path() + "/elsewhere", file);
  EXPECT_EQ(cache.find("a"), std::nullopt);
}

TEST_F(CacheFolders, ADamagedFileIsNotThereAndIsWrittenAgain) {
  const CacheFolder cache(path());
  cache.keep("a", "a long text");
  fs::resize_file(only_file(), fs::file_size(only_file()) - 1);
  EXPECT_EQ(cache.find("a"), std::nullopt);
  cache.keep("a", "a long text");
  EXPECT_EQ(cache.find("a"), "a long text");
  std::ofstream(only_file()) << "nonsense";
  EXPECT_EQ(cache.find("a"), std::nullopt);
}

TEST_F(CacheFolders, WhatWasAskedForLastStays) {
  const CacheFolder cache(path(), {.files = 2, .bytes = 10'000});
  const auto age = [&](const std::string& name, int hours) {
    fs::last_write_time(path() + "/" + name + ".cache",
                        fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  cache.keep("a", "1");
  cache.keep("b", "2");
  age("a", 3);
  age("b", 2);
  EXPECT_EQ(cache.find("a"), "1");
  cache.keep("c", "3");
  EXPECT_EQ(cache.find("a"), "1");
  EXPECT_EQ(cache.find("b"), std::nullopt);
  EXPECT_EQ(cache.find("c"), "3");
}

TEST_F(CacheFolders, ItsSizeIsBounded) {
  const CacheFolder cache(path(), {.files = 100, .bytes = 1'000});
  cache.keep("too-large", std::string(1'001, 'x'));
  EXPECT_EQ(cache.find("too-large"), std::nullopt);
  for (int i = 0; i < 10; ++i) cache.keep("n" + std::to_string(i), std::string(300, 'x'));
  std::uintmax_t bytes = 0;
  for (const auto& one : fs::directory_iterator(path())) bytes += one.file_size();
  EXPECT_LE(bytes, 1'000U);
  EXPECT_TRUE(cache.find("n9")) << "the one that was just written stays";
}

TEST_F(CacheFolders, ManyMayWriteAndReadAtOnce) {
  const std::string texts[] = {std::string(100'000, 'a'), std::string(70'000, 'b')};
  std::vector<std::thread> threads;
  for (const auto& text : texts)
    threads.emplace_back([&, mine = text] {
      const CacheFolder cache(path());
      for (int i = 0; i < 50; ++i) {
        cache.keep("a", mine);
        const auto found = cache.find("a");
        EXPECT_TRUE(found && (*found == texts[0] || *found == texts[1]));
      }
    });
  for (auto& one : threads) one.join();
  EXPECT_EQ(count(), 1U) << "nothing half-written is left";
}

TEST_F(CacheFolders, NoPathKeepsNothing) {
  const CacheFolder cache{std::string()};
  cache.keep("a", "text");
  EXPECT_EQ(cache.find("a"), std::nullopt);
}

TEST(FileStamp, ChangesWithTheFile) {
  const auto base = std::move(*TemporaryFolder::make());
  const auto path = base.path() + "/f";
  EXPECT_EQ(file_stamp(path), "");
  std::ofstream(path) << "a";
  const auto before = file_stamp(path);
  EXPECT_NE(before, "");
  EXPECT_EQ(file_stamp(path), before);
  std::ofstream(path, std::ios::app) << "b";
  EXPECT_NE(file_stamp(path), before);
  EXPECT_NE(program_stamp(), "");
}

} // namespace
} // namespace slipway::os
