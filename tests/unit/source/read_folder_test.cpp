#include "slipway/source/folder.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::source {
namespace {

using Names = std::vector<std::string>;

test::MemoryFileSystem folder_of(const Names& names) {
  std::map<std::string, std::string> files{{"db/", ""}};
  for (const auto& name : names) files["db/" + name] = "-- " + name;
  return test::MemoryFileSystem(std::move(files));
}

Folder must_read(const Names& names) {
  auto folder = read_folder(folder_of(names), "db");
  if (!folder) throw std::runtime_error(folder.error().message);
  return std::move(*folder);
}

Error refused(const Names& names) {
  auto folder = read_folder(folder_of(names), "db");
  if (folder) throw std::runtime_error("was accepted");
  return folder.error();
}

TEST(ReadFolder, OrderIsNumericAndADifferenceToTheTextIsToldOnce) {
  const Folder folder = must_read({"10_x.sql", "2_y.sql", "1_z.sql", "11_x.sql", "3_x.sql"});
  Names order;
  for (const auto& file : folder.files) order.push_back(file.file_name);
  EXPECT_EQ(order, (Names{"1_z.sql", "2_y.sql", "3_x.sql", "10_x.sql", "11_x.sql"}));
  ASSERT_EQ(folder.warnings.size(), 1U);
  EXPECT_EQ(folder.warnings[0].id, "not-sorted-numerically");
  EXPECT_EQ(
      folder.warnings[0].message,
      "10_x.sql is listed before 3_x.sql but runs after it: versions are compared as numbers");
  EXPECT_EQ(folder.warnings[0].place.file, "db/10_x.sql");
}

TEST(ReadFolder, NamesOfOtherHabitsAreRead) {
  const Folder folder =
      must_read({"001-create-user.sql", "202611061020__short_description.sql",
                 "1706900000000_create-users.sql", "20261120103000_add_x.sql", "5.dotted.sql",
                 "6.SQL", "7_it's \"näme\" ✓.sql", "08_-_odd.sql"});
  std::vector<std::pair<std::int64_t, std::string>> found;
  for (const auto& file : folder.files) found.emplace_back(file.version.number(), file.name);
  EXPECT_EQ(found,
            (std::vector<std::pair<std::int64_t, std::string>>{{1, "create-user"},
                                                               {5, "dotted"},
                                                               {6, ""},
                                                               {7, "it's \"näme\" ✓"},
                                                               {8, "odd"},
                                                               {202611061020, "short_description"},
                                                               {1706900000000, "create-users"},
                                                               {20261120103000, "add_x"}}));
  EXPECT_EQ(folder.files[3].path, "db/7_it's \"näme\" ✓.sql");
  EXPECT_EQ(*folder.files[0].text, "-- 001-create-user.sql");
}

TEST(ReadFolder, OtherFilesArePassedOverAndSqlWithoutAVersionIsToldOf) {
  const Folder folder =
      must_read({"README.md", ".hidden.sql", ".20_x.sql", "1_a.sql~", "2_b.sql.orig", "3.txt",
                 "seed.sql", "2fa_setup.sql", "V1__a.sql"});
  EXPECT_TRUE(folder.files.empty());
  Names told;
  for (const auto& warning : folder.warnings) {
    EXPECT_EQ(warning.id, "not-a-migration");
    told.push_back(warning.place.file);
  }
  EXPECT_EQ(told, (Names{"db/2fa_setup.sql", "db/V1__a.sql", "db/seed.sql"}));
}

TEST(ReadFolder, UpAndDownFilesAreOneMigration) {
  const Folder folder = must_read({"7_a.down.sql", "7_a.up.sql", "8_b.up.sql", "9_c.sql"});
  ASSERT_EQ(folder.files.size(), 3U);
  EXPECT_EQ(folder.files[0].name, "a");
  EXPECT_EQ(folder.files[0].path, "db/7_a.up.sql");
  EXPECT_EQ(*folder.files[0].text, "-- 7_a.up.sql");
  EXPECT_EQ(folder.files[0].down_path, "db/7_a.down.sql");
  EXPECT_EQ(*folder.files[0].down_text, "-- 7_a.down.sql");
  EXPECT_EQ(folder.files[1].down_text, nullptr);
  EXPECT_TRUE(folder.warnings.empty());
}

TEST(ReadFolder, TwoFilesOfOneVersionAreAnErrorThatNamesBoth) {
  const Error error = refused({"007_a.sql", "7_b.sql", "8_c.sql"});
  EXPECT_EQ(error.code, ErrorCode::source);
  EXPECT_EQ(error.message, "version 7 is that of two files: 007_a.sql and 7_b.sql");
  EXPECT_EQ(error.place->file, "db/7_b.sql");
  EXPECT_EQ(refused({"7_a.up.sql", "7_b.down.sql"}).message,
            "version 7 is that of two files: 7_a.up.sql and 7_b.down.sql");
  EXPECT_EQ(refused({"7_a.sql", "7_a.down.sql"}).message,
            "version 7 is that of two files: 7_a.sql and 7_a.down.sql");
  EXPECT_EQ(refused({"7_a.up.sql", "7_a.down.sql", "07_a.up.sql"}).message,
            "version 7 is that of two files: 07_a.up.sql and 7_a.up.sql");
}

TEST(ReadFolder, ADownFileNeedsItsUpFile) {
  const Error error = refused({"7_a.down.sql"});
  EXPECT_EQ(error.message, "7_a.down.sql has no up file beside it");
  EXPECT_EQ(error.hint, "its up file would be 7_a.up.sql");
  EXPECT_EQ(error.place->file, "db/7_a.down.sql");
}

TEST(ReadFolder, AVersionMustFitANumber) {
  const Error error = refused({"1_a.sql", "1234567890123456789_b.sql"});
  EXPECT_EQ(error.code, ErrorCode::source);
  EXPECT_EQ(error.message, "1234567890123456789_b.sql: version 1234567890123456789 is too large");
  EXPECT_EQ(must_read({"0000000000000000000000000001_a.sql"}).files[0].version, Version(1));
}

TEST(ReadFolder, AnEmptyFolderIsFineAndAMissingOneIsNot) {
  EXPECT_TRUE(must_read({}).files.empty());
  const auto missing = read_folder(test::MemoryFileSystem(), "nowhere");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
  EXPECT_NE(missing.error().message.find("nowhere"), std::string::npos);
  EXPECT_NE(missing.error().hint.find("slipway init"), std::string::npos);
}

TEST(ReadFolder, AFileThatCannotBeReadIsAnError) {
  auto files = folder_of({"1_a.sql", "2_b.sql"});
  files.break_file("db/2_b.sql", "Permission denied");
  const auto folder = read_folder(files, "db");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::io);
  EXPECT_NE(folder.error().message.find("db/2_b.sql"), std::string::npos);
}

TEST(ReadFolder, ASlashAtTheEndOfTheFolderIsNotDoubled) {
  const test::MemoryFileSystem files(
      std::map<std::string, std::string>{{"db//1_a.sql", "x"}, {"db/1_a.sql", "x"}});
  const auto folder = read_folder(files, "db/");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->files.at(0).path, "db/1_a.sql");
}

// Counts how often each file is read.
class CountingFiles final : public FileSystem {
public:
  explicit CountingFiles(Names names) : names_(std::move(names)) {}
  Result<std::string> read(const std::string& path) const override {
    ++reads_[path];
    return std::string("-- slipway:up\nSELECT 1;\n");
  }
  Result<std::vector<std::string>> list_files(const std::string&) const override { return names_; }
  bool exists(const std::string&) const override { return true; }
  bool is_folder(const std::string&) const override { return true; }
  Status write(const std::string&, const std::string&, Overwrite) override { return {}; }
  const std::map<std::string, int>& reads() const { return reads_; }

private:
  Names names_;
  mutable std::map<std::string, int> reads_;
};

TEST(ReadFolder, FiftyThousandFilesAreReadOnceEach) {
  Names names;
  for (int i = 50'000; i > 0; --i) names.push_back(fmt::format("{:06}_step.sql", i));
  const CountingFiles files(names);
  const auto folder = read_folder(files, "db");
  ASSERT_TRUE(folder);
  ASSERT_EQ(folder->files.size(), 50'000U);
  for (std::size_t i = 1; i < folder->files.size(); ++i)
    ASSERT_LT(folder->files[i - 1].version, folder->files[i].version);
  EXPECT_EQ(files.reads().size(), 50'000U);
  for (const auto& [path, reads] : files.reads()) ASSERT_EQ(reads, 1) << path;
  EXPECT_TRUE(folder->warnings.empty());
}

TEST(ReadFolder, WhatIsToldDoesNotDependOnTheListingOrder) {
  const auto folder = read_folder(CountingFiles({"seed.sql", "alpha.sql", "mid.sql"}), "db");
  ASSERT_TRUE(folder);
  Names told;
  for (const auto& warning : folder->warnings) told.push_back(warning.place.file);
  EXPECT_EQ(told, (Names{"db/alpha.sql", "db/mid.sql", "db/seed.sql"}));
  EXPECT_EQ(read_folder(CountingFiles({"7_b.sql", "7_a.sql"}), "db").error().message,
            "version 7 is that of two files: 7_a.sql and 7_b.sql");
}

RC_GTEST_PROP(ReadFolderProperty, OrderIsThatOfTheNumbersWhateverTheListingOrder,
              (const std::set<std::uint32_t>& versions)) {
  Names names;
  for (const auto version : versions) names.push_back(std::to_string(version) + "_x.sql");
  const auto shuffled =
      *rc::gen::map(rc::gen::container<std::vector<int>>(names.size(), rc::gen::arbitrary<int>()),
                    [names](std::vector<int> keys) {
                      std::vector<std::pair<int, std::string>> keyed;
                      for (std::size_t i = 0; i < names.size(); ++i)
                        keyed.emplace_back(keys[i], names[i]);
                      std::sort(keyed.begin(), keyed.end());
                      Names mixed;
                      for (auto& [key, name] : keyed) mixed.push_back(name);
                      return mixed;
                    });
  const auto folder = read_folder(CountingFiles(shuffled), "db");
  RC_ASSERT(folder.has_value());
  std::vector<std::int64_t> read;
  for (const auto& file : folder->files) read.push_back(file.version.number());
  RC_ASSERT(read == std::vector<std::int64_t>(versions.begin(), versions.end()));
}

} // namespace
} // namespace slipway::source
