#include "project.hpp"

#include "slipway/app/postmortem.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/app/runbook.hpp"

namespace slipway {
namespace {

class Runbook : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text);",
          "DROP TABLE users;");
  }
  Result<app::RunbookWritten> write_it() {
    return with_context([](const app::Context& context) { return app::write_runbook(context); });
  }
  app::RunbookCheck check() {
    auto found =
        with_context([](const app::Context& context) { return app::check_runbook(context); });
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
  }
  std::string path() {
    return with_context(
        [](const app::Context& context) { return context.config.path("runbook.output"); });
  }
  std::string text() { return files_.read(path()).value_or("there is no runbook"); }
  void put(const std::string& bytes) { ASSERT_TRUE(files_.write(path(), bytes, Overwrite::yes)); }
};

TEST_F(Runbook, ItHasTheNamesOfTheDatabaseAndWhatWasMeasured) {
  ASSERT_TRUE(up());
  exec("INSERT INTO users SELECT n, 'u' FROM generate_series(1, 200) AS n; ANALYZE users");
  const auto written = write_it();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->not_asked, "");
  EXPECT_FALSE(written->was_there);
  EXPECT_NE(text().find("| public.users | 200 |"), std::string::npos) << text();
  EXPECT_NE(text().find("(run 1 of "), std::string::npos) << text();
  EXPECT_NE(text().find(value("SELECT current_database()")), std::string::npos);
  EXPECT_EQ(text().find("slipway.migration"), std::string::npos) << "our own tables are not theirs";
}

TEST_F(Runbook, IsStaleWhenMigrationsOrTheTextChangeAndNotForItsLog) {
  EXPECT_TRUE(check().is_missing);
  ASSERT_TRUE(up());
  ASSERT_TRUE(write_it());
  EXPECT_FALSE(check().is_stale);
  put(text() + "| 2026-11-20 | by hand |\n\nBob was on call.\n");
  EXPECT_FALSE(check().is_stale) << "section 7 is people's own";
  write("2_more.sql", "CREATE TABLE more (id int);", "DROP TABLE more;");
  const auto stale = check();
  EXPECT_TRUE(stale.is_stale);
  EXPECT_NE(stale.wanted.find("more"), std::string::npos) << stale.wanted;
  ASSERT_TRUE(write_it());
  EXPECT_FALSE(check().is_stale);
  EXPECT_NE(text().find("Bob was on call."), std::string::npos) << "the log stays";
  auto other = text();
  other.replace(other.find("slipway locks"), 13, "slipway lucks");
  put(other);
  EXPECT_TRUE(check().is_stale);
}

TEST_F(Runbook, WithoutADatabaseWhatWasKnownOfItStays) {
  ASSERT_TRUE(up());
  ASSERT_TRUE(write_it());
  const auto before = text();
  close_looker();
  const auto url = url_;
  url_ = "postgresql://nobody@127.0.0.1:1/nothing";
  const auto written = write_it();
  url_ = url;
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_NE(written->not_asked, "");
  EXPECT_EQ(text(), before);
}

TEST_F(Runbook, AFileOfSomebodyElseIsNotWrittenOver) {
  put("# my notes\n");
  EXPECT_EQ(write_it().error().code, ErrorCode::check_failed);
  EXPECT_EQ(text(), "# my notes\n");
}

TEST_F(Runbook, APasswordIsNotInIt) {
  ASSERT_TRUE(up());
  set("connection.tls", "prefer");
  // Trusted, so that any password does.
  url_ += "&password=sesame-open";
  const auto written = write_it();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->not_asked, "");
  EXPECT_EQ(text().find("sesame-open"), std::string::npos);
}

class Postmortem : public Runbook {
protected:
  Result<app::Postmortem> look(std::int64_t run = 0) {
    return with_context(
        [run](const app::Context& context) { return app::look_into(context, run); });
  }
};

TEST_F(Postmortem, OfTheRunThatFailedWithTheStatementAndTheError) {
  ASSERT_TRUE(up());
  EXPECT_EQ(look().error().code, ErrorCode::check_failed) << "nothing went wrong yet";
  write("2_bad.sql", "CREATE TABLE fine (id int);\nALTER TABLE users DROP COLUMN nothing;",
        "DROP TABLE fine;");
  ASSERT_FALSE(up());
  const auto found = look();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->story.run.row.id, 2);
  EXPECT_EQ(found->rollback(), nullptr);
  const auto draft = app::postmortem_text(*found);
  EXPECT_NE(draft.find("2 bad, up, statement 2: failed"), std::string::npos) << draft;
  EXPECT_NE(draft.find("42703"), std::string::npos) << draft;
  EXPECT_NE(draft.find("____"), std::string::npos) << "there are blanks for people";
  EXPECT_EQ(look(1)->story.run.row.id, 1) << "any run can be asked for";
  EXPECT_EQ(look(77).error().code, ErrorCode::check_failed);
}

TEST_F(Postmortem, OfTheRunThatWasTakenBackAndNotOfALaterGoodOne) {
  ASSERT_TRUE(up());
  write("2_more.sql", "CREATE TABLE more (id int);", "DROP TABLE more;");
  ASSERT_TRUE(up());
  const auto back = with_context([](const app::Context& context) -> Result<app::RollbackReport> {
    SLIPWAY_ASSIGN(const auto outlook, app::look_at_rollback(context, {}));
    return app::roll_back(context, outlook);
  });
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_TRUE(up());
  const auto found = look();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->story.run.row.id, 2);
  ASSERT_NE(found->rollback(), nullptr);
  EXPECT_EQ(found->rollback()->run.row.id, 3);
  EXPECT_FALSE(found->over_backup);
  EXPECT_NE(app::postmortem_text(*found).find("The schema is the one from before the run."),
            std::string::npos);
}

} // namespace
} // namespace slipway
