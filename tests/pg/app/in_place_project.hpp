#pragma once

#include "project.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>
#include <optional>

namespace slipway::test {

/// A project whose role owns the database and all that is in it, and may do nothing else: no
/// CREATEDB, no REPLICATION, no superuser. Two schemas and one for an extension, foreign keys, a
/// trigger, views, sequences.
class InPlaceProjectTest : public ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    admin_ = url_;
    const auto database = value("SELECT current_database()");
    owner_ = database + "_owner";
    writer_ = database + "_writer";
    exec("CREATE ROLE " + owner_ + " LOGIN; CREATE ROLE " + writer_ + " LOGIN; ALTER DATABASE " +
         quote_identifier(database) + " OWNER TO " + owner_);
    if (major_version() < 15) exec("ALTER SCHEMA public OWNER TO " + owner_);
    close_looker();
    url_ += "&user=" + owner_;
    keep_backups_in_a_folder();
    write("1_shop.sql", first_migration(), "SELECT 1;");
    const auto applied = up();
    ASSERT_TRUE(applied) << applied.error().message;
    exec(
        "INSERT INTO users (name, mood, age) SELECT 'u' || n, 'good', n FROM generate_series(1, 50) AS n;"
        "INSERT INTO shop.orders (user_id, total) SELECT 1 + n % 50, n FROM generate_series(1, 200) "
        "AS n; INSERT INTO lines VALUES ('one'), ('one')");
  }
  void TearDown() override {
    close_looker();
    url_ = admin_;
    exec("ALTER DATABASE " + quote_identifier(value("SELECT current_database()")) +
         " OWNER TO CURRENT_USER; DROP OWNED BY " + owner_ + ", " + writer_ +
         " CASCADE; DROP ROLE " + owner_ + ", " + writer_);
  }

  std::string first_migration() const {
    return "CREATE SCHEMA extensions;\nCREATE EXTENSION citext SCHEMA extensions;\nCREATE TYPE mood AS ENUM ('good', 'bad');\n"
           "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT "
           "NULL UNIQUE, mood mood, age int, note text DEFAULT 'old', nick extensions.citext);\n"
           "CREATE TABLE lines (text text);\nCREATE SEQUENCE numbers;\n"
           "CREATE SCHEMA shop;\nCOMMENT ON SCHEMA shop IS 'what is sold';\n"
           "CREATE TABLE shop.orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES "
           "public.users ON DELETE CASCADE, total numeric CHECK (total >= 0));\n"
           "CREATE INDEX orders_user ON shop.orders (user_id);\n"
           "CREATE TABLE shop.audit (id bigserial PRIMARY KEY, order_id bigint);\n"
           "CREATE FUNCTION shop.note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO "
           "shop.audit (order_id) VALUES (NEW.id); RETURN NEW; END$$;\n"
           "CREATE TRIGGER note AFTER INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION "
           "shop.note();\n"
           "CREATE VIEW shop.rich AS SELECT u.name, sum(o.total) AS total FROM public.users AS u "
           "JOIN shop.orders AS o ON o.user_id = u.id GROUP BY u.name;\n"
           "CREATE MATERIALIZED VIEW shop.totals AS SELECT user_id, sum(total) AS total FROM "
           "shop.orders GROUP BY user_id;\n"
           "GRANT USAGE ON SCHEMA shop TO " +
           writer_ +
           ";\nGRANT SELECT, INSERT, UPDATE ON users, lines, shop.orders, shop.audit TO " +
           writer_ + ";\nGRANT USAGE ON ALL SEQUENCES IN SCHEMA shop TO " + writer_ + ";";
  }

  /// Runs as a superuser.
  void as_admin(const std::string& sql) {
    auto session = test::connect(admin_);
    test::exec(session, sql);
  }
  void back_up() {
    const auto made =
        with_context([](const app::Context& context) { return app::create_backup(context, {}); });
    ASSERT_TRUE(made) << made.error().message;
    exec("SELECT pg_sleep(1.1)");
  }
  void break_it(const std::string& text) {
    write("2_break.sql", text, "SELECT 1;");
    const auto applied = up();
    ASSERT_TRUE(applied) << applied.error().message;
  }
  Result<app::RollbackOutlook> look() {
    return with_context([](const app::Context& context) {
      return app::look_at_rollback(context, {.run = 0, .wish = rollback::Wish::safe});
    });
  }
  Result<app::RollbackReport> roll_back() {
    const auto outlook = look();
    if (!outlook) return fail(outlook.error());
    close_looker();
    return with_context(
        [&](const app::Context& context) { return app::roll_back(context, *outlook); });
  }
  std::string said() const {
    std::string text;
    for (const auto& one : sink_.all<event::Note>()) text += one.message + "\n";
    for (const auto& one : sink_.all<event::Warning>()) text += one.message + "\n";
    return text;
  }
  static std::string explained(const Error& error) {
    std::string text = error.message + "\n" + error.hint + "\n" + error.database_state + "\n";
    for (const auto& one : error.notes) text += one + "\n";
    return text;
  }
  std::string schemas() {
    return value("SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname "
                 "!~ '^pg_' AND nspname NOT IN ('information_schema', 'extensions')");
  }
  std::string fingerprint_before() {
    return value("SELECT fingerprint_before FROM slipway.run WHERE id = 2");
  }

  std::string admin_;
  std::string owner_;
  std::string writer_;
};

/// Renames, retypes and drops columns, makes a table.
inline constexpr const char* k_breaking_in_place =
    "ALTER TABLE users RENAME COLUMN name TO label;\nALTER TABLE users DROP COLUMN note;\n"
    "ALTER TABLE users ALTER COLUMN age TYPE bigint;\nALTER TYPE mood ADD VALUE 'so so';\n"
    "CREATE TABLE news (id int PRIMARY KEY);\nDROP VIEW shop.rich;";

} // namespace slipway::test
