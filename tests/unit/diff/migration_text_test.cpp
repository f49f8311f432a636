#include "slipway/diff/migration_text.hpp"

#include <gtest/gtest.h>

namespace slipway::diff {
namespace {

Statement statement(std::string sql) {
  Statement one;
  one.sql = std::move(sql);
  return one;
}

Statement alone(std::string sql) {
  auto one = statement(std::move(sql));
  one.transactional = false;
  return one;
}

Statement after_commit(std::string sql) {
  auto one = statement(std::move(sql));
  one.starts_transaction = true;
  return one;
}

std::vector<std::string> files(const std::vector<Statement>& statements) {
  std::vector<std::string> all;
  for (const auto& draft : drafts_of(statements)) {
    std::string text = draft.one_by_one ? "one by one:" : "together:";
    for (const auto& one : draft.up) text += " " + one.sql + ";";
    all.push_back(std::move(text));
  }
  return all;
}

using Files = std::vector<std::string>;

TEST(MigrationFiles, WhatCommitsTogetherIsOneFile) {
  EXPECT_EQ(files({statement("ALTER TABLE a ADD b int"), statement("ALTER TABLE a ADD c int")}),
            Files{"together: ALTER TABLE a ADD b int; ALTER TABLE a ADD c int;"});
}

// The lock of the first must not be kept while the second reads the table.
TEST(MigrationFiles, WhatCommitsApartIsCommittedOneByOne) {
  EXPECT_EQ(files({statement("ALTER TABLE a ADD CONSTRAINT k CHECK (b > 0) NOT VALID"),
                   after_commit("ALTER TABLE a VALIDATE CONSTRAINT k")}),
            Files{"one by one: ALTER TABLE a ADD CONSTRAINT k CHECK (b > 0) NOT VALID; ALTER TABLE "
                  "a VALIDATE CONSTRAINT k;"});
}

TEST(MigrationFiles, AGroupIsNotTornApart) {
  EXPECT_EQ(files({statement("SELECT 1"), statement("SELECT 2"), after_commit("SELECT 3")}),
            (Files{"together: SELECT 1; SELECT 2;", "together: SELECT 3;"}));
}

// The runner sends them outside of a transaction by itself.
TEST(MigrationFiles, ConcurrentIndexesNeedNoDirective) {
  EXPECT_EQ(
      files({alone("CREATE INDEX CONCURRENTLY i ON a (b)"),
             alone("CREATE INDEX CONCURRENTLY j ON a (c)")}),
      Files{"together: CREATE INDEX CONCURRENTLY i ON a (b); CREATE INDEX CONCURRENTLY j ON a "
            "(c);"});
}

TEST(MigrationFiles, EnumValuesAreCommittedBeforeWhatUsesThem) {
  EXPECT_EQ(files({alone("ALTER TYPE m ADD VALUE 'c'"), alone("ALTER TYPE m ADD VALUE 'd'"),
                   statement("ALTER TABLE a ALTER b SET DEFAULT 'c'")}),
            (Files{"together: ALTER TYPE m ADD VALUE 'c'; ALTER TYPE m ADD VALUE 'd';",
                   "together: ALTER TABLE a ALTER b SET DEFAULT 'c';"}));
}

TEST(MigrationText, SaysWhatItCanDoBesideTheStatement) {
  MigrationDraft draft;
  draft.up = {statement("ALTER TABLE a DROP COLUMN b")};
  draft.up[0].findings = {{.kind = FindingKind::data_loss,
                           .object = "column public.a.b",
                           .message = "all values of the column\nare lost",
                           .count_sql = {}}};
  draft.down = {statement("ALTER TABLE a ADD COLUMN b int")};
  draft.way_back = WayBack::lossy;
  draft.why = "what was in column public.a.b does not come back";
  EXPECT_EQ(migration_text("drop b", "a and b", draft),
            "-- Purpose: drop b\n"
            "-- Made from the difference between a and b\n"
            "\n"
            "-- slipway:up\n"
            "-- data_loss: column public.a.b: all values of the column are lost\n"
            "ALTER TABLE a DROP COLUMN b;\n"
            "\n"
            "-- slipway:down\n"
            "-- The way back is lossy: what was in column public.a.b does not come back\n"
            "ALTER TABLE a ADD COLUMN b int;\n");
}

TEST(MigrationText, AnExactWayBackSaysWhatIsWrittenInVain) {
  MigrationDraft draft;
  draft.down = {statement("DROP TABLE a")};
  EXPECT_EQ(way_back_text(draft), "exact");
  draft.written_since = {"column public.b.c", "table public.a"};
  const std::string said =
      "exact for the schema; values written to column public.b.c, table public.a since are lost";
  EXPECT_EQ(way_back_text(draft), said);
  EXPECT_NE(migration_text("a", "b", draft).find("-- The way back is " + said + "\n"),
            std::string::npos);
}

TEST(MigrationText, ANameCannotBecomeADirective) {
  MigrationDraft draft;
  draft.up = {statement("SELECT 1")};
  draft.way_back = WayBack::impossible;
  draft.why = "nothing\n-- slipway:down\nleads back";
  EXPECT_EQ(migration_text("x\n-- slipway:transaction off", "a", draft),
            "-- Purpose: x -- slipway:transaction off\n"
            "-- Made from the difference between a\n"
            "\n"
            "-- slipway:up\n"
            "SELECT 1;\n"
            "\n"
            "-- slipway:irreversible nothing -- slipway:down leads back\n");
}

TEST(MigrationPhases, AreNamedWhereTheyDiffer) {
  auto adding = statement("ALTER TABLE a ADD COLUMN c int");
  adding.kind = "add column";
  auto turning = statement("ALTER TABLE a ALTER b TYPE text");
  turning.kind = "alter column type";
  std::vector<MigrationDraft> drafts(3);
  drafts[0].up = {adding};
  drafts[1].up = {adding, turning};
  drafts[2].up = {statement("ALTER TABLE a DROP d")};
  drafts[2].contracts = true;
  name_phases(drafts);
  EXPECT_EQ(drafts[0].phase, "expand");
  EXPECT_EQ(drafts[1].phase, "switch");
  EXPECT_EQ(drafts[2].phase, "contract");
  EXPECT_NE(migration_text("x", "a", drafts[0]).find("-- slipway:phase expand\n"),
            std::string::npos);
  drafts.resize(1);
  name_phases(drafts);
  EXPECT_EQ(drafts[0].phase, "");
}

TEST(MigrationPhases, OneFileKeepsTogetherWhatMustBe) {
  auto later = statement("ALTER TABLE a VALIDATE CONSTRAINT c");
  later.starts_transaction = true;
  const auto parted = one_draft_of({statement("ALTER TABLE a ADD CONSTRAINT c"), later});
  ASSERT_TRUE(parted);
  EXPECT_TRUE(parted->one_by_one);
  auto bound = statement("ALTER TABLE a DROP CONSTRAINT d");
  bound.with_previous = true;
  EXPECT_FALSE(one_draft_of({statement("ALTER TABLE a ADD CONSTRAINT c"), later, bound}));
  const auto together = one_draft_of({later, bound});
  ASSERT_TRUE(together);
  EXPECT_FALSE(together->one_by_one);
}

TEST(MigrationText, AWayBackThatUsesANewEnumValueCommitsItFirst) {
  MigrationDraft draft;
  draft.up = {statement("SELECT 1")};
  draft.down = {alone("ALTER TYPE m ADD VALUE 'c'"), statement("SELECT 2")};
  EXPECT_NE(migration_text("x", "a", draft).find("-- slipway:transaction off\n"),
            std::string::npos);
}

} // namespace
} // namespace slipway::diff
