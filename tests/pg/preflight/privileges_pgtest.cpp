// What a role may not do is found before it is tried, with the statement that gives it.
#include "preflight_test.hpp"

namespace slipway::preflight {
namespace {

class Privileges : public PreflightTest {
protected:
  void SetUp() override {
    PreflightTest::SetUp();
    role_ = make_role("deploy");
    owner_ = make_role("owner");
    exec("CREATE SCHEMA app");
    exec("GRANT USAGE ON SCHEMA app TO " + role_);
    exec("CREATE TABLE app.t (id int)");
    exec("ALTER TABLE app.t OWNER TO " + owner_);
  }
  Finding as_role(const std::string& up) {
    auto session = connect_as(role_);
    return check("privileges", up, session);
  }
  // The check says stop, with this remedy; carried out, it says pass, and so does the server.
  void expect_mended_by(const std::string& remedy, const std::string& up) {
    const auto finding = as_role(up);
    ASSERT_EQ(finding.verdict, Verdict::stop) << finding.found;
    EXPECT_EQ(finding.remedy, remedy) << finding.found;
    auto session = connect_as(role_);
    EXPECT_FALSE(session.execute(SqlText("BEGIN; " + up + "; ROLLBACK"), test::long_wait()))
        << "the check is wrong: " << up << " works";
    test::exec(session, "ROLLBACK");
    exec(finding.remedy);
    EXPECT_EQ(as_role(up).verdict, Verdict::pass) << as_role(up).found;
    auto again = connect_as(role_);
    test::exec(again, "BEGIN; " + up + "; ROLLBACK");
  }
  std::string quoted(const std::string& role) { return "\"" + role + "\""; }

  std::string role_;
  std::string owner_;
};

TEST_F(Privileges, altering_needs_the_owner_and_membership_counts) {
  expect_mended_by("GRANT " + quoted(owner_) + " TO " + quoted(role_) + ";",
                   "ALTER TABLE app.t ADD COLUMN x int;");
}

TEST_F(Privileges, a_table_of_a_superuser_changes_its_owner) {
  exec("ALTER TABLE app.t OWNER TO CURRENT_USER");
  const auto finding = as_role("CREATE INDEX ON app.t (id);");
  EXPECT_EQ(finding.verdict, Verdict::stop);
  EXPECT_EQ(finding.remedy, "ALTER TABLE app.t OWNER TO " + quoted(role_) + ";");
}

TEST_F(Privileges, the_owner_of_the_schema_may_drop) {
  EXPECT_EQ(as_role("DROP TABLE app.t;").verdict, Verdict::stop);
  exec("ALTER SCHEMA app OWNER TO " + role_);
  EXPECT_EQ(as_role("DROP TABLE app.t;").verdict, Verdict::pass);
  EXPECT_EQ(as_role("ALTER TABLE app.t ADD COLUMN x int;").verdict, Verdict::stop);
}

TEST_F(Privileges, creating_needs_the_schema) {
  expect_mended_by("GRANT CREATE ON SCHEMA app TO " + quoted(role_) + ";",
                   "CREATE TABLE app.n (id int);");
}

TEST_F(Privileges, a_schema_that_the_plan_makes_is_not_asked_for) {
  EXPECT_EQ(as_role("CREATE SCHEMA fresh; CREATE TABLE fresh.n (id int);").verdict, Verdict::pass);
}

TEST_F(Privileges, what_the_plan_makes_anew_is_not_what_is_there_now) {
  exec("ALTER SCHEMA app OWNER TO " + role_);
  EXPECT_EQ(as_role("DROP TABLE app.t; CREATE TABLE app.t (id int); "
                    "ALTER TABLE app.t ADD COLUMN x int;")
                .verdict,
            Verdict::pass);
  exec("CREATE TABLE public.shadow (id int)");
  EXPECT_EQ(as_role("CREATE TEMP TABLE shadow (id int); SELECT * FROM shadow;").verdict,
            Verdict::pass);
}

TEST_F(Privileges, rows_need_their_privileges) {
  expect_mended_by("GRANT INSERT ON TABLE app.t TO " + quoted(role_) + ";",
                   "INSERT INTO app.t VALUES (1);");
  expect_mended_by("GRANT SELECT ON TABLE app.t TO " + quoted(role_) + ";",
                   "SELECT count(*) FROM app.t;");
  expect_mended_by("GRANT TRUNCATE ON TABLE app.t TO " + quoted(role_) + ";", "TRUNCATE app.t;");
}

TEST_F(Privileges, a_schema_that_may_not_be_looked_into_is_named) {
  exec("REVOKE USAGE ON SCHEMA app FROM " + role_);
  exec("ALTER TABLE app.t OWNER TO " + role_);
  expect_mended_by("GRANT USAGE ON SCHEMA app TO " + quoted(role_) + ";",
                   "ALTER TABLE app.t ADD COLUMN x int;");
}

TEST_F(Privileges, types_and_routines_have_owners_too) {
  exec("CREATE TYPE app.mood AS ENUM ('a')");
  exec("CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'");
  EXPECT_EQ(as_role("ALTER TYPE app.mood ADD VALUE 'b';").remedy,
            "ALTER TYPE app.mood OWNER TO " + quoted(role_) + ";");
  EXPECT_EQ(as_role("DROP FUNCTION app.f(int);").verdict, Verdict::stop);
  exec("CREATE FUNCTION app.f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
  exec("ALTER FUNCTION app.f(text) OWNER TO " + role_);
  EXPECT_EQ(as_role("DROP FUNCTION app.f(text);").verdict, Verdict::pass);
}

TEST_F(Privileges, a_plan_that_takes_on_another_role_is_warned_only) {
  EXPECT_EQ(as_role("SET ROLE " + owner_ + "; ALTER TABLE app.t ADD COLUMN x int;").verdict,
            Verdict::warn);
}

TEST_F(Privileges, the_superuser_may_do_everything) {
  EXPECT_EQ(check("privileges", "ALTER TABLE app.t ADD COLUMN x int; DROP TABLE app.t;").verdict,
            Verdict::pass);
}

TEST_F(Privileges, an_object_of_the_search_path_is_found) {
  exec("ALTER ROLE " + role_ + " SET search_path = app");
  EXPECT_EQ(as_role("ALTER TABLE t ADD COLUMN x int;").verdict, Verdict::stop);
  exec("ALTER ROLE " + role_ + " SET search_path = public");
  EXPECT_EQ(as_role("ALTER TABLE t ADD COLUMN x int;").verdict, Verdict::pass)
      << "there is no such table; the statement itself will say so";
}

TEST_F(Privileges, the_history_needs_its_place) {
  const auto database = value("SELECT current_database()");
  exec("REVOKE CREATE ON DATABASE " + database + " FROM " + role_);
  const auto lacking = as_role("SELECT 1;");
  EXPECT_EQ(lacking.verdict, Verdict::stop);
  EXPECT_EQ(lacking.remedy,
            "GRANT CREATE ON DATABASE " + quoted(database) + " TO " + quoted(role_) + ";");
  exec("CREATE SCHEMA slipway; CREATE TABLE slipway.run (id int)");
  EXPECT_TRUE(says(as_role("SELECT 1;").remedy, "GRANT USAGE ON SCHEMA \"slipway\""));
  exec("GRANT USAGE ON SCHEMA slipway TO " + role_);
  const auto tables = as_role("SELECT 1;");
  EXPECT_TRUE(says(tables.remedy, "ON ALL TABLES IN SCHEMA")) << tables.remedy;
  exec(tables.remedy);
  EXPECT_EQ(as_role("SELECT 1;").verdict, Verdict::pass);
}

} // namespace
} // namespace slipway::preflight
