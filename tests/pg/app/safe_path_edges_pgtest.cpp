// Whole rollbacks over a backup, each with one thing in the database that is not a plain table.
#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

namespace slipway {
namespace {

/// A run that drops a column, and a backup from before it in a folder.
class SafePathEdges : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
  }
  void TearDown() override {
    close_looker();
    auto session = test::connect(test::TestServer::instance().cluster().connection_string());
    for (const auto& statement : at_the_end_)
      static_cast<void>(session.execute(SqlText(statement), test::long_wait()));
  }

  void begin(const std::string& further) {
    write("1_ground.sql",
          "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);\n"
          "INSERT INTO users VALUES (1, 'ann', 30);\n" +
              further,
          "DROP TABLE users;");
    ASSERT_TRUE(up());
  }
  backup::Manifest back_up() {
    close_looker();
    auto made =
        with_context([](const app::Context& context) { return app::create_backup(context, {}); });
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }
  void break_it(const std::string& further = {}) {
    write("2_age.sql", "ALTER TABLE users DROP COLUMN age;\n" + further,
          "ALTER TABLE users ADD COLUMN age int;");
    const auto ran = up();
    ASSERT_TRUE(ran) << ran.error().message;
  }
  Result<app::RollbackReport> roll_back() {
    close_looker();
    return with_context([](const app::Context& context) -> Result<app::RollbackReport> {
      SLIPWAY_ASSIGN(const auto outlook,
                     app::look_at_rollback(context, {.run = 0, .wish = rollback::Wish::automatic}));
      return app::roll_back(context, outlook);
    });
  }
  void expect_back() {
    const auto report = roll_back();
    ASSERT_TRUE(report) << report.error().message << " "
                        << (report.error().notes.empty() ? "" : report.error().notes[0]);
    ASSERT_TRUE(report->safe);
    EXPECT_TRUE(report->proven);
    EXPECT_EQ(value("SELECT name || age FROM users WHERE id = 1"), "ann30");
  }
  std::string database() { return value("SELECT current_database()"); }
  bool was_warned_of(const std::string& words) const {
    const auto all = sink_.all<event::Warning>();
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one.message.find(words) != std::string::npos;
    });
  }
  std::string other_databases() {
    return value("SELECT count(*) FROM pg_database WHERE starts_with(datname, current_database() "
                 "|| '__')");
  }

  std::vector<std::string> at_the_end_;
};

// Fails when settings, owner and rights are those of a new database.
TEST_F(SafePathEdges, WhatTheClusterSaysOfTheDatabaseIsBack) {
  begin("");
  const auto name = database();
  at_the_end_ = {"DROP DATABASE " + name + " WITH (FORCE)", "DROP OWNED BY reader_e",
                 "DROP ROLE reader_e", "DROP ROLE owner_e"};
  exec("CREATE ROLE owner_e SUPERUSER; CREATE ROLE reader_e; ALTER DATABASE " + name +
       " OWNER TO owner_e; GRANT CREATE ON DATABASE " + name + " TO reader_e; ALTER DATABASE " +
       name + " SET work_mem = '17MB'; ALTER ROLE reader_e IN DATABASE " + name +
       " SET search_path = app; COMMENT ON DATABASE " + name + " IS 'prod'; ALTER DATABASE " +
       name + " CONNECTION LIMIT 33");
  const std::string all =
      "SELECT pg_get_userbyid(datdba) || '|' || datconnlimit || '|' || datacl::text || '|' || "
      "shobj_description(oid, 'pg_database') || '|' || (SELECT string_agg(setrole::regrole || "
      "setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid) || "
      "datallowconn FROM pg_database AS d WHERE datname = current_database()";
  const auto before = value(all);
  back_up();
  break_it();
  expect_back();
  EXPECT_EQ(value(all), before);
}

TEST_F(SafePathEdges, RowSecurityPoliciesRightsAndTheOwnersOfTables) {
  begin("CREATE TABLE secrets (id int PRIMARY KEY, who text);\n"
        "ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;\n"
        "ALTER TABLE secrets FORCE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON secrets USING (who = current_user);\n"
        "GRANT SELECT ON secrets TO PUBLIC;\nINSERT INTO secrets VALUES (1, 'x'), (2, 'y');");
  back_up();
  break_it();
  exec("UPDATE secrets SET who = 'z' WHERE id = 2; INSERT INTO secrets VALUES (3, 'w')");
  expect_back();
  EXPECT_EQ(value("SELECT string_agg(who, ' ' ORDER BY id) FROM secrets"), "x z w");
  EXPECT_EQ(value("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'secrets'"), "t");
}

// A period that another row gave up may be taken within the same carrying.
TEST_F(SafePathEdges, ExclusionConstraintsAndDeferrableKeys) {
  begin("CREATE TABLE rooms (id int PRIMARY KEY, during int4range, EXCLUDE USING gist (during WITH "
        "&&));\nCREATE TABLE ranks (id int PRIMARY KEY, rank int UNIQUE DEFERRABLE INITIALLY "
        "DEFERRED);\nINSERT INTO rooms VALUES (1, '[1,5)'), (2, '[5,9)');\n"
        "INSERT INTO ranks VALUES (1, 1), (2, 2);");
  back_up();
  break_it();
  exec("UPDATE rooms SET during = '[20,30)' WHERE id = 1; UPDATE rooms SET during = '[1,5)' WHERE "
       "id = 2; INSERT INTO rooms VALUES (3, '[5,9)'); BEGIN; UPDATE ranks SET rank = 3 - rank; "
       "COMMIT");
  expect_back();
  EXPECT_EQ(value("SELECT string_agg(id || during::text, ' ' ORDER BY id) FROM rooms"),
            "1[20,30) 2[1,5) 3[5,9)");
  EXPECT_EQ(value("SELECT string_agg(rank::text, ' ' ORDER BY id) FROM ranks"), "2 1");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.parked"), "0");
}

// Fails when the rows of an exclusion constraint that is gone are let in, or lost.
TEST_F(SafePathEdges, RowsThatADroppedExclusionConstraintRefusesAreParked) {
  begin("CREATE TABLE rooms (id int PRIMARY KEY, during int4range, CONSTRAINT apart EXCLUDE USING "
        "gist (during WITH &&));\nINSERT INTO rooms VALUES (1, '[1,5)');");
  back_up();
  break_it("ALTER TABLE rooms DROP CONSTRAINT apart;");
  exec("INSERT INTO rooms VALUES (2, '[2,3)'), (3, '[7,8)')");
  expect_back();
  EXPECT_EQ(value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM rooms"), "1 3");
  EXPECT_EQ(value("SELECT key ->> 'id' || ' ' || sqlstate FROM slipway.parked"), "2 23P01");
}

// Fails when triggers fire while rows are carried: each would be counted and copied once more.
TEST_F(SafePathEdges, TriggersThatWriteElsewhereDoNotWriteTwice) {
  begin("CREATE TABLE totals (n bigint);\nINSERT INTO totals VALUES (0);\n"
        "CREATE TABLE log (at bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);\n"
        "CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE "
        "public.totals SET n = n + 1; INSERT INTO public.log (what) VALUES (TG_OP); RETURN NULL; "
        "END$$;\nCREATE TRIGGER counted AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW "
        "EXECUTE FUNCTION count_it();");
  back_up();
  break_it();
  exec("INSERT INTO users VALUES (2, 'bob'), (3, 'eve'); UPDATE users SET name = 'Bob' WHERE id = "
       "2; DELETE FROM users WHERE id = 3");
  expect_back();
  EXPECT_EQ(value("SELECT n FROM totals"), "4");
  EXPECT_EQ(value("SELECT string_agg(what, ' ' ORDER BY at) FROM log"),
            "INSERT INSERT UPDATE DELETE");
  exec("INSERT INTO log (what) VALUES ('next')");
  EXPECT_EQ(value("SELECT max(at) FROM log"), "5") << "the identity went along";
}

TEST_F(SafePathEdges, DomainsEnumsGeneratedColumnsAndPartitions) {
  begin(
      "CREATE DOMAIN small AS int CHECK (VALUE < 100);\nCREATE TYPE mood AS ENUM ('sad', 'ok');\n"
      "CREATE TABLE parts (id int, day date, m mood, s small, twice int GENERATED ALWAYS AS (id * "
      "2) STORED, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);\nCREATE TABLE parts_old "
      "PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('2026-01-01');\nCREATE TABLE parts_new "
      "PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);\nINSERT INTO parts VALUES "
      "(1, '2025-05-05', 'sad', 1), (2, '2026-05-05', 'ok', 2);");
  back_up();
  break_it("ALTER DOMAIN small DROP CONSTRAINT small_check;");
  exec("UPDATE parts SET day = '2026-06-06' WHERE id = 1; INSERT INTO parts VALUES (3, "
       "'2025-01-01', 'ok', 7), (4, '2025-01-01', 'ok', 700)");
  expect_back();
  EXPECT_EQ(
      value("SELECT string_agg(tableoid::regclass || ' ' || id || m || s || twice, ', ' ORDER "
            "BY id) FROM parts"),
      "parts_new 1sad12, parts_new 2ok24, parts_old 3ok76");
  EXPECT_EQ(value("SELECT key ->> 'id' || ' ' || sqlstate FROM slipway.parked"), "4 23514");
}

TEST_F(SafePathEdges, UnloggedTablesLargeObjectsMatviewsAndFreeSequences) {
  begin("CREATE UNLOGGED TABLE cache (id int PRIMARY KEY);\nCREATE SEQUENCE numbers;\nCREATE "
        "MATERIALIZED VIEW names AS SELECT name FROM users;\nSELECT lo_from_bytea(4711, 'old');");
  back_up();
  break_it();
  exec("INSERT INTO cache VALUES (7); SELECT setval('numbers', 41); SELECT lo_put(4711, 0, 'new'); "
       "INSERT INTO users VALUES (2, 'bob')");
  expect_back();
  EXPECT_EQ(value("SELECT id FROM cache"), "7");
  EXPECT_EQ(value("SELECT nextval('numbers')"), "42");
  EXPECT_EQ(value("SELECT convert_from(lo_get(4711), 'UTF8')"), "new");
  EXPECT_EQ(value("SELECT string_agg(name, ' ' ORDER BY name) FROM names"), "ann bob");
}

TEST_F(SafePathEdges, ATableThatIsTruncatedAfterTheRunIsEmptyAndRowsWithoutAKeyKeepTheirNumber) {
  begin("CREATE TABLE emptied (id int PRIMARY KEY);\nCREATE TABLE heap (v text);\nINSERT INTO "
        "emptied SELECT generate_series(1, 10);\nINSERT INTO heap VALUES ('a'), ('a'), ('b');");
  back_up();
  break_it();
  exec(
      "TRUNCATE emptied; INSERT INTO emptied VALUES (99); INSERT INTO heap VALUES ('a'), (NULL); "
      "DELETE FROM heap WHERE v = 'b'; UPDATE users SET id = 5 WHERE id = 1; UPDATE users SET id = "
      "1 WHERE id = 5");
  expect_back();
  EXPECT_EQ(value("SELECT string_agg(id::text, ' ') FROM emptied"), "99");
  EXPECT_EQ(value("SELECT string_agg(coalesce(v, '-'), ' ' ORDER BY v) FROM heap"), "a a a -");
}

// Fails when an event trigger, which pg_restore makes last, stops what is carried.
TEST_F(SafePathEdges, PublicationsAndEventTriggersComeAlongAndDoNotFire) {
  begin(
      "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN IF "
      "current_setting('app.strict', true) = 'on' THEN RAISE 'no'; END IF; END$$;\nCREATE EVENT "
      "TRIGGER strict ON ddl_command_start EXECUTE FUNCTION refuse();\nCREATE PUBLICATION feed FOR "
      "TABLE users;");
  at_the_end_ = {};
  const auto name = database();
  back_up();
  break_it();
  exec("INSERT INTO users VALUES (2, 'bob')");
  expect_back();
  EXPECT_EQ(value("SELECT pubname || ' ' || tablename FROM pg_publication_tables"), "feed users");
  EXPECT_EQ(value("SELECT evtname FROM pg_event_trigger"), "strict");
}

// Fails when nobody says that a slot or a subscription is of the database and not of its name.
TEST_F(SafePathEdges, WhatOthersBoundToTheDatabaseIsNamed) {
  begin("");
  back_up();
  break_it();
  const auto name = database();
  exec("CREATE SUBSCRIPTION feed_" + name +
       " CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH "
       "(connect = false, slot_name = NONE)");
  at_the_end_ = {};
  expect_back();
  EXPECT_TRUE(was_warned_of("the subscription feed_" + name));
}

// What an extension's tables hold is between it and its script. Fails when rows that somebody put
// there since the backup are left behind without a word.
TEST_F(SafePathEdges, RowsOfTablesThatBelongToAnExtensionAreNamed) {
  begin("");
  back_up();
  break_it();
  exec("CREATE TABLE conf (id int); INSERT INTO conf VALUES (1); ALTER EXTENSION plpgsql ADD TABLE "
       "conf");
  expect_back();
  EXPECT_TRUE(was_warned_of("public.conf"));
}

// Fails when the name of the copy is cut without regard for what a restore adds to it.
TEST_F(SafePathEdges, ADatabaseWithTheLongestNameThereIs) {
  const std::string longest = database() + std::string(63 - database().size(), 'x');
  close_looker();
  {
    auto control = test::connect(test::TestServer::instance().cluster().connection_string());
    test::exec(control, "CREATE DATABASE " + longest);
  }
  url_ = test::TestServer::instance().cluster().connection_string(longest);
  EXPECT_NE(rollback::copy_name(longest, 2), rollback::copy_name(longest.substr(0, 62) + "y", 2));
  begin("");
  back_up();
  break_it();
  expect_back();
}

// Fails when rights are asked for after the restore, which may take an hour.
TEST_F(SafePathEdges, ARoleThatMayNotRenameIsRefusedBeforeAnythingIsRestored) {
  set("rollback.restore", "beside");
  begin("");
  back_up();
  break_it();
  const auto name = database();
  at_the_end_ = {"DROP DATABASE " + name + " WITH (FORCE)", "DROP ROLE deployer_e"};
  exec("CREATE ROLE deployer_e LOGIN; ALTER DATABASE " + name +
       " OWNER TO deployer_e; GRANT ALL ON "
       "SCHEMA public, slipway TO deployer_e; GRANT ALL ON ALL TABLES IN SCHEMA public, slipway TO "
       "deployer_e; GRANT ALL ON ALL SEQUENCES IN SCHEMA public, slipway TO deployer_e");
  auto session = connect();
  url_.replace(url_.find("postgres@"), 8, "deployer_e");
  const auto refused = roll_back();
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_code_name(refused.error().code), "unsupported") << refused.error().message;
  EXPECT_NE(refused.error().hint.find("CREATEDB"), std::string::npos) << refused.error().hint;
  EXPECT_EQ(test::value(session, "SELECT count(*) FROM pg_database WHERE starts_with(datname, "
                                 "current_database() || '__')"),
            "0");
  test::exec(session, "ALTER ROLE deployer_e CREATEDB");
  const auto loud = roll_back();
  ASSERT_FALSE(loud);
  EXPECT_NE(loud.error().hint.find("GRANT SET ON PARAMETER"), std::string::npos)
      << loud.error().message;
  EXPECT_NE(loud.error().message.find("belongs to another role"), std::string::npos)
      << loud.error().message;
  EXPECT_EQ(test::value(session, "SELECT count(*) FROM pg_database WHERE starts_with(datname, "
                                 "current_database() || '__')"),
            "0");
  EXPECT_EQ(test::value(session, "SELECT datallowconn FROM pg_database WHERE datname = "
                                 "current_database()"),
            "t");
}

/// Backups that must not be used, at the level of the rollback: refused by name, nothing touched.
class BrokenBackupAtRollback : public SafePathEdges {
protected:
  void SetUp() override {
    SafePathEdges::SetUp();
    begin("");
    manifest_ = back_up();
    break_it();
    exec("INSERT INTO users VALUES (2, 'bob')");
  }
  std::string file(const std::string& path) const {
    return store() + "/" + manifest_.name + "/" + path;
  }
  std::string some_part() const {
    for (const auto& table : manifest_.tables)
      if (table.name == "users") return table.parts.front();
    throw std::runtime_error("the backup has no users");
  }
  static void change(const std::string& path, const std::function<void(std::string&)>& how) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    how(bytes);
    std::ofstream(path, std::ios::binary) << bytes;
  }
  void change_manifest(const std::function<void(backup::Manifest&)>& how) {
    how(manifest_);
    auto text = backup::to_json(manifest_);
    ASSERT_TRUE(text);
    change(file("manifest.json"), [&](std::string& bytes) { bytes = *text; });
  }
  void expect_refused(const std::string& words) {
    const auto refused = roll_back();
    ASSERT_FALSE(refused);
    EXPECT_EQ(error_code_name(refused.error().code), "check_failed") << refused.error().message;
    EXPECT_TRUE(refused.error().message.find(words) != std::string::npos || was_warned_of(words))
        << refused.error().message;
    EXPECT_EQ(value("SELECT string_agg(name, ' ' ORDER BY id) FROM users"), "ann bob");
    EXPECT_EQ(other_databases(), "0");
  }
  backup::Manifest manifest_;
};

TEST_F(BrokenBackupAtRollback, TruncatedPart) {
  change(file(some_part()), [](std::string& bytes) { bytes.pop_back(); });
  expect_refused(manifest_.name + " is damaged: " + some_part() + " has ");
}

TEST_F(BrokenBackupAtRollback, FlippedBit) {
  change(file(some_part()), [](std::string& bytes) { bytes[bytes.size() / 2] ^= 1; });
  expect_refused(manifest_.name + " is damaged: " + some_part() + " does not have the digest");
}

// Fails when a backup that cannot be used is passed over without a word.
TEST_F(BrokenBackupAtRollback, MissingPart) {
  std::filesystem::remove(file(some_part()));
  expect_refused(manifest_.name + " is damaged: " + some_part() + " is missing");
}

TEST_F(BrokenBackupAtRollback, ChangedManifest) {
  change(file("manifest.json"),
         [](std::string& bytes) { bytes[bytes.find("\"rows\": ") + 8] = '7'; });
  expect_refused("it is not what was written");
}

TEST_F(BrokenBackupAtRollback, WrongLabel) {
  std::filesystem::create_directory(store() + "/202001");
  std::filesystem::rename(store() + "/" + manifest_.name,
                          store() + "/202001/20200101_000000_pre-deploy-0a1b2c3d");
  expect_refused("20200101_000000_pre-deploy-0a1b2c3d holds the manifest of " + manifest_.name);
}

TEST_F(BrokenBackupAtRollback, WrongDatabase) {
  change_manifest([](backup::Manifest& manifest) { manifest.database = "shop"; });
  expect_refused("there is no backup from before the run");
  EXPECT_TRUE(was_warned_of(manifest_.name + " is passed over: it is of database shop"));
}

// Fails when only the name of the database is looked at: the values of the dropped column would be
// those of another cluster.
TEST_F(BrokenBackupAtRollback, AnotherCluster) {
  change_manifest(
      [](backup::Manifest& manifest) { manifest.moment.system = "7000000000000000001"; });
  expect_refused(manifest_.name + " is passed over: it is of another cluster");
}

TEST_F(BrokenBackupAtRollback, OlderServer) {
  change_manifest([](backup::Manifest& manifest) { manifest.server_version += 10'000; });
  expect_refused("which is older");
}

TEST_F(BrokenBackupAtRollback, RowsOfSomeTablesOnly) {
  change_manifest([](backup::Manifest& manifest) { manifest.extent = backup::Extent::tables; });
  expect_refused("there is no backup from before the run");
}

TEST_F(BrokenBackupAtRollback, OtherRowsThanItsManifestSays) {
  change_manifest([](backup::Manifest& manifest) {
    for (auto& table : manifest.tables)
      if (table.name == "users") table.content.sum += 1;
  });
  expect_refused("what was restored is not what " + manifest_.name + " says");
}

} // namespace
} // namespace slipway
