// What soft drops have put aside: whose it is, and its end.
#include "slipway/app/trash.hpp"

#include "runner.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/locks/survey.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <random>

namespace slipway::app {

namespace {

constexpr Millis k_shortest_pause{50};
constexpr Millis k_longest_pause{1'000};

Result<std::optional<std::chrono::seconds>> age_of(pg::Session& session, const std::string& time,
                                                   const Wait& wait) {
  if (time.empty()) return std::optional<std::chrono::seconds>();
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.floor(pg_catalog.date_part('epoch', "
                                       "pg_catalog.now() OPERATOR(pg_catalog.-) "
                                       "$1::pg_catalog.timestamptz))::bigint"),
                               {time}, wait));
  return std::optional(std::chrono::seconds(rows.integer(0, 0)));
}

Result<plan::History> history_with_texts(const Context& context, pg::Session& session,
                                         const Wait& wait) {
  const auto store = history_store(context);
  SLIPWAY_ASSIGN(const int layout, store.layout(session, wait));
  if (layout == 0) return plan::History{};
  SLIPWAY_ASSIGN(auto history, store.read(session, wait));
  std::vector<Version> versions;
  for (const auto& one : history.applied) versions.push_back(one.version);
  SLIPWAY_TRY(store.read_texts(session, history, versions, wait));
  return history;
}

// Drops one after the other on the runner's session.
class Emptying {
public:
  Emptying(const Context& context, Runner& runner, const Wait& wait)
      : context_(context), runner_(runner), wait_(wait),
        budget_(wait.within(context.config.duration("apply.lock_budget"))) {}

  Status drop(const std::string& sql) {
    for (;;) {
      auto done = try_once(sql);
      if (done) return {};
      if (!runner_.session().usable()) return done;
      const bool busy = done.error().is_lock_timeout() || done.error().is_deadlock();
      if (!busy) return done;
      if (budget_.deadline.passed() || wait_.stop_requested()) return in_the_way(sql);
      os::pause(some_pause(), budget_);
    }
  }

private:
  Status try_once(const std::string& sql) {
    auto& session = runner_.session();
    SLIPWAY_TRY(session.execute(SqlText("BEGIN"), wait_));
    auto done = within_transaction(sql);
    if (done) return done;
    if (session.usable()) SLIPWAY_TRY(session.execute(SqlText("ROLLBACK"), wait_));
    return done;
  }

  Status within_transaction(const std::string& sql) {
    auto& session = runner_.session();
    auto queries = runner_.prologue();
    queries.push_back({SqlText(limit("lock_timeout", "apply.lock_timeout")), {}});
    queries.push_back({SqlText(limit("statement_timeout", "apply.statement_timeout")), {}});
    SLIPWAY_TRY(session.pipeline(queries, wait_));
    SLIPWAY_TRY(session.execute(SqlText(sql), wait_));
    SLIPWAY_TRY(session.execute(SqlText("COMMIT"), wait_));
    return {};
  }

  std::string limit(std::string_view name, std::string_view setting) const {
    return fmt::format("SET LOCAL {} = '{}ms'", name, context_.config.duration(setting).count());
  }

  static Millis some_pause() {
    std::minstd_rand random(std::random_device{}());
    return Millis(std::uniform_int_distribution<std::int64_t>(k_shortest_pause.count(),
                                                              k_longest_pause.count())(random));
  }

  Status in_the_way(const std::string& sql) {
    Error error(ErrorCode::lock_timeout,
                "the trash could not be emptied: what it holds is in use: " + sql);
    const auto facts = sql::analyse({sql});
    if (const auto seen = locks::survey(runner_.session(), {&facts.front()}, wait_);
        seen && !seen->blockers.empty())
      error.notes.push_back("in the way: " + locks::describe(seen->blockers));
    return fail(std::move(error)
                    .with_hint("try again when there is less to do, or give it more time with "
                               "--lock-timeout and apply.lock_budget")
                    .with_next("slipway trash empty"));
  }

  const Context& context_;
  Runner& runner_;
  const Wait& wait_;
  const Wait budget_;
};

Status empty_all(const Context& context, Runner& runner, const TrashSelection& which,
                 TrashEmptied& emptied, const Wait& wait) {
  // What somebody else took back or dropped since is not there any more.
  SLIPWAY_ASSIGN(const auto report, read_trash_report(context, runner.session(), wait));
  Emptying emptying(context, runner, wait);
  for (const auto& one : report.entries) {
    if (!is_meant(one, which)) continue;
    SLIPWAY_TRY(runner.start_run(0, wait));
    SLIPWAY_TRY(emptying.drop(one.item.drop_sql()));
    emptied.dropped.push_back(one.item.was());
  }
  SLIPWAY_ASSIGN(const auto left, read_trash_report(context, runner.session(), wait));
  for (const auto& schema : left.empty_schemas)
    SLIPWAY_TRY(emptying.drop("DROP SCHEMA " + quote_identifier(schema)));
  return {};
}

Error with_dropped(Error error, const std::vector<std::string>& dropped) {
  if (dropped.empty()) return error;
  error.notes.push_back(fmt::format("dropped before it, and gone: {}", fmt::join(dropped, ", ")));
  return error;
}

} // namespace

Result<TrashReport> read_trash_report(const Context& context, pg::Session& session,
                                      const Wait& wait) {
  SLIPWAY_ASSIGN(auto trash, inspect::read_trash(session, wait));
  TrashReport report;
  report.database = session.database();
  for (auto& schema : trash.schemas)
    if (std::none_of(trash.items.begin(), trash.items.end(), [&](const auto& one) {
          return one.column == 0 && one.table.schema == schema;
        }))
      report.empty_schemas.push_back(std::move(schema));
  if (trash.items.empty()) return report;
  SLIPWAY_ASSIGN(const auto history, history_with_texts(context, session, wait));
  for (auto& item : trash.items) {
    TrashEntry entry{.item = std::move(item), .run = 0, .migration = {}, .age = {}};
    for (const auto& one : history.applied) {
      if (!one.up_text || one.up_text->find(entry.item.trash_name()) == std::string::npos) continue;
      entry.run = one.run;
      entry.migration = one.version.str() + " " + one.name;
      SLIPWAY_ASSIGN(entry.age, age_of(session, one.applied_at, wait));
    }
    report.entries.push_back(std::move(entry));
  }
  return report;
}

Result<TrashReport> list_trash(const Context& context) {
  const auto wait = look_wait(context);
  SLIPWAY_ASSIGN(auto session, open_session(context, "trash", wait));
  return read_trash_report(context, session, wait);
}

bool is_meant(const TrashEntry& entry, const TrashSelection& which) {
  if (which.run && entry.run != *which.run) return false;
  return !which.older_than || (entry.age && *entry.age >= *which.older_than);
}

Result<TrashEmptied> empty_trash(const Context& context, const TrashSelection& which) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "trash", wait));
  TrashEmptied emptied;
  auto outcome = empty_all(context, *runner, which, emptied, wait);
  if (!outcome) outcome = fail(with_dropped(std::move(outcome).error(), emptied.dropped));
  SLIPWAY_ASSIGN(const auto report,
                 runner->finish({.run = 0, .done = {}, .dropped = emptied.dropped.size()},
                                std::move(outcome)));
  emptied.run = emptied.dropped.empty() ? 0 : runner->run_id();
  return emptied;
}

} // namespace slipway::app
