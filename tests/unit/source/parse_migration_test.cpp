#include "parsing.hpp"
#include "slipway/base/sha256.hpp"
#include "slipway/source/stored.hpp"

#include <gtest/gtest.h>

namespace slipway::source {
namespace {

using Texts = std::vector<std::string>;

TEST(ParseMigration, ReadsBothSectionsWithPositionsOfTheFile) {
  const Migration migration = parsed("-- adds users\n"
                                     "-- slipway:up\n"
                                     "CREATE TABLE users (id int);\n"
                                     "  CREATE INDEX ON users (id); -- fast\n"
                                     "\n"
                                     "-- slipway:down\n"
                                     "DROP TABLE users;\n");
  EXPECT_EQ(migration.version, Version(7));
  EXPECT_EQ(migration.name, "add_users");
  EXPECT_EQ(migration.path, "db/7_add_users.sql");
  EXPECT_EQ(texts(migration.up),
            (Texts{"CREATE TABLE users (id int)", "CREATE INDEX ON users (id)"}));
  EXPECT_EQ(migration.up.statements[0].position, (Position{3, 1}));
  EXPECT_EQ(migration.up.statements[1].position, (Position{4, 3}));
  EXPECT_EQ(migration.up.body,
            "CREATE TABLE users (id int);\n  CREATE INDEX ON users (id); -- fast\n\n");
  ASSERT_TRUE(migration.down);
  EXPECT_EQ(texts(*migration.down), Texts{"DROP TABLE users"});
  EXPECT_EQ(migration.down->statements[0].position, (Position{7, 1}));
  EXPECT_EQ(migration.down->body, "DROP TABLE users;\n");
  EXPECT_EQ(migration.transaction, TransactionMode::automatic);
  EXPECT_FALSE(migration.lock_timeout || migration.statement_timeout || migration.phase ||
               migration.change || migration.backfill || migration.verify ||
               migration.irreversible);
  EXPECT_TRUE(migration.allows.empty() && migration.requires_versions.empty());
}

TEST(ParseMigration, ReadsReverseExpressionsAndKeepsThemWithTheUpScript) {
  const Migration migration = parsed("-- slipway:reverse Users.Name = first || ' = ' || last\n"
                                     "-- slipway:up\n"
                                     "-- slipway:reverse \"My App\".\"a\"\"b.c\".\"D\" = (x)\n"
                                     "SELECT 1;\n-- slipway:down\nSELECT 2;\n");
  const auto expect_both = [](const std::vector<Reverse>& reverses) {
    ASSERT_EQ(reverses.size(), 2U);
    EXPECT_EQ(reverses[0].table, (QualifiedName{"", "users"}));
    EXPECT_EQ(reverses[0].column, "name");
    EXPECT_EQ(reverses[0].expression, "first || ' = ' || last");
    EXPECT_EQ(reverses[1].table, (QualifiedName{"My App", "a\"b.c"}));
    EXPECT_EQ(reverses[1].column, "D");
    EXPECT_EQ(reverses[1].expression, "(x)");
  };
  expect_both(migration.reverses);
  const auto stored = read_stored(stored_up_text(migration), "1 x");
  ASSERT_TRUE(stored) << stored.error().message;
  expect_both(stored->reverses);
}

TEST(ParseMigration, ReadsEveryDirective) {
  const Migration migration = parsed("-- slipway:transaction off\n"
                                     "-- slipway:lock-timeout 10s\n"
                                     "-- slipway:statement-timeout 0\n"
                                     "-- slipway:phase switch\n"
                                     "-- slipway:change rename-name\n"
                                     "-- slipway:requires 3 0005\n"
                                     "-- slipway:requires 5\n"
                                     "-- slipway:up\n"
                                     "-- slipway:allow drop-column nobody reads it  since May\n"
                                     "ALTER TABLE users DROP COLUMN name;\n"
                                     "-- slipway:backfill table=users chunk=5000\n"
                                     "-- slipway:verify\n"
                                     "SELECT true;\n"
                                     "-- slipway:down\n"
                                     "-- slipway:allow add-column was there\n"
                                     "ALTER TABLE users ADD COLUMN name text;\n");
  EXPECT_EQ(migration.transaction, TransactionMode::off);
  EXPECT_EQ(migration.lock_timeout, std::chrono::seconds(10));
  EXPECT_EQ(migration.statement_timeout, std::chrono::milliseconds(0));
  EXPECT_EQ(migration.phase, Phase::switch_over);
  EXPECT_EQ(migration.change, "rename-name");
  EXPECT_EQ(migration.requires_versions, (std::vector<Version>{Version(3), Version(5)}));
  EXPECT_EQ(migration.backfill, "table=users chunk=5000");
  ASSERT_EQ(migration.allows.size(), 2U);
  EXPECT_EQ(migration.allows[0].hazard, "drop-column");
  EXPECT_EQ(migration.allows[0].reason, "nobody reads it  since May");
  EXPECT_EQ(migration.allows[0].position, (Position{9, 1}));
  EXPECT_EQ(migration.allows[1].position, (Position{15, 1}));
  ASSERT_TRUE(migration.verify);
  EXPECT_EQ(texts(*migration.verify), Texts{"SELECT true"});
  EXPECT_EQ(migration.verify->statements[0].position, (Position{13, 1}));
}

TEST(ParseMigration, SectionsMayComeInAnyOrder) {
  const Migration migration =
      parsed("-- slipway:verify\nSELECT 3;\n-- slipway:down\nSELECT 2;\n-- slipway:up\nSELECT 1;");
  EXPECT_EQ(texts(migration.up), Texts{"SELECT 1"});
  EXPECT_EQ(texts(*migration.down), Texts{"SELECT 2"});
  EXPECT_EQ(texts(*migration.verify), Texts{"SELECT 3"});
}

TEST(ParseMigration, BlanksInADirectiveDoNotMatter) {
  for (const std::string up : {"--slipway:up", "--   slipway:up", "  -- slipway:up  ",
                               "\t--\tslipway: up\t", "-- slipway :up"})
    EXPECT_EQ(texts(parsed(up + "\nSELECT 1;\n-- slipway:irreversible   it is  gone \t\n").up),
              Texts{"SELECT 1"})
        << up;
  EXPECT_EQ(
      parsed("-- slipway:up\nSELECT 1;\n--slipway:irreversible   it is  gone \t\n").irreversible,
      "it is  gone");
}

TEST(ParseMigration, AMigrationMayBeIrreversibleForAReason) {
  for (const std::string text :
       {"-- slipway:irreversible lossy\n-- slipway:up\nSELECT 1;\n",
        "-- slipway:up\n-- slipway:irreversible lossy\nSELECT 1;\n",
        "-- slipway:up\nSELECT 1;\n-- slipway:down\n-- slipway:irreversible lossy\n"}) {
    const Migration migration = parsed(text);
    EXPECT_EQ(migration.irreversible, "lossy");
    EXPECT_FALSE(migration.down);
  }
}

TEST(ParseMigration, LookAlikesInTextAreText) {
  const std::string up =
      "INSERT INTO t VALUES ('\n-- slipway:down\n', $q$\n-- slipway:nonsense\n$q$, \"\n-- slipway:up\n\");\n"
      "/*\n-- slipway:down\n/*\n-- slipway:oops\n*/ */\n"
      "-- see -- slipway:down\n"
      "-- slipways:down\n"
      "-- slipway down is further below\n"
      "COPY t FROM stdin;\n-- slipway:down\n\\.\n";
  const Migration migration = parsed("-- slipway:up\n" + up + "-- slipway:down\nSELECT 2;\n");
  EXPECT_EQ(migration.up.body, up);
  ASSERT_EQ(migration.up.statements.size(), 2U);
  const auto data = migration.up.statements[1].copy_data;
  ASSERT_TRUE(data);
  EXPECT_EQ(migration.up.text->substr(data->offset, data->length), "-- slipway:down\n");
  EXPECT_EQ(texts(*migration.down), Texts{"SELECT 2"});
}

TEST(ParseMigration, ACommentInAnAtomicBodyIsPartOfTheFunction) {
  const std::string function =
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC\n-- slipway:down\n-- slipway:nonsense\nSELECT 1;\nEND";
  const Migration migration =
      parsed("-- slipway:up\n" + function + ";\n-- slipway:down\nDROP FUNCTION f;\n");
  EXPECT_EQ(texts(migration.up), Texts{function});
  EXPECT_EQ(texts(*migration.down), Texts{"DROP FUNCTION f"});
}

TEST(ParseMigration, ASectionEndsAWholeStatementWithoutItsSemicolon) {
  const Migration migration =
      parsed("-- slipway:up\nCREATE TABLE a (id int)\n-- slipway:down\nDROP TABLE a\n");
  EXPECT_EQ(texts(migration.up), Texts{"CREATE TABLE a (id int)"});
  EXPECT_EQ(texts(*migration.down), Texts{"DROP TABLE a"});
}

// Fails when check_section_start is not asked: half a statement would be taken for the whole.
TEST(ParseMigration, ASectionInsideAStatementIsRefused) {
  const Error error =
      refused("-- slipway:up\nCREATE TABLE a (\n  id int,\n  -- slipway:down\n  name text);\n");
  EXPECT_EQ(error.message, "the section down begins inside the statement of line 2");
  EXPECT_EQ(error.place->line, 4U);
  EXPECT_EQ(error.place->column, 3U);
}

TEST(ParseMigration, AnAllowMayStandInsideAStatement) {
  const Migration migration = parsed(
      "-- slipway:up\nALTER TABLE a\n  -- slipway:allow drop-column unused\n  DROP COLUMN b;\n-- slipway:irreversible gone\n");
  ASSERT_EQ(migration.allows.size(), 1U);
  EXPECT_EQ(migration.allows[0].position, (Position{3, 3}));
  EXPECT_EQ(migration.up.statements.size(), 1U);
}

TEST(ParseMigration, WindowsFilesAreReadLikeOthers) {
  const Migration migration =
      parsed("\xEF\xBB\xBF-- slipway:up\r\nSELECT 1;\r\n\r\n-- slipway:down\r\nSELECT 2;\r\n");
  EXPECT_EQ(texts(migration.up), Texts{"SELECT 1"});
  EXPECT_EQ(migration.up.body, "SELECT 1;\r\n\r\n");
  EXPECT_EQ(migration.up.statements[0].position, (Position{2, 1}));
  EXPECT_EQ(migration.down->body, "SELECT 2;\r\n");
}

TEST(ParseMigration, LoneCarriageReturnsEndLinesToo) {
  const Migration migration = parsed("-- slipway:up\rSELECT 1;\r-- slipway:down\rSELECT 2;\r");
  EXPECT_EQ(migration.up.body, "SELECT 1;\r");
  EXPECT_EQ(migration.down->body, "SELECT 2;\r");
  EXPECT_EQ(migration.down->statements[0].position, (Position{4, 1}));
}

TEST(ParseMigration, APairNeedsNoDirectives) {
  const Migration migration = parsed(pair_of("\xEF\xBB\xBF-- slipway:lock-timeout 9s\nSELECT 1;",
                                             "-- slipway:allow x why\nSELECT 2;"));
  EXPECT_EQ(texts(migration.up), Texts{"SELECT 1"});
  EXPECT_EQ(migration.up.body, "-- slipway:lock-timeout 9s\nSELECT 1;");
  EXPECT_EQ(migration.up.path, "db/7_add_users.up.sql");
  EXPECT_EQ(migration.lock_timeout, std::chrono::seconds(9));
  EXPECT_EQ(texts(*migration.down), Texts{"SELECT 2"});
  EXPECT_EQ(migration.down->path, "db/7_add_users.down.sql");
  EXPECT_EQ(migration.allows.size(), 1U);
}

TEST(ParseMigration, AnUpFileAloneMustBeIrreversible) {
  MigrationFile file = pair_of("SELECT 1;", "");
  file.down_path.clear();
  file.down_text.reset();
  EXPECT_EQ(refused(file).message, "there is no down section");
  file.text = std::make_shared<const std::string>("-- slipway:irreversible seed\nSELECT 1;");
  EXPECT_EQ(parsed(file).irreversible, "seed");
}

TEST(ParseMigration, AnEmptyUpSectionIsAllowed) {
  EXPECT_TRUE(
      parsed("-- slipway:up\n-- nothing yet\n-- slipway:down\nSELECT 2;\n").up.statements.empty());
}

TEST(Phases, HaveNamesThatAreReadBack) {
  for (const Phase phase : {Phase::expand, Phase::backfill, Phase::switch_over, Phase::contract})
    EXPECT_EQ(phase_from(phase_name(phase)), phase);
  EXPECT_FALSE(phase_from("Expand"));
}

TEST(Checksums, LineEndsAndByteOrderMarkOnlyChangeTheStrictOne) {
  const Checksums unix_file =
      parsed("-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 2;\n").checksums;
  const Checksums windows =
      parsed("\xEF\xBB\xBF-- slipway:up\r\nSELECT 1;\r\n-- slipway:down\r\nSELECT 2;\r\n")
          .checksums;
  EXPECT_EQ(unix_file.bytes, sha256_hex("-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 2;\n"));
  EXPECT_EQ(unix_file.normalised, unix_file.bytes);
  EXPECT_NE(windows.bytes, unix_file.bytes);
  EXPECT_EQ(windows.normalised, unix_file.normalised);
  EXPECT_EQ(windows.tokens, unix_file.tokens);
}

TEST(Checksums, OnlyWhatTheServerSeesChangesTheTokens) {
  const std::string down = "-- slipway:down\nSELECT 2;\n";
  const Checksums plain = parsed("-- slipway:up\nSELECT 1, 'x y';\n" + down).checksums;
  const Checksums commented =
      parsed("-- slipway:up\n-- why\nSELECT   1,\n 'x y' /* so */;\n" + down).checksums;
  EXPECT_NE(commented.normalised, plain.normalised);
  EXPECT_EQ(commented.tokens, plain.tokens);
  EXPECT_NE(parsed("-- slipway:up\nSELECT 1, 'x  y';\n" + down).checksums.tokens, plain.tokens);
}

TEST(Checksums, OfAPairCoverBothFiles) {
  EXPECT_EQ(bytes_checksum(pair_of("SELECT 1;\r\n", "SELECT 2;\r\n")),
            sha256_hex("SELECT 1;\r\nSELECT 2;\r\n"));
  EXPECT_EQ(normalised_checksum(pair_of("SELECT 1;\r\n", "SELECT 2;\r")),
            sha256_hex("SELECT 1;\nSELECT 2;\n"));
}

TEST(ReadStored, GivesTheStatementsOfTheSectionItWasStoredFrom) {
  const Migration migration =
      parsed("-- slipway:up\nSELECT 1;\n-- slipway:down\n-- back\n  SELECT 'é', 2;\nSELECT 3\n");
  const auto stored =
      read_stored(stored_down_text(migration), "down of 7 add_users, as stored when applied");
  ASSERT_TRUE(stored);
  const Section& section = stored->section;
  EXPECT_EQ(texts(section), texts(*migration.down));
  EXPECT_EQ(section.body, migration.down->body);
  EXPECT_EQ(section.path, "down of 7 add_users, as stored when applied");
  EXPECT_EQ(section.statements[1].position, (Position{3, 1}));
}

TEST(ReadStored, NamesItsLabelInErrors) {
  const auto stored = read_stored("SELECT 1;\n SELECT 'x", "down of 7 add_users");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, ErrorCode::source);
  EXPECT_EQ(stored.error().place->file, "down of 7 add_users");
  EXPECT_EQ(stored.error().place->line, 2U);
}

} // namespace
} // namespace slipway::source
