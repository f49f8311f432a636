// Preflight as a part of `up`, and on its own.
#include "project.hpp"

#include "slipway/app/preflight.hpp"

namespace slipway {
namespace {

class Preflight : public test::ProjectTest {
protected:
  std::vector<std::string> checks_told(const std::string& verdict) {
    std::vector<std::string> checks;
    for (const auto& one : sink_.all<event::PreflightChecked>())
      if (one.verdict == verdict) checks.push_back(one.check);
    return checks;
  }
  void become(const std::string& role) { url_ += "&user=" + role; }
  std::string make_role() {
    const std::string role = "flier_" + value("SELECT current_database()");
    exec("CREATE ROLE " + role + " LOGIN");
    exec("GRANT CREATE ON DATABASE " + value("SELECT current_database()") + " TO " + role);
    return role;
  }
};

// Fails when `up` does not look, or goes on after a stop: the first migration would stay.
TEST_F(Preflight, UpRefusesBeforeAnythingIsChanged) {
  exec("CREATE TABLE owned (id int)");
  write("1_a.sql", "CREATE SCHEMA mine;", "DROP SCHEMA mine;");
  write("2_b.sql", "ALTER TABLE public.owned ADD COLUMN x int;", "SELECT 1;");
  const auto role = make_role();
  const auto url = url_;
  become(role);
  const auto refused = up();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::check_failed);
  EXPECT_EQ(refused.error().database_state, "nothing was changed");
  EXPECT_NE(refused.error().message.find("privileges"), std::string::npos)
      << refused.error().message;
  EXPECT_NE(refused.error().hint.find("ALTER TABLE public.owned OWNER TO"), std::string::npos)
      << refused.error().hint;
  EXPECT_EQ(checks_told("stop"), (std::vector<std::string>{"privileges"}));
  EXPECT_EQ(value("SELECT count(*) FROM pg_namespace WHERE nspname IN ('mine', 'slipway')"), "0");
  url_ = url;
  exec("ALTER TABLE owned OWNER TO " + role);
  become(role);
  ASSERT_TRUE(up());
  EXPECT_EQ(value("SELECT count(*) FROM pg_namespace WHERE nspname IN ('mine', 'slipway')"), "2");
}

TEST_F(Preflight, AWarningIsToldAndTheRunGoesOn) {
  exec("CREATE TABLE t (id int)");
  exec("ALTER TABLE t ADD CONSTRAINT small CHECK (id < 10) NOT VALID");
  write("1_a.sql", "ALTER TABLE t ADD COLUMN x int;", "SELECT 1;");
  ASSERT_TRUE(up());
  EXPECT_EQ(checks_told("warn"), (std::vector<std::string>{"unvalidated-constraints"}));
}

TEST_F(Preflight, NothingToApplyIsNotLookedAt) {
  ASSERT_TRUE(up());
  EXPECT_TRUE(sink_.all<event::PreflightChecked>().empty());
}

TEST_F(Preflight, ItCanBeTurnedOffAndInParts) {
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  set("preflight.skip", "disk");
  ASSERT_TRUE(up());
  const auto notes = sink_.all<event::Note>();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const event::Note& note) {
    return note.message.find("disk not checked") != std::string::npos;
  }));
  EXPECT_FALSE(sink_.all<event::PreflightChecked>().empty());
  sink_.events.clear();
  write("2_a.sql", "SELECT 1;", "SELECT 1;");
  set("preflight.enabled", "false");
  ASSERT_TRUE(up());
  EXPECT_TRUE(sink_.all<event::PreflightChecked>().empty());
}

TEST_F(Preflight, OnItsOwnItLooksAtTheSelectionOnly) {
  exec("CREATE TABLE owned (id int)");
  write("1_a.sql", "CREATE SCHEMA mine;", "DROP SCHEMA mine;");
  write("2_b.sql", "ALTER TABLE public.owned ADD COLUMN x int;", "SELECT 1;");
  become(make_role());
  const auto look = [&](const plan::Selection& selection) {
    return with_context(
        [&](const app::Context& context) { return app::preflight_of_up(context, selection); });
  };
  const auto all = look({});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_FALSE(all->may_start());
  const auto first = look({.to = std::nullopt, .steps = 1});
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->may_start());
}

} // namespace
} // namespace slipway
