// Autovacuum on our tables: an ordinary one steps aside, one against wraparound never does.
#include "check.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

Check autovacuum_check();

namespace {

// A worker holds SHARE UPDATE EXCLUSIVE and belongs to no user, which anybody may see; what it does
// is seen by some only.
constexpr const char* k_running = R"sql(
SELECT l.pid, (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)),
       a.backend_type IS NULL,
       pg_catalog.strpos(COALESCE(a.query, ''), 'to prevent wraparound') > 0,
       COALESCE(p.phase, ''), COALESCE(p.heap_blks_scanned, 0), COALESCE(p.heap_blks_total, 0)
FROM ours AS o JOIN pg_catalog.pg_locks AS l ON l.relation = o.oid
JOIN pg_catalog.pg_class AS c ON c.oid = o.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
LEFT JOIN pg_catalog.pg_stat_progress_vacuum AS p ON p.pid = l.pid
WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'ShareUpdateExclusiveLock' AND l.database = a.datid
  AND a.usesysid IS NULL AND (a.backend_type IS NULL OR a.backend_type = 'autovacuum worker')
ORDER BY 4 DESC, 1
)sql";

// A table's own limit may only be lower than the server's.
constexpr const char* k_ages = R"sql(,
aged AS (
  SELECT c.oid, pg_catalog.age(c.relfrozenxid) AS xids, pg_catalog.mxid_age(c.relminmxid) AS mxids,
         LEAST(pg_catalog.current_setting('autovacuum_freeze_max_age')::pg_catalog.int8,
               (SELECT v.option_value::pg_catalog.int8 FROM pg_catalog.pg_options_to_table(c.reloptions) AS v
                WHERE v.option_name = 'autovacuum_freeze_max_age')) AS xid_limit,
         LEAST(pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::pg_catalog.int8,
               (SELECT v.option_value::pg_catalog.int8 FROM pg_catalog.pg_options_to_table(c.reloptions) AS v
                WHERE v.option_name = 'autovacuum_multixact_freeze_max_age')) AS mxid_limit
  FROM ours AS o JOIN pg_catalog.pg_class AS c ON c.oid = o.oid WHERE c.relkind = ANY ('{r,m}'::pg_catalog."char"[])),
used AS (
  SELECT a.oid, GREATEST((a.xids * 100.0) OPERATOR(pg_catalog./) a.xid_limit,
                         (a.mxids * 100.0) OPERATOR(pg_catalog./) a.mxid_limit) AS percent FROM aged AS a)
SELECT (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)), u.percent::pg_catalog.int8
FROM used AS u JOIN pg_catalog.pg_class AS c ON c.oid = u.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE u.percent >= $3::pg_catalog.int8 ORDER BY u.percent DESC
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  auto params = ours_params(scene);
  auto with_percent = params;
  with_percent.emplace_back(std::to_string(scene.limits.wraparound_percent));
  return {question(with_ours() + k_running, std::move(params)),
          question(with_ours() + k_ages, std::move(with_percent))};
}

std::string progress(const pg::Rows& rows) {
  if (rows.boolean(0, 2)) return "what it does cannot be seen";
  if (rows.text(0, 4).empty()) return "no progress told";
  return fmt::format("{}, {} of {} blocks", rows.text(0, 4), rows.integer(0, 5),
                     rows.integer(0, 6));
}

Opinion running(const pg::Rows& rows) {
  const bool hidden = rows.boolean(0, 2);
  const bool wraparound = rows.boolean(0, 3);
  const auto text =
      fmt::format("{} on tables of the plan; pid {} on {} ({}){}",
                  counted(static_cast<std::int64_t>(rows.size()), "autovacuum worker"),
                  rows.integer(0, 0), rows.text(0, 1), progress(rows),
                  wraparound ? " is against wraparound and does not step aside" : "");
  if (wraparound) return {Verdict::warn, text, "wait for it to end; never cancel it"};
  return {Verdict::warn, text + (hidden ? ", so it may be one against wraparound" : ""),
          fmt::format("SELECT pg_cancel_backend({}); -- unless it is against wraparound",
                      rows.integer(0, 0))};
}

Opinion judge(const Scene& scene, const Answers& answers) {
  if (answers[0].size() > 0) return running(answers[0]);
  const auto& old = answers[1];
  if (old.size() == 0)
    return {Verdict::pass,
            fmt::format("none at work on tables of the plan, and all below {} % of the age that "
                        "forces one",
                        scene.limits.wraparound_percent)};
  return {Verdict::warn,
          fmt::format("{} soon vacuumed against wraparound, which does not step aside: {} is at {} "
                      "% of the age",
                      old.size() == 1 ? "1 table is" : fmt::format("{} tables are", old.size()),
                      old.text(0, 0), old.integer(0, 1)),
          fmt::format("VACUUM (FREEZE) {};", old.text(0, 0))};
}

} // namespace

Check autovacuum_check() {
  return {.name = "autovacuum",
          .looks_at =
              "autovacuum workers on tables of the plan with their progress, and the age of "
              "those tables against the limits that force a vacuum",
          .warns = "one is at work, or a table is beyond `preflight.wraparound_percent` of a limit",
          .stops = "",
          .mend = "wait, or VACUUM (FREEZE) first; an ordinary one may be cancelled",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
