#include "slipway/rollback/backup_use.hpp"

#include <gtest/gtest.h>

namespace slipway::rollback {
namespace {

Assessment run_two() {
  Assessment assessment;
  assessment.database = "app";
  assessment.run.row.id = 2;
  assessment.run.row.started_at = "2026-11-20T10:30:00Z";
  plan::AppliedMigration migration;
  migration.version = Version(7);
  migration.name = "email";
  migration.checksums.bytes = "aa";
  assessment.migrations.push_back(migration);
  return assessment;
}

backup::Manifest whole() {
  backup::Manifest manifest;
  manifest.name = "202611/20261120_103000_pre-deploy";
  manifest.database = "app";
  manifest.created = "2026-11-20T10:00:00Z";
  manifest.moment.newest_run = 1;
  return manifest;
}

// The clock of the machine that made it says nothing: fails when it is asked.
TEST(BackupUse, ARunIsToldByItsNumber) {
  auto manifest = whole();
  manifest.created = "2027-01-01T00:00:00Z";
  EXPECT_FALSE(why_no_use(manifest, run_two()));
  manifest.created = "2026-01-01T00:00:00Z";
  manifest.moment.newest_run = 2;
  EXPECT_TRUE(why_no_use(manifest, run_two()));
}

TEST(BackupUse, WithoutANumberTheClocksAreAllThereIs) {
  auto manifest = whole();
  manifest.moment.newest_run.reset();
  EXPECT_FALSE(why_no_use(manifest, run_two()));
  manifest.created = "2026-11-20T10:30:01Z";
  EXPECT_TRUE(why_no_use(manifest, run_two()));
}

TEST(BackupUse, APartServesJustTheMigrationsItWasMadeFor) {
  auto manifest = whole();
  manifest.extent = backup::Extent::schema;
  EXPECT_TRUE(why_no_use(manifest, run_two())) << "made by hand";
  manifest.reasons.covers = {{"7", "aa"}};
  EXPECT_FALSE(why_no_use(manifest, run_two()));
  manifest.reasons.covers = {{"7", "bb"}};
  EXPECT_TRUE(why_no_use(manifest, run_two())) << "the file was another one";
}

TEST(BackupUse, TheLaterOneIsToldByRunsThenByTheLog) {
  auto one = whole();
  auto other = whole();
  other.name = "202612/20261220_103000_later-by-its-name";
  one.moment.newest_run = 5;
  EXPECT_TRUE(is_later(one, other));
  one.moment.newest_run = 1;
  one.moment.system = other.moment.system = "1";
  one.moment.lsn = "A/10";
  other.moment.lsn = "9/FFFFFF00";
  EXPECT_TRUE(is_later(one, other));
  other.moment.timeline = "2";
  EXPECT_FALSE(is_later(one, other)) << "places in two logs";
}

TEST(BackupUse, WhatTheLiveDatabaseLacksIsNamed) {
  replay::RelationMap before;
  before.relations.push_back({.id = 10,
                              .name = {"public", "users"},
                              .columns = {{.number = 1, .name = "id", .type = "bigint"},
                                          {.number = 2, .name = "age", .type = "integer"}}});
  auto manifest = whole();
  manifest.tables_without_rows = {before.relations[0].name.quoted()};
  auto now = before;
  now.relations[0].name = {"public", "people"};
  now.relations[0].columns[1].name = "years";
  EXPECT_TRUE(check_live_rows(manifest, before, now)) << "names do not matter";
  now.relations[0].columns[1].type = "bigint";
  EXPECT_FALSE(check_live_rows(manifest, before, now));
  now.relations[0].columns.pop_back();
  EXPECT_FALSE(check_live_rows(manifest, before, now));
  now.relations.clear();
  EXPECT_FALSE(check_live_rows(manifest, before, now));
  manifest.tables_without_rows = {"public.never_heard_of"};
  EXPECT_FALSE(check_live_rows(manifest, before, before));
}

} // namespace
} // namespace slipway::rollback
