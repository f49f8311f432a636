// Standbys that lag: what a migration writes comes on top.
#include "check.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

Check replication_lag_check();

namespace {

constexpr double k_bytes_in_mb = 1024.0 * 1024.0;

// A role that may not see a standby's state sees that there is one.
constexpr const char* k_question = R"sql(
SELECT COALESCE(r.application_name, ''), r.state IS NULL,
       COALESCE(pg_catalog.pg_wal_lsn_diff(
         CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
              ELSE pg_catalog.pg_current_wal_lsn() END, COALESCE(r.replay_lsn, r.sent_lsn)), 0)::pg_catalog.float8 AS bytes,
       COALESCE(pg_catalog.date_part('epoch', r.replay_lag), 0)
FROM pg_catalog.pg_stat_replication AS r ORDER BY 2, 3 DESC
)sql";

std::vector<pg::Query> questions(const Scene&) {
  return {question(k_question)};
}

struct Lags {
  std::int64_t standbys = 0;
  std::int64_t hidden = 0;
  std::int64_t behind = 0;
  std::string worst;
};

Lags lags_in(const Scene& scene, const pg::Rows& rows) {
  Lags lags{.standbys = static_cast<std::int64_t>(rows.size())};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.boolean(row, 1)) {
      ++lags.hidden;
      continue;
    }
    const bool behind =
        rows.real(row, 2) > static_cast<double>(scene.limits.replication_lag_mb) * k_bytes_in_mb ||
        rows.real(row, 3) * 1000 > static_cast<double>(scene.limits.replication_lag.count());
    if (!behind) continue;
    if (lags.behind++ == 0)
      lags.worst = fmt::format("{} is {} and {} behind", rows.text(row, 0),
                               megabytes(rows.real(row, 2)), age(rows.real(row, 3)));
  }
  return lags;
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto lags = lags_in(scene, answers[0]);
  const auto count = counted(lags.standbys, "standby connection");
  if (lags.behind > 0)
    return {Verdict::warn, fmt::format("{}, {} too far behind; {}", count, lags.behind, lags.worst),
            "SELECT application_name, state, replay_lag FROM pg_stat_replication; -- until it has "
            "caught up"};
  if (lags.hidden > 0)
    return {Verdict::unknown, fmt::format("{}, and how far behind cannot be seen", count),
            fmt::format("GRANT pg_read_all_stats TO {};", quote_identifier(scene.user))};
  return {
      Verdict::pass,
      lags.standbys == 0
          ? std::string("no standby is connected")
          : fmt::format("{}, within {} MB and {}", count, scene.limits.replication_lag_mb,
                        age(static_cast<double>(scene.limits.replication_lag.count()) / 1000.0))};
}

} // namespace

Check replication_lag_check() {
  return {.name = "replication-lag",
          .looks_at = "how far the standbys are behind, in bytes of WAL and in time",
          .warns = "one is more than `preflight.replication_lag_mb` or `preflight.replication_lag` "
                   "behind",
          .stops = "",
          .mend = "wait until it has caught up",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
