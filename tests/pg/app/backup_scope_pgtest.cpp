// How much a deploy backs up follows from what it is about to do, and a rollback over less than
// everything brings all rows back all the same.
#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/deploy.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway {
namespace {

class BackupScope : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    keep_backups_in_a_folder();
    set("deploy.health", "false");
    set("deploy.health_within", "100ms");
    set("deploy.health_every", "10ms");
    write(
        "1_shop.sql",
        "CREATE TABLE countries (code text PRIMARY KEY);\n"
        "CREATE TABLE users (id bigint PRIMARY KEY, country text REFERENCES countries, age int);\n"
        "CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, note text);\n"
        "CREATE TABLE loose (text text);\n"
        "CREATE TABLE events (id int, day int) PARTITION BY LIST (day);\n"
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);\n"
        "CREATE TABLE audit (what text);",
        "DROP TABLE audit, events, loose, orders, users, countries;");
    ASSERT_TRUE(up());
    exec("INSERT INTO countries VALUES ('de'), ('fr');"
         "INSERT INTO users SELECT n, 'de', n FROM generate_series(1, 100) AS n;"
         "INSERT INTO orders SELECT n, n, 'note ' || n FROM generate_series(1, 100) AS n;"
         "INSERT INTO loose VALUES ('a'), ('a'), ('b'); INSERT INTO events VALUES (1, 1), (2, 1)");
  }

  /// The backup that a deploy of these statements takes.
  backup::Manifest taken_for(const std::string& up, const std::string& down,
                             app::Full full = app::Full::no) {
    write("2_change.sql", up, down);
    close_looker();
    (void)with_context([&](const app::Context& context) { return app::deploy(context, full); });
    return newest();
  }
  backup::Manifest newest() {
    auto found = with_context(
        [](const app::Context& context) { return app::find_backup(context, "latest"); });
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(found->manifest);
  }
  static std::string tables(const backup::Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& one : manifest.tables)
      if (one.schema != "slipway") names.push_back(one.name);
    return fmt::format("{}:{}", backup::extent_name(manifest.extent), fmt::join(names, ","));
  }
  /// Applies a migration after a backup made for it, with writes on both sides, and goes back over
  /// the backup.
  Result<app::RollbackReport> there_and_back(const std::string& change) {
    write("2_change.sql", change, "SELECT 1;");
    back_up_pending();
    exec("UPDATE orders SET note = 'before it' WHERE id = 1; DELETE FROM orders WHERE id = 2");
    auto done = up();
    if (!done) return fail(std::move(done).error());
    exec("INSERT INTO orders (id, user_id, note) VALUES (1000, 3, 'after it');"
         "INSERT INTO loose VALUES ('c'); INSERT INTO events VALUES (3, 1)");
    return roll_back();
  }
  void back_up_pending() {
    close_looker();
    const auto made = with_context([](const app::Context& context) -> Result<backup::Manifest> {
      SLIPWAY_ASSIGN(const auto plan, app::plan_of_up(context, {}));
      return app::create_backup(context, {.label = "pre-deploy", .tables = {}, .before = &plan});
    });
    ASSERT_TRUE(made) << made.error().message;
  }
  Result<app::RollbackReport> roll_back() {
    close_looker();
    return with_context([](const app::Context& context) -> Result<app::RollbackReport> {
      SLIPWAY_ASSIGN(const auto outlook,
                     app::look_at_rollback(context, {.wish = rollback::Wish::safe}));
      return app::roll_back(context, outlook);
    });
  }
  static std::string explained(const Error& error) {
    return fmt::format("{} [{}]", error.message, fmt::join(error.notes, "; "));
  }
  std::string all_rows() {
    return value("SELECT (SELECT count(*) FROM countries) || ' ' || (SELECT count(*) FROM users) "
                 "|| ' ' || (SELECT count(*) || ' ' || max(note) FROM orders WHERE id IN (1, 2, "
                 "1000)) || ' ' || (SELECT count(*) FROM orders) || ' ' || "
                 "(SELECT count(*) FROM loose) || ' ' || (SELECT count(*) FROM events)");
  }
  static constexpr const char* k_all_rows = "2 100 2 before it 100 4 3";
};

TEST_F(BackupScope, WhatOnlyAddsNeedsTheSchemaAlone) {
  const auto made = taken_for("ALTER TABLE users ADD COLUMN email text;\nCREATE TABLE n (id int);\n"
                              "INSERT INTO n VALUES (1);\nCREATE INDEX ON users (age);",
                              "DROP TABLE n;\nALTER TABLE users DROP COLUMN email;");
  EXPECT_EQ(tables(made), "schema:");
  ASSERT_EQ(made.reasons.covers.size(), 1U);
  EXPECT_EQ(made.reasons.covers[0].version, "2");
  EXPECT_EQ(made.moment.newest_run, 1);
}

TEST_F(BackupScope, WhatIsTakenAwayIsInItWithWhatItRefersTo) {
  EXPECT_EQ(tables(taken_for("ALTER TABLE users ALTER age TYPE bigint;",
                             "ALTER TABLE users ALTER age TYPE int;")),
            "tables:countries,users");
}

TEST_F(BackupScope, PartitionsComeWithTheirTable) {
  EXPECT_EQ(tables(taken_for("UPDATE events SET id = id + 1;", "UPDATE events SET id = id - 1;")),
            "tables:events_1");
}

// Each of these could take rows of any table. Fails when the catalog is not asked: the text of the
// update names one table.
TEST_F(BackupScope, WhatCannotBeToldNeedsEverything) {
  exec("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM audit; RETURN "
       "NEW; END';"
       "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()");
  const auto made = taken_for("UPDATE users SET age = age + 1;", "SELECT 1;");
  EXPECT_EQ(made.extent, backup::Extent::all);
  EXPECT_NE(fmt::format("{}", fmt::join(made.reasons.why, ";")).find("trigger t"),
            std::string::npos);
}

TEST_F(BackupScope, ABlockOfCodeNeedsEverything) {
  EXPECT_EQ(taken_for("DO $$ BEGIN DELETE FROM audit; END $$;", "SELECT 1;").extent,
            backup::Extent::all);
}

TEST_F(BackupScope, ADownThatTakesAwayCountsToo) {
  EXPECT_EQ(tables(taken_for("ALTER TABLE users ADD COLUMN email text;",
                             "ALTER TABLE users DROP COLUMN age;")),
            "tables:countries,users");
}

TEST_F(BackupScope, FullForcesEverything) {
  EXPECT_EQ(taken_for("CREATE TABLE n (id int);", "DROP TABLE n;", app::Full::yes).extent,
            backup::Extent::all);
}

TEST_F(BackupScope, ARetypeComesBackOverItsTableAlone) {
  const auto back = there_and_back(
      "ALTER TABLE users ALTER age TYPE text USING 'x' || age;\nALTER TABLE users RENAME COLUMN "
      "country TO land;");
  EXPECT_EQ(tables(newest()), "tables:countries,users");
  ASSERT_TRUE(back) << explained(back.error());
  EXPECT_TRUE(back->proven);
  EXPECT_EQ(all_rows(), k_all_rows);
  EXPECT_EQ(value("SELECT sum(age) FROM users"), "5050");
}

TEST_F(BackupScope, ADroppedColumnComesBackOverItsTableAlone) {
  const auto back = there_and_back("ALTER TABLE users DROP COLUMN age;");
  ASSERT_TRUE(back) << explained(back.error());
  EXPECT_EQ(all_rows(), k_all_rows);
  EXPECT_EQ(value("SELECT sum(age) FROM users"), "5050");
}

TEST_F(BackupScope, WhatOnlyAddedGoesBackOverTheSchemaAlone) {
  const auto back = there_and_back("ALTER TABLE users ADD COLUMN email text;");
  EXPECT_EQ(tables(newest()), "schema:");
  ASSERT_TRUE(back) << explained(back.error());
  EXPECT_EQ(all_rows(), k_all_rows);
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "1") << "the history is in it";
}

TEST_F(BackupScope, ACopyInsideTheClusterIsGoneOverToo) {
  const auto copy = value("SELECT current_database()") + "_before";
  write("2_change.sql", "ALTER TABLE users DROP COLUMN age;", "SELECT 1;");
  close_looker();
  const auto made = with_context([&](const app::Context& context) {
    return app::copy_target(context, {.label = "pre-deploy", .tables = {}}, copy);
  });
  ASSERT_TRUE(made) << explained(made.error());
  exec("UPDATE orders SET note = 'before it' WHERE id = 1; DELETE FROM orders WHERE id = 2");
  ASSERT_TRUE(up());
  exec("INSERT INTO orders (id, user_id, note) VALUES (1000, 3, 'after it');"
       "INSERT INTO loose VALUES ('c'); INSERT INTO events VALUES (3, 1)");
  const auto back = roll_back();
  ASSERT_TRUE(back) << explained(back.error());
  EXPECT_EQ(all_rows(), k_all_rows);
  EXPECT_EQ(value("SELECT sum(age) FROM users"), "5050");
  exec("DROP DATABASE " + quote_identifier(copy));
}

// Fails when the live database is not looked at: the copy would come without the column's values,
// and nothing would say so.
TEST_F(BackupScope, RowsThatTheLiveDatabaseHasNoMoreAreNamed) {
  write("2_change.sql", "ALTER TABLE users ADD COLUMN email text;", "SELECT 1;");
  back_up_pending();
  ASSERT_TRUE(up());
  exec("ALTER TABLE orders DROP COLUMN note");
  const auto back = roll_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::check_failed);
  EXPECT_NE(explained(back.error()).find("note"), std::string::npos) << explained(back.error());
  EXPECT_EQ(value("SELECT count(*) FROM pg_database WHERE datname LIKE current_database() || "
                  "'\\_\\_%'"),
            "0")
      << "nothing was begun";
}

// Fails when what a backup was made for is not compared: the file was changed after it.
TEST_F(BackupScope, ABackupForOtherMigrationsIsOfNoUse) {
  write("2_change.sql", "ALTER TABLE users ADD COLUMN email text;", "SELECT 1;");
  back_up_pending();
  write("2_change.sql", "DELETE FROM orders;\nALTER TABLE users ADD COLUMN email text;",
        "SELECT 1;");
  ASSERT_TRUE(up());
  const auto back = roll_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::check_failed);
  const auto warnings = sink_.all<event::Warning>();
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const auto& one) {
    return one.message.find("could take away") != std::string::npos;
  }));
}

} // namespace
} // namespace slipway
