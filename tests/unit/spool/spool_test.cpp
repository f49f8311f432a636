// A spool as files: what was written is read, and whatever is not as it was is refused or cut off.
#include "slipway/os/temporary_folder.hpp"
#include "slipway/spool/spool.hpp"
#include "slipway/spool/writer.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

namespace slipway::spool {
namespace {

namespace fs = std::filesystem;

/// A spool in a folder of its own; each piece is one transaction.
class Spooled {
public:
  Spooled() : root_(*os::TemporaryFolder::make()) {
    place.of = {.system = "7", .database = 5, .name = "app", .slot = "slipway_1", .since = 100};
    place.folder = folder_of(root_.path() + "/spools", place.of);
  }

  Result<Writer> writer(Lsn slot_at = 100) { return Writer::open(place, slot_at, wait()); }

  void add(const std::vector<std::string>& messages) {
    auto writing = writer();
    ASSERT_TRUE(writing) << writing.error().message;
    for (const auto& one : messages) ASSERT_TRUE(writing->add(one));
    auto extent = writing->extent();
    extent.to += 100;
    extent.last_commit = extent.to - 50;
    extent.last_end = extent.to - 40;
    ++extent.transactions;
    ASSERT_TRUE(writing->close(extent));
    ASSERT_TRUE(writing->sync());
    ends.push_back(fs::file_size(file()));
    for (const auto& one : messages) all.push_back(one);
  }

  /// All messages, or what is wrong.
  Result<std::vector<std::string>> read(Extent* extent = nullptr) const {
    std::vector<std::string> messages;
    SLIPWAY_ASSIGN(const auto reached, read_all(
                                           place,
                                           [&](std::string_view one) -> Status {
                                             messages.emplace_back(one);
                                             return {};
                                           },
                                           wait()));
    if (extent != nullptr) *extent = reached;
    return messages;
  }

  std::string file(int number = 1) const {
    return place.folder + fmt::format("/{:08}.spool", number);
  }
  static std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const std::string& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  static Wait wait() { return Wait{Deadline::after(Millis(60'000))}; }
  std::string root() const { return root_.path(); }

  Place place;
  std::vector<std::string> all;
  std::vector<std::uintmax_t> ends; ///< of the file after each piece

private:
  os::TemporaryFolder root_;
};

/// More than a segment holds, which nothing packs.
std::string large(std::uint64_t seed) {
  std::string bytes(std::size_t{65} << 20U, '\0');
  for (auto& one : bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    one = static_cast<char>(seed >> 56U);
  }
  return bytes;
}

TEST(Spool, WhatWasAddedIsReadInItsOrder) {
  Spooled spooled;
  EXPECT_EQ(look_at_tail(spooled.place, Spooled::wait())->extent.to, 100) << "from the beginning";
  spooled.add({"one", "", std::string("a\0b", 3)});
  spooled.add({});
  spooled.add({"two"});
  Extent extent;
  EXPECT_EQ(*spooled.read(&extent), spooled.all);
  EXPECT_EQ(extent, (Extent{.to = 400, .last_commit = 350, .last_end = 360, .transactions = 3}));
  EXPECT_EQ(look_at_tail(spooled.place, Spooled::wait())->extent, extent);
  const auto found = spools_in(spooled.root() + "/spools");
  ASSERT_EQ(found.size(), 1);
  EXPECT_TRUE(found[0].of.is_same(spooled.place.of));
}

TEST(Spool, NobodyElseMayReadIt) {
  Spooled spooled;
  spooled.add({"one"});
  struct ::stat seen = {};
  ASSERT_EQ(::stat(spooled.place.folder.c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(spooled.file().c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777U, 0600U);
}

TEST(Spool, APieceThatWasNotClosedIsCutOff) {
  Spooled spooled;
  spooled.add({"one"});
  {
    auto writing = spooled.writer();
    ASSERT_TRUE(writing);
    ASSERT_TRUE(writing->add(large(1)));
  }
  EXPECT_GT(fs::file_size(spooled.file()), 1U << 20U);
  EXPECT_EQ(*spooled.read(), spooled.all);
  spooled.add({"two"});
  EXPECT_LT(fs::file_size(spooled.file()), 10'000);
  EXPECT_EQ(*spooled.read(), spooled.all);
}

// Fails when a spool is taken for whole because its last segment is.
TEST(Spool, AMissingOrExchangedSegmentIsNamed) {
  Spooled spooled;
  for (std::uint64_t seed = 1; seed < 4; ++seed) spooled.add({large(seed)});
  ASSERT_TRUE(fs::exists(spooled.file(3)));
  EXPECT_EQ(spooled.read()->size(), 3);
  const auto aside = spooled.root() + "/aside";
  for (const int one : {1, 2}) {
    fs::rename(spooled.file(one), aside);
    const auto read = spooled.read();
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(spooled.file(one) + " is missing"), std::string::npos)
        << read.error().message;
    fs::rename(aside, spooled.file(one));
  }
  // Cut at the end of a piece it is whole by itself.
  const auto second = Spooled::bytes_of(spooled.file(2));
  fs::resize_file(spooled.file(2),
                  second.find('\n', second.find('\n', second.find('\n') + 1) + 1) + 1);
  EXPECT_NE(spooled.read().error().message.find("does not go on"), std::string::npos);
  fs::remove(spooled.file(3));
  EXPECT_EQ(spooled.read()->size(), 1);
  EXPECT_FALSE(spooled.writer(300)) << "the slot is farther";
  EXPECT_TRUE(spooled.writer(200));
}

TEST(Spool, OfSomethingElseItIsRefused) {
  Spooled spooled;
  spooled.add({"one"});
  const auto refused = [&](const Identity& of) {
    const auto read = read_all({spooled.place.folder, of}, {}, Spooled::wait());
    return read ? std::string("read") : read.error().message;
  };
  auto of = spooled.place.of;
  of.system = "8";
  EXPECT_NE(refused(of).find("another cluster, 7"), std::string::npos) << refused(of);
  of = spooled.place.of;
  of.database = 6;
  EXPECT_NE(refused(of).find("another database, app"), std::string::npos) << refused(of);
  of = spooled.place.of;
  of.since = 101;
  EXPECT_NE(refused(of).find("another slot"), std::string::npos) << refused(of);
  of = spooled.place.of;
  of.name = "renamed";
  EXPECT_EQ(refused(of), "read");
}

RC_GTEST_PROP(SpoolProperty, CutAnywhereItHasThePiecesThatAreWhole, ()) {
  Spooled spooled;
  const auto pieces = *rc::gen::container<std::vector<std::vector<std::string>>>(
      rc::gen::arbitrary<std::vector<std::string>>());
  spooled.add({});
  const auto begins = Spooled::bytes_of(spooled.file()).size();
  for (const auto& one : pieces) spooled.add(one);
  const auto whole = Spooled::bytes_of(spooled.file());
  const auto length = *rc::gen::inRange(begins, whole.size() + 1);
  Spooled::put(spooled.file(), whole.substr(0, length));
  std::size_t kept = 0;
  std::vector<std::string> wanted;
  while (kept < pieces.size() && spooled.ends[kept + 1] <= length) {
    wanted.insert(wanted.end(), pieces[kept].begin(), pieces[kept].end());
    ++kept;
  }
  RC_ASSERT(*spooled.read() == wanted);
  // And goes on from there.
  spooled.all = wanted;
  spooled.add({"more"});
  RC_ASSERT(*spooled.read() == spooled.all);
}

// Fails when any byte is not under a digest.
RC_GTEST_PROP(SpoolProperty, AFlippedBitNeverYieldsWhatWasNotWritten, ()) {
  Spooled spooled;
  const auto pieces = *rc::gen::nonEmpty<std::vector<std::vector<std::string>>>();
  for (const auto& one : pieces) spooled.add(one);
  auto bytes = Spooled::bytes_of(spooled.file());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
  Spooled::put(spooled.file(), bytes);
  Extent extent;
  const auto read = spooled.read(&extent);
  if (!read) return;
  // It reads as one that ends before the flip; that the slot is farther tells it.
  std::size_t kept = 0;
  while (kept < spooled.ends.size() && spooled.ends[kept] <= at) ++kept;
  RC_ASSERT(kept < pieces.size());
  RC_ASSERT(extent.to == 100 + 100 * kept);
  std::vector<std::string> wanted;
  for (std::size_t one = 0; one < kept; ++one)
    wanted.insert(wanted.end(), pieces[one].begin(), pieces[one].end());
  RC_ASSERT(*read == wanted);
  RC_ASSERT(!spooled.writer(100 + 100 * pieces.size()));
}

} // namespace
} // namespace slipway::spool
