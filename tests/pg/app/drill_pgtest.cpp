#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/drill.hpp"
#include "slipway/app/drill_oracle.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway {
namespace {

class Drill : public test::ProjectTest {
protected:
  app::DrillReport drill(const app::DrillRequest& request = {}) {
    auto report = with_context(
        [&](const app::Context& context) { return app::hold_drill(context, request); });
    if (!report) throw std::runtime_error(report.error().message);
    EXPECT_TRUE(report->is_good()) << fmt::format("{}", fmt::join(report->problems, "\n"));
    return std::move(*report);
  }
  static void expect_everything_back(const app::DrillReport& report) {
    EXPECT_EQ(report.fingerprint_before, report.fingerprint_after);
    EXPECT_NE(report.fast_error.find("bad on purpose"), std::string::npos) << report.fast_error;
    EXPECT_GT(report.acknowledged, 150) << "before, between and after";
    EXPECT_EQ(report.there + report.parked + report.unsure, report.written_rows);
    EXPECT_GT(report.carried, 0);
  }
};

// With renames and a dropped column, so that the safe path is needed for the values.
TEST_F(Drill, TheNewestMigrationOfAProjectComesBackUnderWrites) {
  write("1_shop.sql",
        "CREATE TYPE mood AS ENUM ('sad', 'glad');\n"
        "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email "
        "varchar(20) NOT NULL UNIQUE, name text, feels mood NOT NULL, age smallint CHECK (age < "
        "150));\n"
        "CREATE TABLE orders (id uuid PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, "
        "state text NOT NULL CHECK (state IN ('new', 'paid')), begins timestamptz NOT NULL, ends "
        "timestamptz NOT NULL, CHECK (ends > begins), GRANTED numeric(4,2));\n"
        "CREATE TABLE strange (p point NOT NULL);\nGRANT SELECT ON users TO drill_reader;",
        "DROP TABLE strange, orders, users;\nDROP TYPE mood;");
  write("2_break.sql",
        "ALTER TABLE users RENAME COLUMN name TO display_name;\nALTER TABLE orders RENAME TO "
        "bookings;\nALTER TABLE users DROP COLUMN age;\nALTER TABLE bookings ADD COLUMN note text;",
        "SELECT 1;");
  const auto report = drill({.rows = 20});
  expect_everything_back(report);
  EXPECT_EQ(report.migration, "2 break");
  EXPECT_EQ(report.tables, 2);
  ASSERT_EQ(report.refused.size(), 1U);
  EXPECT_NE(report.refused[0].find("strange"), std::string::npos) << report.refused[0];
  EXPECT_FALSE(has_table("users")) << "the target is not touched";
  const auto row = app::rehearsal_of(report);
  EXPECT_EQ(row.result, "good");
  EXPECT_EQ(row.path, "fast failed, safe");
  EXPECT_NE(row.closed, "");
}

TEST_F(Drill, AMigrationInTheMiddleIsDrilledWithoutLaterOnes) {
  write("1_a.sql", "CREATE TABLE a (id int PRIMARY KEY, t text);", "DROP TABLE a;");
  write("2_b.sql", "ALTER TABLE a ADD COLUMN more int;", "ALTER TABLE a DROP COLUMN more;");
  write("3_c.sql", "this is no statement;", "SELECT 1;");
  const auto report = drill({.migration = Version(2), .rows = 5});
  expect_everything_back(report);
  EXPECT_EQ(report.migration, "2 b");
  const auto missing = with_context([](const app::Context& context) {
    return app::hold_drill(context, {.migration = Version(77)});
  });
  EXPECT_EQ(missing.error().code, ErrorCode::check_failed);
}

TEST_F(Drill, AProjectWithNothingToWriteToIsDrilledWithOneOfSlipwaysOwn) {
  EXPECT_TRUE(drill({.rows = 5}).is_own) << "no migration at all";
  write("1_a.sql", "CREATE TABLE a (p point NOT NULL);", "DROP TABLE a;");
  const auto report = drill({.rows = 5});
  EXPECT_TRUE(report.is_own);
  expect_everything_back(report);
}

TEST_F(Drill, ItBeginsWithABackup) {
  const auto folder = os::TemporaryFolder::make();
  ASSERT_TRUE(folder);
  set("backup.store", folder->path());
  write("1_a.sql", "CREATE TABLE a (id int PRIMARY KEY, t text);", "DROP TABLE a;");
  ASSERT_TRUE(up());
  exec("INSERT INTO a SELECT n, 'real' FROM generate_series(1, 70) AS n;"
       "CREATE TABLE only_there (id int PRIMARY KEY)");
  ASSERT_TRUE(with_context([](const app::Context& context) {
    return app::create_backup(context, {.label = "nightly", .tables = {}});
  }));
  write("2_b.sql", "ALTER TABLE a RENAME t TO u;", "ALTER TABLE a RENAME u TO t;");
  const auto report = drill({.from_backup = true, .rows = 100});
  expect_everything_back(report);
  EXPECT_NE(report.from.find("nightly"), std::string::npos);
  EXPECT_EQ(report.migration, "2 b");
  EXPECT_EQ(report.tables, 2) << "one of them is in no migration";
}

/// The ledger against a table, without any rollback.
class DrillOracle : public test::ProjectTest {
protected:
  app::drill::Verdict judge(const app::drill::Ledger& ledger) {
    auto session = connect();
    auto verdict = app::drill::judge(session, ledger, "slipway", test::long_wait());
    if (!verdict) throw std::runtime_error(verdict.error().message);
    return std::move(*verdict);
  }
};

// What makes a drill worth anything: it must be able to fail.
TEST_F(DrillOracle, AWriteThatIsNeitherThereNorParkedIsLost) {
  exec("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), "
       "(3, 'c'); CREATE SCHEMA slipway; CREATE TABLE slipway.parked (schema_name text, table_name "
       "text, key jsonb); INSERT INTO slipway.parked VALUES ('public', 't', '{\"id\": \"4\"}')");
  app::drill::Ledger ledger;
  auto& rows = ledger.rows[{"public", "t"}];
  const auto key = [](int id) { return fmt::format("{{\"id\": \"{}\"}}", id); };
  rows[key(1)] = {.is_there = true, .is_unsure = false, .value = {{"v", "a"}}};
  rows[key(4)] = {};
  rows[key(5)] = {.is_there = false, .is_unsure = false, .value = {}};
  rows[key(9)] = {.is_there = true, .is_unsure = true, .value = {}};
  auto verdict = judge(ledger);
  EXPECT_TRUE(verdict.lost.empty()) << verdict.lost[0];
  EXPECT_EQ(verdict.there, 2);
  EXPECT_EQ(verdict.parked, 1);
  EXPECT_EQ(verdict.unsure, 1);

  rows[key(2)] = {.is_there = true, .is_unsure = false, .value = {{"v", "newer"}}};
  rows[key(3)] = {.is_there = false, .is_unsure = false, .value = {}};
  rows[key(6)] = {};
  ledger.rows[{"public", "nowhere"}][key(1)] = {};
  EXPECT_EQ(judge(ledger).lost.size(), 4U)
      << "another value, deleted and back, gone, and a table that is gone";
}

} // namespace
} // namespace slipway
