// How long statements may work. The rates are those of a machine that has other things to do: a
// limit that is too short breaks a deployment, one that is too long costs nothing.
#include "slipway/diff/working_time.hpp"

#include "slipway/sql/facts.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

constexpr std::int64_t k_megabyte = std::int64_t{1} << 20U;
constexpr std::int64_t k_read_a_second = 20 * k_megabyte;
constexpr std::int64_t k_written_a_second = 5 * k_megabyte;
constexpr std::int64_t k_seconds_a_minute = 60;

bool has_finding(const Statement& statement, FindingKind kind) {
  return std::any_of(statement.findings.begin(), statement.findings.end(),
                     [&](const Finding& one) { return one.kind == kind; });
}

RowWork rows_of(const Statement& statement, const sql::StatementFacts& facts) {
  const bool builds = facts.kind == "create index" || facts.kind == "reindex" ||
                      facts.kind == "refresh materialized view" || facts.kind == "update";
  if (builds || has_finding(statement, FindingKind::rewrite) ||
      has_finding(statement, FindingKind::access_exclusive))
    return RowWork::write;
  if (statement.kind == "validate constraint" || statement.kind == "set not null" ||
      has_finding(statement, FindingKind::data_dependent))
    return RowWork::read;
  return RowWork::none;
}

} // namespace

Work work_of(const Statement& statement) {
  const auto facts = sql::analyse({statement.sql}).front();
  Work work;
  work.rows = rows_of(statement, facts);
  work.concurrent = facts.is_concurrent_index;
  if (work.rows == RowWork::none) return work;
  for (const auto& lock : facts.locks) work.relations.push_back(lock.relation);
  return work;
}

std::chrono::minutes time_for(RowWork work, std::int64_t bytes) {
  if (work == RowWork::none || bytes <= 0) return std::chrono::minutes(0);
  const auto rate = work == RowWork::read ? k_read_a_second : k_written_a_second;
  const auto a_minute = rate * k_seconds_a_minute;
  return std::chrono::minutes((bytes + a_minute - 1) / a_minute);
}

} // namespace slipway::diff
