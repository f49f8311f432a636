#include "running_program.hpp"

#include "slipway/base/sql_text.hpp"

#include <csignal>

namespace slipway {
namespace {

/// A role that owns the database and may not make another one.
class RollbackInPlace : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    admin_ = url_;
    const auto database = value("SELECT current_database()");
    owner_ = database + "_owner";
    exec("CREATE ROLE " + owner_ + " LOGIN; ALTER DATABASE " + quote_identifier(database) +
         " OWNER TO " + owner_);
    if (major_version() < 15) exec("ALTER SCHEMA public OWNER TO " + owner_);
    close_looker();
    url_ += "&user=" + owner_;
    project_.write("slipway.toml", "[backup]\nstore = \"backups\"\n");
    write("1_users.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);\n"
          "CREATE TABLE pets (id int PRIMARY KEY, of bigint REFERENCES users);",
          "DROP TABLE pets;\nDROP TABLE users;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users SELECT n, 'u' || n, n FROM generate_series(1, 50) AS n;"
         "INSERT INTO pets VALUES (1, 7)");
  }
  void TearDown() override {
    close_looker();
    url_ = admin_;
    exec("ALTER DATABASE " + quote_identifier(value("SELECT current_database()")) +
         " OWNER TO CURRENT_USER; DROP OWNED BY " + owner_ + " CASCADE; DROP ROLE " + owner_);
  }
  std::string admin_;
  std::string owner_;
};

// Every place where state changes hands, killed there, and done again. Fails when half of what is
// restored stays, or the names are changed by anything but the last commit.
TEST_F(RollbackInPlace, KilledAnywhereAndRunAgainItEndsWell) {
  const auto made = run({"backup", "create"});
  ASSERT_EQ(made.status, 0) << made.err;
  exec("SELECT pg_sleep(1.1)");
  std::int64_t run_number = 2;
  for (const std::string point :
       {"restore.created", "restore.loaded", "restore.finished", "rollback.writes_replayed",
        "rollback.database_closed", "rollback.swap_ready", "rollback.swapped"}) {
    SCOPED_TRACE(point);
    write("2_age.sql",
          "ALTER TABLE users DROP COLUMN age;\nALTER TABLE users RENAME name TO label;",
          "SELECT 1;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users VALUES (1000, 'new'); UPDATE users SET label = 'other' WHERE id = 7");
    close_looker();
    const auto killed =
        test::slipway({"rollback", "--path", "safe", "--yes"},
                      {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_CRASH_AT", point}},
                       .working_directory = project_.path(),
                       .input = {}});
    ASSERT_EQ(killed.status, 128 + SIGKILL) << killed.out << killed.err;
    const bool swapped = point == "rollback.swapped";
    await(std::string("EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.users'::regclass "
                      "AND attname = '") +
          (swapped ? "name" : "label") + "')");
    close_looker();
    const auto again = run({"rollback", "--yes"});
    ASSERT_EQ(again.status, 0) << again.out << again.err;
    EXPECT_EQ(
        value("SELECT count(*) || ' ' || sum(age) || ' ' || string_agg(name, ' ' ORDER BY id) "
              "FILTER (WHERE id IN (7, 1000)) FROM users"),
        "51 1275 other new");
    const auto kept = run({"rollback", "cleanup", "--run", std::to_string(run_number), "--yes"});
    EXPECT_EQ(kept.status, 0) << kept.err;
    EXPECT_EQ(value("SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE "
                    "nspname !~ '^pg_' AND nspname <> 'information_schema'"),
              "public slipway");
    exec("DELETE FROM users WHERE id = 1000; UPDATE users SET name = 'u7' WHERE id = 7");
    run_number = std::stoll(value("SELECT max(id) + 1 FROM slipway.run"));
    close_looker();
  }
}

TEST_F(RollbackInPlace, TheTreeSaysSoAndDoctorToo) {
  ASSERT_EQ(run({"backup", "create"}).status, 0);
  exec("SELECT pg_sleep(1.1)");
  write("2_age.sql", "ALTER TABLE users DROP COLUMN age;", "SELECT 1;");
  ASSERT_EQ(run({"up"}).status, 0);
  const auto seen = run({"rollback", "--dry-run"});
  EXPECT_EQ(seen.status, 0) << seen.err;
  EXPECT_NE(seen.out.find("may the backup be a database of its own?"), std::string::npos)
      << seen.out;
  EXPECT_NE(seen.out.find("may not make databases"), std::string::npos) << seen.out;
  const auto doctor = run({"doctor"});
  EXPECT_NE(doctor.out.find("in place: the role"), std::string::npos) << doctor.out;
}

} // namespace
} // namespace slipway
