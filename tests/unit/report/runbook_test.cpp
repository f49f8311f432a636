#include "slipway/report/runbook.hpp"

#include "slipway/test/migration_files.hpp"

#include <gtest/gtest.h>

namespace slipway::report {
namespace {

RunbookSightings sightings() {
  return {.seen_at = "2026-11-20",
          .variable = "DATABASE_URL",
          .database = "odd -->name--",
          .server = "PostgreSQL 15.20",
          .tables = {{"public.orders", 12}, {"public.\"O'Brien\"", 3}},
          .backup = RunbookTiming{"1.5 s", "a backup"},
          .up = {},
          .rollback = {}};
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Fails when two dashes are written as they are: the comment would end in the middle.
TEST(Runbook, WhatItSawIsReadBackWhateverTheNames) {
  const auto seen = sightings();
  EXPECT_EQ(sightings_in(runbook_text({.seen = seen}, {})), seen);
  EXPECT_FALSE(sightings_in("# a page of somebody"));
  EXPECT_FALSE(sightings_in("<!-- slipway:seen {\"tables\":7} -->"));
}

TEST(Runbook, SaysThatNothingWasMeasuredWhereNothingWas) {
  const auto text = runbook_text({}, {});
  EXPECT_TRUE(holds(text, "- restoring it: not measured yet\n"));
  EXPECT_TRUE(holds(text, "- a backup: not measured yet\n"));
  EXPECT_TRUE(holds(runbook_text({.seen = sightings()}, {}), "- a backup: 1.5 s (a backup)\n"));
}

TEST(Runbook, CommandsAreOfThisProject) {
  RunbookFacts facts;
  facts.config_option = "--config other.toml";
  facts.seen = sightings();
  facts.stop = {"docker", "compose", "stop api"};
  facts.budget = "9min";
  facts.previous_application = {"docker", "compose", "up it"};
  facts.health = {"curl", "-fsS", "http://127.0.0.1:8080/healthz?a=1&b=2"};
  const auto text = runbook_text(facts, {});
  EXPECT_TRUE(holds(text, "\nslipway --config other.toml rollback --path safe\n"));
  EXPECT_TRUE(holds(text, "\ndocker compose 'up it'\n"));
  EXPECT_TRUE(holds(text, "- before it, stop: `docker compose 'stop api'`\n"));
  EXPECT_TRUE(holds(text, "towards 9min"));
  EXPECT_TRUE(holds(text, "\ncurl -fsS 'http://127.0.0.1:8080/healthz?a=1&b=2'\n"));
  EXPECT_TRUE(holds(text, "psql -X \"$DATABASE_URL\" -c 'SELECT"));
  EXPECT_TRUE(holds(text, "\nslipway --config other.toml rollback parked --rows 20\n"));
  facts.connection = {
      .kind = RunbookConnection::Kind::program, .what = {}, .words = {"get", "it's"}};
  EXPECT_TRUE(holds(runbook_text(facts, {}), "psql -X \"$(get 'it'\\''s')\" -c"));
  facts.connection = {.kind = RunbookConnection::Kind::pg_variables, .what = {}};
  EXPECT_TRUE(holds(runbook_text(facts, {}), "psql -X -c"));
}

TEST(Runbook, SaysWhatTheDeployHasPreparedAndWhatHasToBeLetGo) {
  RunbookFacts facts;
  facts.capture = "warm";
  const auto warm = runbook_text(facts, {});
  EXPECT_TRUE(holds(warm, "or the copy that the deploy keeps in step | section 4 |"));
  EXPECT_TRUE(holds(warm, "\nslipway rollback --forecast\n"));
  EXPECT_TRUE(holds(warm, "\nslipway deploy confirm\n"));
  facts.capture = "none";
  const auto none = runbook_text(facts, {});
  EXPECT_TRUE(holds(none, "is found by comparing"));
  EXPECT_FALSE(holds(none, "slipway deploy confirm"));
  facts.capture = "warm";
  facts.backs_up_on_deploy = false;
  EXPECT_FALSE(holds(runbook_text(facts, {}), "keeps in step"));
}

TEST(Runbook, TheNewestMigrationsSayWhetherThereIsAWayBack) {
  const auto folder = test::folder_of(
      {{"1_a.sql", test::migration_text("CREATE TABLE a (id int);", "DROP TABLE a;")},
       {"2_b.sql", test::migration_text("CREATE INDEX CONCURRENTLY i ON a (id);", "DROP INDEX i;")},
       {"3_c.sql", "-- slipway:irreversible rows are gone\n-- slipway:up\nTRUNCATE a;\n"}});
  const auto newest = runbook_migrations(folder, 2);
  ASSERT_TRUE(newest) << newest.error().message;
  ASSERT_EQ(newest->size(), 2U);
  EXPECT_EQ((*newest)[0].way_back, "none: rows are gone");
  EXPECT_EQ((*newest)[1].name, "b");
  EXPECT_TRUE(holds((*newest)[1].way_back, "half applied"));
}

} // namespace
} // namespace slipway::report
