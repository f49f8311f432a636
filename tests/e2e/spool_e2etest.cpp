// `slipway deploy spool` as a program: killed, in a loop, beside a rollback.
#include "running_program.hpp"

#include <csignal>
#include <filesystem>
#include <fmt/format.h>

namespace slipway {
namespace {

class SpoolCommand : public test::RunnerTest {
protected:
  static void SetUpTestSuite() {
    auto options = test::server_options();
    options.settings["wal_level"] = "logical";
    options.settings["max_slot_wal_keep_size"] = "1GB";
    auto cluster = pg::Cluster::start(options, test::long_wait());
    if (!cluster) throw std::runtime_error(cluster.error().message);
    logical_ = std::make_unique<test::TestServer>(std::move(*cluster));
  }
  static void TearDownTestSuite() { logical_.reset(); }

  void SetUp() override {
    RunnerTest::SetUp();
    url_ = logical_->fresh_database();
    project_.write("slipway.toml", "[backup]\nstore = \"backups\"\n");
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users SELECT n, 'u' || n, n FROM generate_series(1, 50) AS n");
    write("2_age.sql",
          "ALTER TABLE users DROP COLUMN age;\nALTER TABLE users RENAME name TO label;",
          "ALTER TABLE users RENAME label TO name;\nALTER TABLE users ADD COLUMN age int;");
    exec("SELECT pg_sleep(1.1)");
    close_looker();
    const auto deployed = run({"deploy", "--capture", "slot", "--full"});
    ASSERT_EQ(deployed.status, 0) << deployed.out << deployed.err;
  }
  test::Ran run_until(const std::string& point, const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                          .working_directory = project_.path(),
                          .input = {}});
  }
  bool has_spool() {
    const std::filesystem::path spools(project_.path() + "/spool");
    return std::filesystem::exists(spools) && !std::filesystem::is_empty(spools);
  }
  void add(int id) {
    exec(fmt::format("SET synchronous_commit = on; INSERT INTO users VALUES ({0}, 'n{0}'); UPDATE "
                     "users SET label = label || 'x' WHERE id = 7",
                     id));
    close_looker();
  }

  static std::unique_ptr<test::TestServer> logical_;
};
std::unique_ptr<test::TestServer> SpoolCommand::logical_;

// Each update adds a letter, so that one that is made twice shows, as one that is lost does.
TEST_F(SpoolCommand, KilledAnywhereItAndTheRollbackOverItEndWell) {
  int id = 1000;
  for (const auto* point : {"spool.written", "spool.synced", "spool.advanced", "spool.written"}) {
    SCOPED_TRACE(point);
    add(++id);
    const auto killed = run_until(point, {"deploy", "spool", "--once"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
  }
  add(++id);
  const auto spooled = run({"deploy", "spool", "--once", "--json"});
  ASSERT_EQ(spooled.status, 0) << spooled.out << spooled.err;
  EXPECT_NE(spooled.out.find("\"up_to\""), std::string::npos) << spooled.out;
  add(++id);
  const auto foreseen = run({"rollback", "--forecast"});
  EXPECT_EQ(foreseen.status, 0) << foreseen.err;
  EXPECT_NE(foreseen.out.find("12"), std::string::npos) << foreseen.out;
  for (const auto* point :
       {"rollback.writes_replayed", "rollback.database_closed", "rollback.swap_ready"}) {
    SCOPED_TRACE(point);
    const auto killed = run_until(point, {"rollback", "--yes"});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    EXPECT_TRUE(has_spool());
  }
  const auto back = run({"rollback", "--yes"});
  ASSERT_EQ(back.status, 0) << back.out << back.err;
  EXPECT_EQ(value("SELECT count(*) || ' ' || sum(age) || ' ' || max(name) FILTER (WHERE id = 7) "
                  "FROM users"),
            "56 1275 u7xxxxxx");
  EXPECT_FALSE(has_spool());
  EXPECT_EQ(value("SELECT count(*) FROM pg_replication_slots"), "0");
}

TEST_F(SpoolCommand, ItGoesOnUntilTheDeployIsConfirmed) {
  auto spooling = start({"deploy", "spool", "--spool-every", "50ms"});
  await("EXISTS (SELECT FROM slipway.capture AS c, pg_replication_slots AS s WHERE "
        "s.slot_name::text = c.name AND s.confirmed_flush_lsn > c.since)");
  add(1000);
  const auto beside = run({"deploy", "spool", "--once"});
  EXPECT_EQ(beside.status, 0) << beside.out << beside.err;
  EXPECT_TRUE(has_spool());
  close_looker();
  const auto confirmed = run({"deploy", "confirm"});
  EXPECT_EQ(confirmed.status, 0) << confirmed.out << confirmed.err;
  EXPECT_NE(confirmed.out.find("/spool/"), std::string::npos) << confirmed.out;
  EXPECT_EQ(spooling.wait(), 0);
  EXPECT_FALSE(has_spool());
  const auto nothing = run({"deploy", "spool"});
  EXPECT_EQ(nothing.status, 0);
  EXPECT_NE(nothing.out.find("nothing is armed"), std::string::npos) << nothing.out;
}

TEST_F(SpoolCommand, StoppedOnRequestItSaysHowFarItCame) {
  auto spooling = start({"deploy", "spool"});
  await("EXISTS (SELECT FROM slipway.capture AS c, pg_replication_slots AS s WHERE "
        "s.slot_name::text = c.name AND s.confirmed_flush_lsn > c.since)");
  spooling.signal(SIGTERM);
  EXPECT_EQ(spooling.wait(), 0);
  close_looker();
  EXPECT_EQ(run({"deploy", "confirm"}).status, 0);
}

} // namespace
} // namespace slipway
