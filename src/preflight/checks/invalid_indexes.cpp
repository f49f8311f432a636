// Indexes that are written to and never read, because a concurrent build of them failed.
#include "check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::preflight {

Check invalid_indexes_check();

namespace {

// A partitioned index made with ON ONLY is invalid until its parts are attached, and rightly so.
// Which index a build of another user makes cannot be seen by all, but that somebody holds the
// table as a build does can.
constexpr const char* k_question = R"sql(
SELECT (pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)),
       EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p
               WHERE p.datname = pg_catalog.current_database() AND p.relid IS NULL)
       AND EXISTS (SELECT FROM pg_catalog.pg_locks AS l
                   WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.granted
                     AND l.mode = 'ShareUpdateExclusiveLock')
FROM ours AS o JOIN pg_catalog.pg_index AS i ON i.indrelid = o.oid
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relkind = 'i'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
ORDER BY 2, 1
)sql";

std::vector<pg::Query> questions(const Scene& scene) {
  return {question(with_ours() + k_question, ours_params(scene))};
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto& rows = answers[0];
  if (rows.size() == 0) return {Verdict::pass, "none on tables of the plan"};
  std::vector<std::string> left;
  std::vector<std::string> perhaps;
  for (std::size_t row = 0; row < rows.size(); ++row)
    (rows.boolean(row, 1) ? perhaps : left).emplace_back(rows.text(row, 0));
  if (left.empty())
    return {Verdict::unknown,
            fmt::format("{} invalid, but may be in the making by a session that cannot be seen: {}",
                        perhaps.size(), listed(perhaps)),
            fmt::format("GRANT pg_read_all_stats TO {};", quote_identifier(scene.user))};
  std::vector<std::string> drops;
  for (const auto& index : left) drops.push_back(fmt::format("DROP INDEX CONCURRENTLY {};", index));
  return {Verdict::warn,
          fmt::format("{} invalid on tables of the plan, and nobody builds it: {}",
                      counted(static_cast<std::int64_t>(left.size()), "index"), listed(left)),
          fmt::format("{}", fmt::join(drops, " "))};
}

} // namespace

Check invalid_indexes_check() {
  return {.name = "invalid-indexes",
          .looks_at = "INVALID indexes on tables of the plan that no session is building",
          .warns = "there is one: every write pays for it, no query uses it",
          .stops = "",
          .mend = "DROP INDEX CONCURRENTLY, then build it again",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
