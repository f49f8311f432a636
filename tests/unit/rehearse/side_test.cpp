#include "slipway/rehearse/side.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <gtest/gtest.h>

namespace slipway::rehearse {
namespace {

class Sides : public ::testing::Test {
protected:
  void write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(files_.write(path, text, Overwrite::yes));
  }
  Side side(const std::string& text) {
    auto parsed = parse_side(text, files_);
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
    return parsed ? *parsed : Side{};
  }
  Error refusal(const std::string& text) {
    auto parsed = parse_side(text, files_);
    EXPECT_FALSE(parsed) << text;
    return parsed ? Error() : parsed.error();
  }

  test::MemoryFileSystem files_;
};

constexpr const char* k_migration =
    "-- slipway:up\nCREATE TABLE a();\n-- slipway:down\nDROP TABLE a;\n";

TEST_F(Sides, EmptyAndTargetAreWords) {
  EXPECT_EQ(side("empty").kind, SideKind::empty);
  EXPECT_EQ(side("target").kind, SideKind::target);
  EXPECT_TRUE(side("target").is_live());
}

TEST_F(Sides, AUrlIsADatabase) {
  for (const std::string url : {"postgres://app@db/app", "postgresql://app@db/app"}) {
    EXPECT_EQ(side(url).kind, SideKind::database);
    EXPECT_EQ(side(url).url, url);
    EXPECT_TRUE(side(url).is_live());
  }
}

TEST_F(Sides, APasswordIsNotDescribed) {
  EXPECT_EQ(side("postgres://app:hunter22@db/app").describe().find("hunter22"), std::string::npos);
}

TEST_F(Sides, AFolderWithSectionsIsMigrations) {
  write("migrations/1_a.sql", k_migration);
  for (const std::string path : {"migrations", "migrations/"}) {
    EXPECT_EQ(side(path).kind, SideKind::migrations);
    EXPECT_EQ(side(path).paths, std::vector<std::string>{"migrations"});
  }
}

TEST_F(Sides, TheFolderThatSnapshotWritesIsASnapshot) {
  write("schema/schema.sql", "CREATE TABLE a();");
  EXPECT_EQ(side("schema").kind, SideKind::sql_files);
  write("schema/schema.json", "{}");
  EXPECT_EQ(side("schema").kind, SideKind::snapshot);
  EXPECT_EQ(side("schema").paths, std::vector<std::string>{"schema/schema.json"});
  write("schema/more.sql", "CREATE TABLE b();");
  EXPECT_EQ(side("schema").kind, SideKind::sql_files);
}

TEST_F(Sides, AFolderOfPairsIsMigrations) {
  write("pairs/1_a.up.sql", "CREATE TABLE a();");
  EXPECT_EQ(side("pairs").kind, SideKind::migrations);
}

// Its up and down sections must not both be run as if they were one script.
TEST_F(Sides, AFolderOfAnotherToolsMigrationsIsMigrations) {
  write("other/1_a.sql", "-- migrate:up\nCREATE TABLE a();\n-- migrate:down\nDROP TABLE a;\n");
  EXPECT_EQ(side("other").kind, SideKind::migrations);
}

TEST_F(Sides, AFolderOfPlainSqlIsReadInTheOrderOfItsNames) {
  write("schema/20_views.sql", "CREATE VIEW v AS SELECT 1");
  write("schema/10_tables.sql", "CREATE TABLE a()");
  write("schema/notes.md", "-- slipway:up");
  EXPECT_EQ(side("schema").kind, SideKind::sql_files);
  EXPECT_EQ(side("schema").paths,
            (std::vector<std::string>{"schema/10_tables.sql", "schema/20_views.sql"}));
}

TEST_F(Sides, AFolderWithoutSqlIsNoSide) {
  write("notes/readme.md", "x");
  EXPECT_EQ(refusal("notes").code, ErrorCode::usage);
}

TEST_F(Sides, SeveralFilesHaveCommasBetween) {
  write("a.sql", "SELECT 1");
  write("b.sql", "SELECT 1");
  EXPECT_EQ(side("b.sql,a.sql").paths, (std::vector<std::string>{"b.sql", "a.sql"}));
  EXPECT_EQ(refusal("a.sql,c.sql").message, "c.sql is not there");
}

TEST_F(Sides, AJsonFileIsASnapshot) {
  write("schema.json", "{}");
  EXPECT_EQ(side("schema.json").kind, SideKind::snapshot);
}

TEST_F(Sides, ACommandIsForTheShell) {
  EXPECT_EQ(side("command: npx prisma db push").command, "npx prisma db push");
  EXPECT_EQ(refusal("command:").code, ErrorCode::usage);
}

TEST_F(Sides, WhatIsNoneOfTheseSaysWhatThereIs) {
  const auto error = refusal("migratoins");
  EXPECT_EQ(error.code, ErrorCode::usage);
  EXPECT_NE(error.hint.find("command:PROGRAM"), std::string::npos);
}

} // namespace
} // namespace slipway::rehearse
