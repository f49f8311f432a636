// What the demo shows, act by act. Each promise it makes is checked as it goes.
#include "demo_files.hpp"
#include "demo_stage.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace slipway::cli {

namespace {

constexpr const char* k_before_contract = "20261117090000";
constexpr const char* k_contract = "20261120090000";

Result<nlohmann::json> status_of(DemoStage& stage) {
  SLIPWAY_ASSIGN(const auto finished, stage.run_quietly({"status", "--json"}));
  auto json = nlohmann::json::parse(finished.output, nullptr, false);
  if (json.is_discarded())
    return fail(ErrorCode::internal, "the demo could not read `slipway status --json`");
  return json;
}

Status expect_pending(DemoStage& stage, std::size_t pending, const std::string& promise) {
  SLIPWAY_ASSIGN(const auto status, status_of(stage));
  return stage.expect(status["counts"]["pending"] == pending, promise);
}

Status apply_most(DemoStage& stage) {
  stage.title("1. From files to a schema");
  stage.say(
      "A small shop: users, sessions, orders. Eight migrations wait in migrations/. The last one drops a column that\n"
      "the running release still reads, so it has to wait for the next release; the others can go now.");
  SLIPWAY_TRY(stage.slipway({"up", "--to", k_before_contract}, 0));
  SLIPWAY_TRY(stage.sql(
      "INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada'), ('grace@example.com', 'Grace')"));
  stage.say(
      "Two people sign up through the old release, which writes users.name. The sync trigger of the expand phase keeps\n"
      "display_name in step, so that old and new release can run side by side.");
  SLIPWAY_ASSIGN(const auto in_step,
                 stage.sql("SELECT count(*) FROM users WHERE name = display_name"));
  SLIPWAY_TRY(stage.expect(in_step == "2", "both rows have name and display_name in step"));
  SLIPWAY_TRY(stage.slipway({"status"}, 0));
  return expect_pending(stage, 1, "one migration is pending: the contract");
}

// Polls what the server shows until `condition` is true of it.
Status await(DemoStage& stage, const std::string& condition, const std::string& what) {
  const auto deadline = Deadline::after(Millis(20'000));
  while (!deadline.passed() && !stage.wait().stop_requested()) {
    const auto answer = stage.sql("SELECT " + condition);
    if (!answer) return fail(answer.error());
    if (*answer == "t") return {};
    std::this_thread::sleep_for(Millis(20));
  }
  return fail(ErrorCode::internal, "the demo waited in vain for " + what);
}

Status two_runners(DemoStage& stage) {
  stage.title("2. Two runners at once");
  stage.say(
      "The next release is out: the contract may run. Two pods start `slipway up` at the same time, while somebody's report\n"
      "is reading users.");
  Result<os::Finished> first{os::Finished{}};
  Result<os::Finished> second{os::Finished{}};
  SLIPWAY_ASSIGN(auto report, stage.application("report"));
  SLIPWAY_TRY(report.execute(SqlText("BEGIN"), stage.wait()));
  SLIPWAY_TRY(report.execute(SqlText("SELECT count(*) FROM users"), stage.wait()));
  {
    std::jthread first_pod([&] { first = stage.run_quietly({"up"}); });
    SLIPWAY_TRY(await(
        stage,
        "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'slipway:%:up' AND query LIKE '%to_regclass(w.name)%')",
        "the first runner"));
    std::jthread second_pod([&] { second = stage.run_quietly({"up"}); });
    SLIPWAY_TRY(await(
        stage,
        "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' AND state = 'idle')",
        "the second runner"));
    SLIPWAY_ASSIGN(
        const auto queued,
        stage.sql(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted AND relation = 'users'::regclass"));
    SLIPWAY_TRY(stage.expect(queued == "0", "nobody queues on users while the report reads it"));
    SLIPWAY_TRY(report.execute(SqlText("COMMIT"), stage.wait()));
  }
  SLIPWAY_TRY(first);
  SLIPWAY_TRY(second);
  stage.say("The first pod:");
  stage.show({"up"}, *first);
  stage.say("The second pod:");
  stage.show({"up"}, *second);
  SLIPWAY_TRY(
      stage.expect(first->exit_status == 0 && second->exit_status == 0, "both end with status 0"));
  SLIPWAY_TRY(stage.expect(second->errors.find("slipway") != std::string::npos &&
                               second->errors.find("othing to do") != std::string::npos,
                           "the second one waited for the first and found nothing to do"));
  SLIPWAY_ASSIGN(
      const auto times,
      stage.sql(fmt::format(
          "SELECT count(*) FROM slipway.journal WHERE version = {} AND statement = 1 AND state = 'finished'",
          k_contract)));
  return stage.expect(times == "1", "the contract ran exactly once");
}

Status broken_migration(DemoStage& stage) {
  stage.title("3. A migration that breaks");
  stage.say("Somebody merges a migration that expects a column which the database does not have.");
  std::string name;
  for (const auto& file : demo_files()) {
    if (file.path.rfind("broken/", 0) != 0) continue;
    name = "migrations/" + std::string(file.path.substr(std::string_view("broken/").size()));
    SLIPWAY_TRY(stage.add_file(name, file.text));
  }
  SLIPWAY_ASSIGN(const auto before, stage.schema_digest());
  SLIPWAY_ASSIGN(const auto failed, stage.slipway({"up"}, 1));
  SLIPWAY_TRY(
      stage.expect(failed.errors.find("column \"user_id\" of relation \"orders\" does not exist") !=
                       std::string::npos,
                   "the error names the column, the file, the line and what to do"));
  SLIPWAY_ASSIGN(const auto after, stage.schema_digest());
  SLIPWAY_TRY(stage.expect(
      before == after,
      "nothing is left behind: the statement before the failing one was rolled back too"));
  SLIPWAY_TRY(expect_pending(stage, 1, "the broken migration is still pending"));
  return stage.remove_file(name);
}

Status there_and_back(DemoStage& stage) {
  stage.title("4. Down, up again, redo");
  stage.say(
      "The contract turns out to be too early: back with it. The down script comes from the database itself, where it was\n"
      "stored when the migration was applied.");
  SLIPWAY_ASSIGN(const auto contracted, stage.schema_digest());
  SLIPWAY_TRY(stage.slipway({"down"}, 0));
  SLIPWAY_ASSIGN(const auto names,
                 stage.sql("SELECT string_agg(name, ', ' ORDER BY name) FROM users"));
  SLIPWAY_TRY(stage.expect(names == "Ada, Grace", "the column is back, with its values"));
  SLIPWAY_TRY(stage.slipway({"up"}, 0));
  SLIPWAY_TRY(stage.slipway({"redo"}, 0));
  SLIPWAY_ASSIGN(const auto again, stage.schema_digest());
  SLIPWAY_TRY(stage.expect(contracted == again, "the schema is the same as before going down"));
  SLIPWAY_TRY(stage.slipway({"status"}, 0));
  return expect_pending(stage, 0, "everything is applied");
}

} // namespace

Status play_demo(DemoStage& stage) {
  SLIPWAY_TRY(apply_most(stage));
  SLIPWAY_TRY(two_runners(stage));
  SLIPWAY_TRY(broken_migration(stage));
  SLIPWAY_TRY(there_and_back(stage));
  return play_night(stage);
}

} // namespace slipway::cli
