// A backup, and a database made of it: equal in everything that is looked at.
#include "backup_test.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <sys/stat.h>
#include <thread>

namespace slipway::backup {
namespace {

class RoundTrip : public test::BackupTest {
protected:
  void SetUp() override {
    BackupTest::SetUp();
    make_shop();
  }
  std::vector<std::vector<std::string>> all_rows(const std::string& database,
                                                 const std::string& sql) {
    auto session = test::connect(url_of(database));
    return test::rows(session, sql);
  }
};

TEST_F(RoundTrip, ARestoredDatabaseIsEqual) {
  const auto manifest = created();
  EXPECT_EQ(manifest.name, "202611/20261118_110640_pre-deploy-0a1b2c3d");
  const auto name = fresh_name("_r");
  const auto compared = restore(manifest, name);
  ASSERT_TRUE(compared) << explained(compared.error());
  EXPECT_TRUE(compared->equal());
  EXPECT_TRUE(compared->notes.empty());
  for (const auto* sql :
       {"SELECT * FROM users ORDER BY id", "SELECT * FROM orders ORDER BY id",
        "SELECT * FROM events ORDER BY id", "SELECT * FROM \"odd \"\"name\" ORDER BY 1, 2",
        "SELECT * FROM totals ORDER BY 1", "SELECT last_value, is_called FROM counter",
        "SELECT last_value, is_called FROM users_id_seq", "SELECT * FROM rich ORDER BY 1"})
    EXPECT_EQ(all_rows(name, sql), rows(sql)) << sql;
  // The trigger was made after the rows: none of them was touched.
  EXPECT_EQ(all_rows(name, "SELECT count(*) FROM users WHERE about <> '{\"touched\": true}'"),
            rows("SELECT count(*) FROM users WHERE about <> '{\"touched\": true}'"));
  EXPECT_NE(all_rows(name, "SELECT count(*) FROM pg_statistic AS s JOIN pg_class AS c ON c.oid = "
                           "s.starelid WHERE c.relname = 'orders'")[0][0],
            "0");
}

TEST_F(RoundTrip, TheManifestTellsEverythingOfTheMoment) {
  const auto manifest = created();
  EXPECT_EQ(manifest.database, value("SELECT current_database()"));
  EXPECT_EQ(manifest.fingerprint.substr(0, 3), "s1-");
  EXPECT_FALSE(manifest.moment.lsn.empty());
  EXPECT_NE(manifest.moment.snapshot.find(':'), std::string::npos);
  EXPECT_EQ(manifest.row_count(), 500 + 2000 + 60 + 4 + 1);
  const auto read = manifest_from_json(to_json(manifest).value(), "m");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, manifest);
}

// Fails when the database's settings are not carried over: a database that CREATE DATABASE makes
// has none of them.
TEST_F(RoundTrip, WhatTheClusterSaysOfTheDatabaseComesBack) {
  const auto here = quote_identifier(value("SELECT current_database()"));
  const auto role = value("SELECT 'r' || oid FROM pg_database WHERE datname = current_database()");
  // What is restored by statements has the owner of the database.
  exec(
      "DROP TABLE users, orders, events, \"odd \"\"name\", scratch CASCADE; DROP SEQUENCE counter; "
      "DROP FUNCTION touch; DROP TYPE mood");
  exec("CREATE ROLE " + role + "; ALTER DATABASE " + here + " OWNER TO " + role +
       "; GRANT CREATE ON DATABASE " + here + " TO " + role + "; REVOKE CONNECT ON DATABASE " +
       here + " FROM PUBLIC; ALTER DATABASE " + here + " CONNECTION LIMIT 33; ALTER DATABASE " +
       here + " SET work_mem = '17MB'; ALTER DATABASE " + here +
       " SET search_path = \"$user\", public, \"odd \"\"schema\"; ALTER ROLE " + role +
       " IN DATABASE " + here + " SET statement_timeout = '9s'; COMMENT ON DATABASE " + here +
       " IS 'it''s prod'");
  shop_.before.clear();
  shop_.after.clear();
  const auto manifest = created();
  const auto name = fresh_name("_r");
  const auto compared = restore(manifest, name);
  ASSERT_TRUE(compared) << explained(compared.error());
  auto session = test::connect(url_of("postgres"));
  test::exec(session, "SET search_path = ''");
  const auto settings = read_database_settings(session, name, test::long_wait());
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(*settings, manifest.settings);
  EXPECT_EQ(settings->owner, role);
  EXPECT_EQ(settings->connection_limit, 33);
  EXPECT_EQ(settings->settings.size(), 3U);
}

// Fails when the workers do not read under the coordinator's snapshot.
TEST_F(RoundTrip, RowsThatAreWrittenMeanwhileAreInAllTablesOrInNone) {
  make_table("CREATE TABLE public.left_side (id int)");
  make_table("CREATE TABLE public.right_side (id int)");
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    auto session = connect();
    for (int i = 0; !stop; ++i)
      test::exec(session, "BEGIN; INSERT INTO left_side VALUES (" + std::to_string(i) +
                              "); INSERT INTO right_side VALUES (" + std::to_string(i) +
                              "); COMMIT");
  });
  auto request = this->request();
  const auto manifest = create(request);
  stop = true;
  writer.join();
  ASSERT_TRUE(manifest) << explained(manifest.error());
  const auto name = fresh_name("_r");
  const auto compared = restore(*manifest, name);
  ASSERT_TRUE(compared) << explained(compared.error());
  EXPECT_EQ(all_rows(name, "SELECT count(*) FROM left_side FULL JOIN right_side USING (id) "
                           "WHERE left_side.id IS NULL OR right_side.id IS NULL"),
            (std::vector<std::vector<std::string>>{{"0"}}));
}

TEST_F(RoundTrip, LargeTablesAreReadInPieces) {
  make_table("CREATE TABLE public.big (id int, t text)");
  exec("INSERT INTO big SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i");
  auto request = this->request();
  request.piece_bytes = 512 << 10;
  const auto manifest = create(request);
  ASSERT_TRUE(manifest) << explained(manifest.error());
  const auto big = std::find_if(manifest->tables.begin(), manifest->tables.end(),
                                [](const TableRows& one) { return one.name == "big"; });
  ASSERT_NE(big, manifest->tables.end());
  EXPECT_EQ(big->content.rows, 20000);
  EXPECT_EQ(big->parts.size() > 1, major_version() >= 14);
  const auto compared = restore(*manifest, fresh_name("_r"));
  ASSERT_TRUE(compared) << explained(compared.error());
}

TEST_F(RoundTrip, LargeObjectsComeWithTheirOwners) {
  exec(
      "SELECT lo_from_bytea(4711, decode(repeat('00ff5c0a', 700000), 'hex')); SELECT lo_create(4712); "
      "COMMENT ON LARGE OBJECT 4712 IS 'empty'");
  const auto manifest = created();
  EXPECT_EQ(manifest.large_objects.count, 2);
  const auto name = fresh_name("_r");
  const auto compared = restore(manifest, name);
  ASSERT_TRUE(compared) << explained(compared.error());
  const auto* sql =
      "SELECT md5(lo_get(4711)), length(lo_get(4712)), obj_description(4712, 'pg_largeobject')";
  EXPECT_EQ(all_rows(name, sql), rows(sql));
}

TEST_F(RoundTrip, OnlyTheSchemaOrTheRowsOfSomeTables) {
  auto request = this->request();
  request.extent = Extent::schema;
  const auto schema = create(request);
  ASSERT_TRUE(schema) << explained(schema.error());
  EXPECT_EQ(schema->row_count(), 0);
  EXPECT_FALSE(schema->not_included.empty());
  request.extent = Extent::tables;
  request.tables = {{"public", "orders"}};
  request.label = "orders";
  const auto orders = create(request);
  ASSERT_TRUE(orders) << explained(orders.error());
  EXPECT_EQ(orders->row_count(), 2000);
  request.tables.push_back({"public", "nowhere"});
  request.label = "none";
  const auto none = create(request);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::check_failed);
  EXPECT_EQ(list_backups(*store_, test::long_wait())->backups.size(), 2U);
  EXPECT_TRUE(list_backups(*store_, test::long_wait())->leftovers.empty());
}

TEST_F(RoundTrip, NobodyElseMayReadWhatIsStored) {
  const auto manifest = created();
  namespace fs = std::filesystem;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(store_folder())) {
    struct stat found{};
    ASSERT_EQ(::stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, entry.is_directory() ? 0700U : 0600U) << entry.path();
    files += entry.is_directory() ? 0 : 1;
  }
  EXPECT_EQ(files, manifest.parts.size() + 2);
}

// Fails when the tables are not locked: the backup would then be of whatever the table has become.
TEST_F(RoundTrip, ATableThatIsBeingAlteredStopsTheBackup) {
  auto session = connect();
  test::exec(session, "BEGIN; ALTER TABLE orders ADD COLUMN more int");
  auto request = this->request();
  request.lock_timeout = Millis(200);
  const auto made = create(request);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::lock_timeout) << made.error().message;
  EXPECT_TRUE(list_backups(*store_, test::long_wait())->leftovers.empty());
}

TEST_F(RoundTrip, AThrowawayServerProvesIt) {
  const auto manifest = created();
  const auto compared =
      verify_by_restoring(manifest, *store_, {.program_folder = test::server_options().bin_folder},
                          events_, request().now, test::long_wait());
  ASSERT_TRUE(compared) << explained(compared.error());
  EXPECT_TRUE(compared->equal());
  const auto listing = list_backups(*store_, test::long_wait());
  ASSERT_TRUE(listing->backups.at(0).verified);
  EXPECT_TRUE(listing->backups.at(0).verified->restored);
}

} // namespace
} // namespace slipway::backup
