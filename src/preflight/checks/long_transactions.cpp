// Old transactions: those that hold locks on our tables, and old snapshots, which a concurrent
// index build waits for whatever they read.
#include "check.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

Check long_transactions_check();

namespace {

constexpr const char* k_sessions = R"sql(
SELECT a.pid, COALESCE(a.application_name, ''), COALESCE(a.usename::pg_catalog.text, ''), COALESCE(a.state, ''),
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start),
       a.backend_xmin IS NOT NULL, COALESCE(pg_catalog.age(a.backend_xmin), 0),
       EXISTS (SELECT FROM pg_catalog.pg_locks AS l JOIN ours AS o ON o.oid = l.relation
               WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' AND l.database = a.datid)
FROM pg_catalog.pg_stat_activity AS a
WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
  AND a.backend_type = 'client backend'
  AND a.xact_start < (pg_catalog.clock_timestamp() - $3::pg_catalog.interval)
ORDER BY a.xact_start
)sql";

constexpr const char* k_hidden = R"sql(
SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS a
WHERE a.datname = pg_catalog.current_database() AND a.usesysid IS NOT NULL AND a.backend_type IS NULL
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  auto params = ours_params(scene);
  params.emplace_back(fmt::format("{} milliseconds", scene.limits.long_transaction.count()));
  return {question(with_ours() + k_sessions, std::move(params)), question(k_hidden)};
}

std::string remedy(const pg::Rows& rows) {
  const bool idle = rows.text(0, 3).rfind("idle in transaction", 0) == 0;
  return fmt::format("slipway locks cancel {}{}", rows.integer(0, 0), idle ? " --terminate" : "");
}

std::string hidden_text(std::int64_t hidden) {
  return fmt::format("{} of other users cannot be seen", counted(hidden, "session"));
}

std::string found_text(const Scene& scene, const pg::Rows& rows) {
  std::int64_t on_ours = 0;
  std::int64_t snapshots = 0;
  std::int64_t oldest_snapshot = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    on_ours += rows.boolean(row, 7) ? 1 : 0;
    snapshots += rows.boolean(row, 5) ? 1 : 0;
    oldest_snapshot = std::max(oldest_snapshot, rows.integer(row, 6));
  }
  auto text = fmt::format(
      "{} older than {}, {} with locks on tables of the plan; the oldest is pid {} ({}, user {}), "
      "{} for {}",
      counted(static_cast<std::int64_t>(rows.size()), "transaction"),
      age(static_cast<double>(scene.limits.long_transaction.count()) / 1000.0), on_ours,
      rows.integer(0, 0), rows.text(0, 1).empty() ? "unnamed application" : rows.text(0, 1),
      rows.text(0, 2), rows.text(0, 3), age(rows.real(0, 4)));
  if (snapshots > 0)
    text += fmt::format("; {} an old snapshot, {} back{}",
                        snapshots == 1 ? "1 holds" : fmt::format("{} hold", snapshots),
                        counted(oldest_snapshot, "transaction"),
                        scene.builds_concurrently()
                            ? ", and the concurrent index build of the plan waits for it"
                            : "");
  return text;
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto& rows = answers[0];
  const auto hidden = answers[1].integer(0, 0);
  if (rows.size() > 0)
    return {Verdict::warn, found_text(scene, rows) + (hidden > 0 ? "; " + hidden_text(hidden) : ""),
            remedy(rows)};
  if (hidden > 0)
    return {Verdict::unknown, hidden_text(hidden) + ", so their age is not known",
            fmt::format("GRANT pg_read_all_stats TO {};", quote_identifier(scene.user))};
  return {Verdict::pass,
          fmt::format("none older than {}",
                      age(static_cast<double>(scene.limits.long_transaction.count()) / 1000.0))};
}

} // namespace

Check long_transactions_check() {
  return {.name = "long-transactions",
          .looks_at =
              "sessions whose transaction is old, idle in it or not, the locks they hold on "
              "tables of the plan, and their snapshots",
          .warns = "one is older than `preflight.long_transaction`",
          .stops = "",
          .mend = "wait, or `slipway locks cancel PID`; `--terminate` for one that is idle",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
