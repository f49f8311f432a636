// `slipway diff` and `slipway generate` as a person calls them.
#include "running_program.hpp"

#include "slipway/os/real_file_system.hpp"
#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::test {
namespace {

constexpr const char* k_users = "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n";

class DiffCommand : public RunnerTest {
protected:
  void file(const std::string& name, const std::string& text) { project_.write(name, text); }
  Ran diff(const std::string& from, const std::string& to, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"diff", from, to});
    return run(more);
  }
  nlohmann::json json(const std::string& from, const std::string& to,
                      std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    return diff(from, to, more).json();
  }
  std::vector<std::string> migration_files() {
    os::RealFileSystem files;
    auto names = files.list_files(project_.file("migrations"));
    if (!names) return {};
    std::sort(names->begin(), names->end());
    return *names;
  }
  std::string text_of(const std::string& name) { return read_file(project_.file(name)); }
  static bool has_finding(const nlohmann::json& report, const std::string& kind) {
    return std::any_of(report["findings"].begin(), report["findings"].end(),
                       [&](const auto& one) { return one["kind"] == kind; });
  }
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(DiffCommand, EqualSidesAreEqual) {
  file("a.sql", k_users);
  file("b.sql", "-- the same, said otherwise\ncreate table users(id int8, name text);\n"
                "alter table users add primary key (id);\n");
  EXPECT_EQ(diff("a.sql", "b.sql").status, 0);
  const auto report = json("a.sql", "b.sql");
  EXPECT_EQ(report["equal"], true);
  EXPECT_EQ(report["statements"], nlohmann::json::array());
}

TEST_F(DiffCommand, TheDocumentHasJustTheFieldsThatAreDescribed) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY);\n");
  EXPECT_EQ(diff("a.sql", "b.sql").status, 3);
  const auto report = json("a.sql", "b.sql");
  std::vector<std::string> keys;
  for (const auto& [key, value] : report.items()) keys.push_back(key);
  EXPECT_EQ(keys,
            (std::vector<std::string>{"equal", "findings", "questions", "schema", "statements"}));
  ASSERT_EQ(report["statements"].size(), 1U);
  const auto& statement = report["statements"][0];
  EXPECT_EQ(statement.size(), 3U);
  EXPECT_TRUE(holds(statement["sql"], "DROP COLUMN name")) << statement;
  EXPECT_EQ(statement["transactional"], true);
  EXPECT_TRUE(statement["kind"].is_string());
  ASSERT_FALSE(report["findings"].empty());
  EXPECT_EQ(report["findings"][0].size(), 3U);
  EXPECT_TRUE(has_finding(report, "data_loss"));
}

TEST_F(DiffCommand, TheScriptAloneMakesOneIntoTheOther) {
  exec(k_users);
  file("to.sql", std::string(k_users) + "CREATE INDEX users_name ON users (name);\n"
                                        "CREATE VIEW names AS SELECT name FROM users;\n");
  close_looker();
  const auto script = diff("target", "to.sql", {"--sql"});
  ASSERT_EQ(script.status, 3) << script.err;
  // Statement by statement, as psql would send it: one of them refuses a transaction.
  file("apply/1_all.sql", script.out);
  EXPECT_TRUE(holds(script.out, "CONCURRENTLY")) << script.out;
  auto session = connect();
  for (std::size_t from = 0; from < script.out.size();) {
    const auto end = std::min(script.out.find(";\n", from), script.out.size());
    test::exec(session, script.out.substr(from, end - from));
    from = end + 2;
  }
  session.close();
  EXPECT_EQ(diff("target", "to.sql").status, 0);
}

TEST_F(DiffCommand, TheTargetIsComparedWithoutItsHistory) {
  write("1_users.sql", k_users, "DROP TABLE users;");
  ASSERT_EQ(run({"up"}).status, 0);
  const auto same = diff("target", "migrations");
  EXPECT_EQ(same.status, 0) << same.out << same.err;
  exec("CREATE INDEX by_hand ON users (name)");
  const auto other = json("target", "migrations");
  EXPECT_EQ(other["equal"], false);
  EXPECT_TRUE(has_finding(other, "index_dropped")) << other;
}

TEST_F(DiffCommand, SchemasThatAreLeftOutAreNoDifference) {
  file("a.sql", k_users);
  file("b.sql", std::string(k_users) + "CREATE SCHEMA legacy; CREATE TABLE legacy.old (id int);");
  EXPECT_EQ(diff("a.sql", "b.sql").status, 3);
  file("slipway.toml", "[schema]\nleave_out = [\"legacy\"]\n");
  const auto ran = diff("a.sql", "b.sql");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
}

// Who owns what is said relative to the owner of the database, and scripts run as the role that
// owns the history or most of what is there; else a throwaway server would make another owner a
// difference of every table.
TEST_F(DiffCommand, AnotherOwnerOfTheTargetIsNoDifference) {
  const std::string role = "owner_of_" + value("SELECT current_database()");
  exec("CREATE ROLE " + role + " NOLOGIN; GRANT CREATE ON SCHEMA public TO " + role);
  exec("SET ROLE " + role + "; " + k_users + " GRANT SELECT ON users TO PUBLIC; RESET ROLE");
  file("to.sql", std::string(k_users) +
                     "GRANT SELECT ON users TO PUBLIC;\nGRANT CREATE ON SCHEMA "
                     "public TO " +
                     role + ";\n");
  const auto ran = diff("target", "to.sql");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
}

TEST_F(DiffCommand, ARenameIsAskedForAndNeverGuessed) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY, display_name text);\n");
  const auto open = diff("a.sql", "b.sql", {"--json"});
  EXPECT_EQ(open.status, 5);
  const auto report = open.json();
  ASSERT_EQ(report["questions"].size(), 1U) << report;
  EXPECT_EQ(report["questions"][0]["object"], "column public.users.name");
  EXPECT_EQ(report["questions"][0]["candidates"][0]["object"], "column public.users.display_name");

  const auto renamed = diff("a.sql", "b.sql", {"--rename", "users.name=display_name", "--sql"});
  EXPECT_EQ(renamed.status, 3);
  EXPECT_TRUE(holds(renamed.out, "RENAME COLUMN name TO display_name")) << renamed.out;
  EXPECT_FALSE(holds(renamed.out, "DROP COLUMN"));

  const auto dropped = diff("a.sql", "b.sql", {"--drop", "users.name", "--json"});
  EXPECT_EQ(dropped.status, 3);
  EXPECT_TRUE(has_finding(dropped.json(), "data_loss"));
}

TEST_F(DiffCommand, ATableAndItsColumnAreRenamedTogether) {
  file("a.sql", k_users);
  file("b.sql",
       "CREATE TABLE accounts (id bigint CONSTRAINT users_pkey PRIMARY KEY, title text);\n");
  const auto ran = diff("a.sql", "b.sql",
                        {"--rename", "users=accounts", "--rename", "users.name=title", "--json"});
  EXPECT_EQ(ran.status, 3) << ran.err;
  EXPECT_EQ(ran.json()["questions"], nlohmann::json::array()) << ran.out;
  EXPECT_FALSE(has_finding(ran.json(), "data_loss")) << ran.out;
}

TEST_F(DiffCommand, ARenameToWhatIsNotThereIsRefused) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY, display_name text);\n");
  const auto ran = diff("a.sql", "b.sql", {"--rename", "users.name=dispaly_name"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_TRUE(holds(ran.err, "no column public.users.dispaly_name")) << ran.err;
}

TEST_F(DiffCommand, RowsInTheWayAreCountedOnTheLiveDatabase) {
  exec(k_users);
  exec("INSERT INTO users SELECT i, 'name ' || i FROM generate_series(1, 41) AS i");
  file("to.sql", "CREATE TABLE users (id bigint PRIMARY KEY);\n");
  const auto report = json("target", "to.sql");
  ASSERT_FALSE(report["findings"].empty());
  EXPECT_TRUE(holds(report["findings"][0]["message"], "41 there now")) << report;
  EXPECT_EQ(value("SELECT count(*) FROM users"), "41");
}

TEST_F(DiffCommand, RowsThatStopThePlanAsItSaidAreToldAndRefuseNothing) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n");
  file("seed.sql", "INSERT INTO users VALUES (1, NULL);\n");
  const auto ran = diff("a.sql", "b.sql", {"--seed", "seed.sql", "--json"});
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  const auto report = ran.json();
  EXPECT_TRUE(has_finding(report, "data_dependent"));
  EXPECT_TRUE(holds(report["findings"].dump(), "seen on a copy: ")) << report;
}

TEST_F(DiffCommand, TheSeedMustRun) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY);\n");
  file("seed.sql", "INSERT INTO nowhere VALUES (1);\n");
  EXPECT_EQ(diff("a.sql", "b.sql", {"--seed", "seed.sql"}).status, 1);
  EXPECT_NE(diff("a.sql", "b.sql", {"--seed", "not-there.sql"}).status, 3);
}

TEST_F(DiffCommand, ACommandFillsADatabaseOfItsOwn) {
  file("schema.sql", k_users);
  file("fill.sh", "test -n \"$DATABASE_URL\" && exec psql -qX \"$DATABASE_URL\" -f schema.sql\n");
  const auto ran = diff("schema.sql", "command:sh fill.sh");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
}

TEST_F(DiffCommand, ACommandThatFailsIsQuotedWithoutItsPassword) {
  const auto ran = diff("empty", "command:echo to $DATABASE_URL; echo oh no >&2; exit 7");
  EXPECT_EQ(ran.status, 3);
  EXPECT_TRUE(holds(ran.err, "ended with status 7")) << ran.err;
  EXPECT_TRUE(holds(ran.err, "oh no")) << ran.err;
  EXPECT_TRUE(holds(ran.err, "to postgres://postgres:***@127.0.0.1")) << ran.err;
}

TEST_F(DiffCommand, AnErrorInAFileNamesItsPlace) {
  file("a.sql", "SELECT 1;\nCREATE TABLE t (a nonsense);\n");
  const auto ran = diff("empty", "a.sql");
  EXPECT_NE(ran.status, 0);
  EXPECT_TRUE(holds(ran.err, "a.sql:2:19")) << ran.err;
}

TEST_F(DiffCommand, ExpressionsOfAnotherAgeAreTheSame) {
  // What the server writes for these changes when it reads it again.
  exec("CREATE TABLE t (a text, CHECK (a IN ('x', 'y')), CHECK (a BETWEEN 'a' AND 'z'));"
       "CREATE VIEW v AS SELECT a FROM t WHERE a::varchar IN ('x', 'y')");
  file("to.sql",
       "CREATE TABLE t (a text, CHECK (a IN ('x', 'y')), CHECK (a BETWEEN 'a' AND 'z'));\n"
       "CREATE VIEW v AS SELECT a FROM t WHERE a::varchar IN ('x', 'y');\n");
  const auto ran = diff("target", "to.sql");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  auto deparsed = value("SELECT pg_get_viewdef('v'::regclass)");
  exec("DROP VIEW v; CREATE VIEW v AS " + deparsed);
  const auto again = diff("target", "to.sql");
  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

TEST_F(DiffCommand, AnInvalidIndexIsSeenAndMended) {
  exec(std::string(k_users) + "INSERT INTO users VALUES (1, 'a'), (2, 'a')");
  auto session = connect();
  EXPECT_THROW(test::exec(session, "CREATE UNIQUE INDEX CONCURRENTLY twice ON users (name)"),
               std::runtime_error);
  session.close();
  file("to.sql", std::string(k_users) + "CREATE INDEX twice ON users (name);\n");
  const auto ran = diff("target", "to.sql", {"--sql"});
  EXPECT_EQ(ran.status, 3) << ran.err;
  EXPECT_TRUE(holds(ran.out, "DROP INDEX")) << ran.out;
}

TEST_F(DiffCommand, WithoutALiveSideNoTargetIsNeeded) {
  file("a.sql", k_users);
  const auto ran =
      slipway({"diff", "empty", "a.sql"},
              {.environment = {{"CI", "true"}}, .working_directory = project_.path(), .input = {}});
  EXPECT_EQ(ran.status, 3) << ran.err;
}

TEST_F(DiffCommand, GenerateWritesAMigrationThatLeadsThereAndBack) {
  write("1_users.sql", k_users, "DROP TABLE users;");
  ASSERT_EQ(run({"up"}).status, 0);
  file("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\n"
                     "CREATE INDEX users_email ON users (email);\n"
                     "CREATE VIEW names AS SELECT name FROM users;\n");
  EXPECT_EQ(run({"generate", "--check", "--to", "schema.sql"}).status, 3);
  EXPECT_EQ(migration_files().size(), 1U);

  const auto written = run({"generate", "add", "email", "--to", "schema.sql"});
  ASSERT_EQ(written.status, 0) << written.err;
  const auto files = migration_files();
  ASSERT_GE(files.size(), 2U);
  EXPECT_TRUE(holds(files[1], "add_email")) << files[1];
  EXPECT_TRUE(holds(written.out, "migrations/" + files[1])) << written.out;
  EXPECT_TRUE(holds(text_of("migrations/" + files[1]), "-- The way back is exact"));

  EXPECT_EQ(run({"generate", "--check", "--to", "schema.sql"}).status, 0);
  const auto up = run({"up"});
  ASSERT_EQ(up.status, 0) << up.err;
  EXPECT_EQ(diff("target", "schema.sql").status, 0);
  const auto down = run({"down", "--to", "1"});
  ASSERT_EQ(down.status, 0) << down.err;
  file("before.sql", k_users);
  EXPECT_EQ(diff("target", "before.sql").status, 0);
}

TEST_F(DiffCommand, GenerateBeginsAProjectFromNothing) {
  file("schema.sql", k_users);
  ASSERT_EQ(run({"generate", "start", "--to", "schema.sql"}).status, 0);
  ASSERT_EQ(run({"up"}).status, 0);
  EXPECT_EQ(diff("target", "schema.sql").status, 0);
}

TEST_F(DiffCommand, ALossMustBeAllowedByName) {
  write("1_users.sql", k_users, "DROP TABLE users;");
  file("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY);\n");
  const auto refused = run({"generate", "drop", "names", "--to", "schema.sql"});
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(holds(refused.err, "--allow-data-loss")) << refused.err;
  EXPECT_EQ(migration_files().size(), 1U);
  EXPECT_EQ(
      run({"generate", "drop", "names", "--to", "schema.sql", "--allow-data-loss", "users"}).status,
      5);

  const auto allowed =
      run({"generate", "drop", "names", "--to", "schema.sql", "--allow-data-loss", "users.name"});
  ASSERT_EQ(allowed.status, 0) << allowed.err;
  const auto text = text_of("migrations/" + migration_files().back());
  EXPECT_TRUE(holds(text, "-- data_loss: column public.users.name")) << text;
  EXPECT_TRUE(holds(text, "-- The way back is lossy")) << text;
}

TEST_F(DiffCommand, ARenameIsUndoneByARename) {
  write("1_users.sql", k_users, "DROP TABLE users;");
  file("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, display_name text);\n");
  EXPECT_EQ(run({"generate", "rename", "--to", "schema.sql"}).status, 5);
  const auto written =
      run({"generate", "rename", "--to", "schema.sql", "--rename", "users.name=display_name"});
  ASSERT_EQ(written.status, 0) << written.err;
  const auto text = text_of("migrations/" + migration_files().back());
  EXPECT_TRUE(holds(text, "RENAME COLUMN display_name TO name")) << text;
  EXPECT_TRUE(holds(text, "-- The way back is exact")) << text;
}

} // namespace
} // namespace slipway::test
