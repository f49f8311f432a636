// The throwaway server: what scripts and plans do on it, and what they must not do.
#include "slipway/rehearse/shadow.hpp"
#include "slipway/test/memory_file_system.hpp"
#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>

namespace slipway::rehearse {
namespace {

class Shadows : public ::testing::Test {
protected:
  static Shadow start(ShadowOptions options = {}) {
    options.bin_folder = test::server_options().bin_folder;
    auto shadow = Shadow::start(options, test::long_wait());
    if (!shadow) throw std::runtime_error(shadow.error().message);
    return std::move(*shadow);
  }
  static std::string database(Shadow& shadow) {
    auto name = shadow.new_database("", test::long_wait());
    if (!name) throw std::runtime_error(name.error().message);
    return *name;
  }
  static std::vector<Script> script(const std::string& text) {
    auto read = plain_script(text, "schema.sql");
    if (!read) throw std::runtime_error(read.error().message);
    std::vector<Script> all;
    all.push_back(std::move(*read));
    return all;
  }
  static std::string value(Shadow& shadow, const std::string& name, const std::string& sql) {
    auto session = shadow.connect(name, test::long_wait());
    if (!session) throw std::runtime_error(session.error().message);
    return test::value(*session, sql);
  }
  static void expect_done(const Status& status) {
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
  }
};

TEST_F(Shadows, AVersionThatIsNotHereSaysWhatToInstall) {
  const auto shadow = Shadow::start({.major_version = 9}, test::long_wait());
  ASSERT_FALSE(shadow);
  EXPECT_EQ(shadow.error().code, ErrorCode::unsupported);
  EXPECT_NE(shadow.error().hint.find("apt-get install postgresql-9"), std::string::npos);
}

TEST_F(Shadows, AScriptMakesWhatItSaysAndItsErrorsNameTheirPlace) {
  auto shadow = start();
  const auto name = database(shadow);
  expect_done(shadow.run(
      name,
      script("CREATE TABLE a(id int);\nBEGIN; SET LOCAL search_path = pg_catalog; COMMIT;\n"
             "COPY a FROM stdin;\n1\n2\n\\.\n"),
      test::long_wait()));
  EXPECT_EQ(value(shadow, name, "SELECT count(*) FROM a"), "2");
  const auto wrong =
      shadow.run(name, script("SELECT 1;\nALTER TABLE a ADD b nonsense;\n"), test::long_wait());
  ASSERT_FALSE(wrong);
  ASSERT_TRUE(wrong.error().place);
  EXPECT_EQ(wrong.error().place->file, "schema.sql");
  EXPECT_EQ(wrong.error().place->line, 2U);
  EXPECT_EQ(wrong.error().place->column, 21U);
}

TEST_F(Shadows, AScriptMayNotLeaveATransactionOpen) {
  auto shadow = start();
  const auto status =
      shadow.run(database(shadow), script("BEGIN; CREATE TABLE a();"), test::long_wait());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::source);
}

// Its roles are those of the server that the script is meant for, and a shadow has none of them.
TEST_F(Shadows, RolesThatAScriptNamesAreMadeAndItsTransactionIsRunAgain) {
  auto shadow = start();
  const auto name = database(shadow);
  expect_done(
      shadow.run(name,
                 script("BEGIN; CREATE TABLE a(); GRANT SELECT ON a TO \"a reader\"; "
                        "ALTER TABLE a OWNER TO keeper; COMMIT; GRANT INSERT ON a TO writer;"),
                 test::long_wait()));
  EXPECT_EQ(value(shadow, name,
                  "SELECT relowner::regrole::text || ' ' || "
                  "has_table_privilege('a reader', 'a', 'SELECT') || ' ' || "
                  "has_table_privilege('writer', 'a', 'INSERT') FROM pg_class WHERE relname = 'a'"),
            "keeper true true");
}

TEST_F(Shadows, ARoleThatTwoScriptsMakeIsMadeOnce) {
  auto shadow = start();
  const auto text =
      script("BEGIN; CREATE TABLE a(); CREATE ROLE app; GRANT SELECT ON a TO app; COMMIT;");
  expect_done(shadow.run(database(shadow), text, test::long_wait()));
  const auto second = database(shadow);
  expect_done(shadow.run(second, text, test::long_wait()));
  EXPECT_EQ(value(shadow, second, "SELECT has_table_privilege('app', 'a', 'SELECT')"), "t");
  const auto twice =
      shadow.run(database(shadow), script("CREATE ROLE b; CREATE ROLE b;"), test::long_wait());
  EXPECT_FALSE(twice) << "one script that makes a role twice is wrong wherever it runs";
}

TEST_F(Shadows, AnExtensionThatIsNotHereIsNamed) {
  auto shadow = start();
  const auto status =
      shadow.run(database(shadow), script("SELECT 1;\nCREATE EXTENSION nowhere_to_be_found;"),
                 test::long_wait());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::unsupported);
  EXPECT_NE(status.error().message.find("nowhere_to_be_found"), std::string::npos);
  ASSERT_TRUE(status.error().place);
  EXPECT_EQ(status.error().place->line, 2U);
  const auto missing = shadow.missing_extensions({"plpgsql", "nowhere"}, test::long_wait());
  ASSERT_TRUE(missing);
  EXPECT_EQ(*missing, std::vector<std::string>{"nowhere"});
}

// On a server that others live by, the first would make a replication slot and the last drop one.
// Without refuse_reaching_out each of them tries to connect.
TEST_F(Shadows, NothingReachesOutToThePublisherOfASubscription) {
  auto shadow = start();
  const auto name = database(shadow);
  const std::string connection =
      "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p";
  const auto made = shadow.run(name, script(connection), test::long_wait());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
  expect_done(shadow.run(name, script(connection + " WITH (connect = false, slot_name = kept)"),
                         test::long_wait()));
  const auto dropped = shadow.run(name, script("DROP SUBSCRIPTION s"), test::long_wait());
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().code, ErrorCode::unsupported);
  expect_done(shadow.run(name,
                         script("ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s"),
                         test::long_wait()));
}

// A plan that drops one is tried all the same: on the copy it has no slot to ask for. The one that
// is not dropped keeps its own. Without keep_from_publisher the server tries to connect, and fails.
TEST_F(Shadows, APlanThatDropsASubscriptionAsksNobody) {
  auto shadow = start();
  const auto name = database(shadow);
  for (const std::string one : {"s", "kept"})
    expect_done(shadow.run(name,
                           script("CREATE SUBSCRIPTION " + one +
                                  " CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p "
                                  "WITH (connect = false, slot_name = slot_of_" +
                                  one + ")"),
                           test::long_wait()));
  diff::Statement planned;
  planned.sql = "DROP SUBSCRIPTION s";
  planned.transactional = false;
  expect_done(shadow.run(name, std::vector{planned}, test::long_wait()));
  EXPECT_EQ(value(shadow, name,
                  "SELECT string_agg(subname || ' ' || subslotname, ',') FROM pg_subscription"),
            "kept slot_of_kept");
  planned.sql = "ALTER SUBSCRIPTION kept REFRESH PUBLICATION";
  const auto refresh = shadow.run(name, std::vector{planned}, test::long_wait());
  ASSERT_FALSE(refresh);
  EXPECT_EQ(refresh.error().code, ErrorCode::unsupported);
}

// The server does not copy them with a template, and its pg_dump need not be here.
TEST_F(Shadows, ACopyHasTheSubscriptionsOfItsTemplate) {
  auto shadow = start();
  const auto name = database(shadow);
  expect_done(shadow.run(name,
                         script("CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 "
                                "password=hush' PUBLICATION p, q WITH (connect = false, "
                                "synchronous_commit = on); ALTER SUBSCRIPTION s ENABLE;"
                                "COMMENT ON SUBSCRIPTION s IS 'mine'"),
                         test::long_wait()));
  const auto copy = shadow.new_database(name, test::long_wait());
  ASSERT_TRUE(copy) << copy.error().message;
  const std::string all =
      "SELECT s.subname || ' ' || s.subconninfo || ' ' || s.subslotname || ' ' || s.subenabled || "
      "' ' || s.subsynccommit || ' ' || s.subpublications::text || ' ' || "
      "obj_description(s.oid, 'pg_subscription') FROM pg_subscription s JOIN pg_database d "
      "ON d.oid = s.subdbid WHERE d.datname = current_database()";
  EXPECT_EQ(value(shadow, *copy, all), value(shadow, name, all));
  EXPECT_EQ(value(shadow, *copy, all),
            "s host=127.0.0.1 port=1 password=hush s true on {p,q} mine");
}

TEST_F(Shadows, DatabasesBelongToTheOwnerAndScriptsRunAsTheirAuthor) {
  auto shadow = start({.owner = "The Owner", .author = "author"});
  const auto name = database(shadow);
  expect_done(shadow.run(name, script("CREATE TABLE scripted();"), test::long_wait()));
  diff::Statement planned;
  planned.sql = "CREATE TABLE planned()";
  expect_done(shadow.run(name, std::vector{planned}, test::long_wait()));
  EXPECT_EQ(value(shadow, name,
                  "SELECT string_agg(relname || ' ' || relowner::regrole, ', ' ORDER BY relname) "
                  "FROM pg_class WHERE relname IN ('scripted', 'planned')"),
            "planned \"The Owner\", scripted author");
  EXPECT_EQ(value(shadow, name,
                  "SELECT datdba::regrole FROM pg_database WHERE datname = current_database()"),
            "\"The Owner\"");
}

TEST_F(Shadows, AProgramReachesADatabaseOverLoopbackAsTheAuthor) {
  auto shadow = start({.author = "an author", .loopback = true});
  const auto name = database(shadow);
  auto session = test::connect(shadow.loopback_url(name));
  EXPECT_EQ(test::value(session, "SELECT session_user || ' ' || current_database()"),
            "an author " + name);
}

TEST_F(Shadows, APlanStopsAtAStatementThatFailsAndNamesIt) {
  auto shadow = start();
  const auto name = database(shadow);
  diff::Statement good;
  good.sql = "CREATE TABLE a()";
  diff::Statement bad;
  bad.sql = "CREATE TABLE a()";
  const auto status = shadow.run(name, std::vector{good, bad}, test::long_wait());
  ASSERT_FALSE(status);
  ASSERT_FALSE(status.error().notes.empty());
  EXPECT_EQ(status.error().notes.back(), "the statement: CREATE TABLE a()");
  EXPECT_EQ(value(shadow, name, "SELECT to_regclass('a') IS NULL"), "t");
}

TEST_F(Shadows, MigrationsRunInTheGroupsOfTheRunner) {
  test::MemoryFileSystem files;
  // LOCK TABLE and SET LOCAL need a transaction, CONCURRENTLY refuses one.
  ASSERT_TRUE(files.write("m/1_a.sql",
                          "-- slipway:up\nCREATE TABLE a(id int);\nLOCK TABLE a;\n"
                          "CREATE INDEX CONCURRENTLY i ON a(id);\nSET LOCAL work_mem = '1MB';\n"
                          "SET search_path = nowhere;\n"
                          "-- slipway:down\nDROP TABLE a;\n",
                          Overwrite::no));
  ASSERT_TRUE(files.write("m/2_b.sql",
                          "-- slipway:up\nCREATE TABLE b();\n-- slipway:down\nDROP TABLE b;\n",
                          Overwrite::no));
  const auto folder = source::read_folder(files, "m");
  ASSERT_TRUE(folder);
  const auto scripts = up_scripts(*folder);
  ASSERT_TRUE(scripts);
  auto shadow = start();
  const auto name = database(shadow);
  expect_done(shadow.run(name, *scripts, test::long_wait()));
  EXPECT_EQ(
      value(shadow, name, "SELECT to_regclass('i') IS NOT NULL AND to_regclass('b') IS NOT NULL"),
      "t");
}

} // namespace
} // namespace slipway::rehearse
