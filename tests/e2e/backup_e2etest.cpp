// slipway backup as it is typed, and what a kill leaves behind.
#include "running_program.hpp"

namespace slipway {
namespace {

constexpr int k_killed = 137;

class BackupCommand : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    exec("CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE users (id int PRIMARY KEY, mood mood);"
         "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);"
         "CREATE INDEX ON orders (user_id); CREATE VIEW v AS SELECT id FROM users GROUP BY id;"
         "INSERT INTO users SELECT i, 'glad' FROM generate_series(1, 100) i;"
         "INSERT INTO orders SELECT i, i FROM generate_series(1, 100) i");
  }
  static bool has(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
  }
  test::Ran killed_at(const std::string& point, const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                          .working_directory = project_.path(),
                          .input = {}});
  }
  std::string databases_like_ours() {
    return value(
        "SELECT count(*) FROM pg_database WHERE datname LIKE current_database() || '\\_r%'");
  }
};

TEST_F(BackupCommand, FromTheFirstToTheLast) {
  EXPECT_TRUE(has(run({"backup", "list"}).out, "no backups"));
  const auto made =
      test::slipway({"backup", "create", "--label", "pre-deploy"},
                    {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_GIT_SHA", "0a1b2c3d"}},
                     .working_directory = project_.path(),
                     .input = {}});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_TRUE(has(made.out, "_pre-deploy-0a1b2c3d: 200 rows of 2 tables")) << made.out;
  const auto found = run({"backup", "find", "0a1b"});
  EXPECT_EQ(found.status, 0);
  EXPECT_TRUE(has(found.out, "_pre-deploy-0a1b2c3d\n"));
  EXPECT_EQ(run({"backup", "find", "ffff"}).status, 3);
  EXPECT_EQ(run({"backup", "verify", "latest"}).status, 0);
  const auto tried = run({"backup", "verify", "latest", "--restore"});
  EXPECT_EQ(tried.status, 0) << tried.err;
  EXPECT_TRUE(has(tried.out, "restored, and equal: schema, 200 rows of 2 tables")) << tried.out;
  const auto name = value("SELECT current_database()") + "_r";
  const auto restored = run({"backup", "restore", "latest", "--as", name});
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_EQ(databases_like_ours(), "1");
  EXPECT_EQ(run({"backup", "restore", "latest", "--as", name}).status, 3);
  EXPECT_EQ(run({"backup", "pin", "latest", "--reason", "still needed"}).status, 0);
  EXPECT_TRUE(has(run({"backup", "prune", "--keep", "0"}).out, "still needed"));
  EXPECT_TRUE(has(run({"backup", "list", "--json"}).out, "\"restored\": true"));
  EXPECT_EQ(run({"backup"}).status, 2);
}

// Fails when the manifest is not put last, or when a restore works under the name that is wanted.
TEST_F(BackupCommand, AKillAtAnyPointLeavesNoHalfBackup) {
  for (const auto* point :
       {"backup.begun", "backup.schema_stored", "backup.rows_stored:2", "backup.parts_stored"}) {
    ASSERT_EQ(killed_at(point, {"backup", "create"}).status, k_killed) << point;
    const auto listed = run({"backup", "list"});
    EXPECT_EQ(listed.status, 0);
    EXPECT_TRUE(has(listed.out, "no backups")) << point << listed.out;
    EXPECT_TRUE(has(listed.out, "never finished: ")) << point << listed.out;
    EXPECT_TRUE(has(run({"backup", "prune"}).out, "may be under way")) << point;
    const auto pruned = run({"backup", "prune", "--leftovers-after", "0"});
    EXPECT_TRUE(has(pruned.out, "removed what was left of ")) << point << pruned.out;
    EXPECT_FALSE(has(run({"backup", "list"}).out, "never finished")) << point;
  }
  ASSERT_EQ(killed_at("backup.stored", {"backup", "create"}).status, k_killed);
  EXPECT_EQ(run({"backup", "verify", "latest"}).status, 0);
}

TEST_F(BackupCommand, AKilledRestoreIsDoneAgain) {
  ASSERT_EQ(run({"backup", "create"}).status, 0);
  const auto name = value("SELECT current_database()") + "_r";
  for (const auto* point : {"restore.created", "restore.loaded", "restore.finished"}) {
    ASSERT_EQ(killed_at(point, {"backup", "restore", "latest", "--as", name}).status, k_killed)
        << point;
    EXPECT_EQ(value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"), "0")
        << point;
    EXPECT_EQ(databases_like_ours(), "1") << point;
  }
  const auto restored = run({"backup", "restore", "latest", "--as", name});
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_EQ(value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"), "1");
  EXPECT_EQ(databases_like_ours(), "1");
}

} // namespace
} // namespace slipway
