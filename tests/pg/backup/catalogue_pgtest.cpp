// What a store holds: what is listed, found, kept and removed.
#include "backup_test.hpp"

#include <thread>

#include <filesystem>

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

class Catalogue : public test::BackupTest {
protected:
  void SetUp() override {
    BackupTest::SetUp();
    exec("CREATE TABLE t (id int)");
    shop_.before = {"CREATE TABLE public.t (id int)"};
    shop_.after.clear();
  }
  /// A backup made `hours` after the first.
  std::string make(int hours, const std::string& sha) {
    auto one = request();
    one.now += std::chrono::hours(hours);
    one.git_sha = sha;
    auto made = create(one);
    if (!made) throw std::runtime_error(explained(made.error()));
    return made->name;
  }
  Listing listing() {
    auto found = list_backups(*store_, test::long_wait());
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
  }
  Pruned pruned(std::int64_t keep, int hours_later) {
    auto done =
        prune(*store_, {.keep = keep, .now = request().now + std::chrono::hours(hours_later)},
              test::long_wait());
    if (!done) throw std::runtime_error(done.error().message);
    return std::move(*done);
  }
};

TEST_F(Catalogue, FindsByNameCommitAndAge) {
  EXPECT_TRUE(listing().backups.empty());
  const auto first = make(0, "aaaa1111");
  const auto second = make(1, "aaaa2222");
  const auto again = make(2, "aaaa1111");
  const auto list = listing();
  EXPECT_EQ(list.backups.front().manifest.name, again);
  EXPECT_EQ(find_backup(list, "latest")->manifest.name, again);
  EXPECT_EQ(find_backup(list, "AAAA1")->manifest.name, again);
  EXPECT_EQ(find_backup(list, "aaaa2222")->manifest.name, second);
  EXPECT_EQ(find_backup(list, first)->manifest.name, first);
  EXPECT_EQ(find_backup(list, first.substr(7))->manifest.name, first);
  EXPECT_NE(find_backup(list, "aaaa").error().message.find("begins several commits"),
            std::string::npos);
  EXPECT_FALSE(find_backup(list, "bbbb"));
}

// Fails when a name is taken without asking whether it is taken.
TEST_F(Catalogue, BackupsOfTheSameSecondHaveNamesOfTheirOwn) {
  const auto asked = request();
  std::vector<Result<Manifest>> made(2, Result<Manifest>(Manifest()));
  std::thread other([&] { made[1] = create(asked); });
  made[0] = create(asked);
  other.join();
  for (const auto& one : made) ASSERT_TRUE(one) << explained(one.error());
  EXPECT_NE(made[0]->name, made[1]->name);
  const auto third = create(asked);
  ASSERT_TRUE(third) << explained(third.error());
  const auto listing = list_backups(*store_, test::long_wait());
  ASSERT_EQ(listing->backups.size(), 3U);
  EXPECT_EQ(listing->backups[0].manifest.name, third->name) << "the newest first";
  EXPECT_TRUE(find_backup(*listing, third->name));
}

TEST_F(Catalogue, PruneKeepsThePinnedAndTheLastVerified) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.push_back(make(i, "aaaa000" + std::to_string(i)));
  const auto list = listing();
  ASSERT_TRUE(verify_parts(find_backup(list, names[0])->manifest, *store_, request().now,
                           test::long_wait()));
  ASSERT_TRUE(verify_parts(find_backup(list, names[2])->manifest, *store_, request().now,
                           test::long_wait()));
  ASSERT_TRUE(pin(*store_, names[1], "deploy 12 needs it", test::long_wait()));
  const auto done = pruned(1, 100);
  EXPECT_EQ(done.backups, (std::vector<std::string>{names[3], names[0]}));
  ASSERT_EQ(done.kept.size(), 2U);
  EXPECT_NE(done.kept[1].find("deploy 12 needs it"), std::string::npos);
  EXPECT_EQ(listing().backups.size(), 3U);
  ASSERT_TRUE(unpin(*store_, names[1], test::long_wait()));
  EXPECT_EQ(pruned(1, 100).backups, (std::vector<std::string>{names[1]}));
  EXPECT_TRUE(listing().leftovers.empty());
  EXPECT_TRUE(pruned(0, 100).backups.size() == 1 && listing().backups.size() == 1);
}

// A kill between the parts and the manifest; fails when a folder counts as a backup without one.
TEST_F(Catalogue, WhatHasNoManifestIsALeftoverAndGoesWhenItIsOld) {
  const auto name = make(0, "aaaa0000");
  fs::remove(store_folder() + "/" + name + "/manifest.json");
  EXPECT_TRUE(listing().backups.empty());
  ASSERT_EQ(listing().leftovers.size(), 1U);
  EXPECT_GT(listing().leftovers[0].bytes, 0U);
  EXPECT_NE(find_backup(listing(), name).error().message.find("never finished"), std::string::npos);
  EXPECT_TRUE(pruned(10, 1).leftovers.empty());
  EXPECT_EQ(pruned(10, 48).leftovers, (std::vector<std::string>{name}));
  EXPECT_FALSE(fs::exists(store_folder() + "/" + name));
}

TEST_F(Catalogue, FilesOfOthersAreLeftAlone) {
  make(0, "aaaa0000");
  fs::create_directories(store_folder() + "/202611/mine");
  std::ofstream(store_folder() + "/202611/mine/notes.txt") << "keep";
  std::ofstream(store_folder() + "/readme") << "keep";
  EXPECT_EQ(pruned(0, 1000).backups.size(), 1U);
  EXPECT_TRUE(fs::exists(store_folder() + "/202611/mine/notes.txt"));
  EXPECT_TRUE(fs::exists(store_folder() + "/readme"));
}

} // namespace
} // namespace slipway::backup
