#include "slipway/locks/blockers.hpp"

#include "slipway/base/duration.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::locks {

namespace {

constexpr std::size_t k_named = 4;
constexpr std::size_t k_query_shown = 80;

sql::LockMode mode_from(std::string_view server_name) {
  if (server_name == "AccessShareLock") return sql::LockMode::access_share;
  if (server_name == "RowShareLock") return sql::LockMode::row_share;
  if (server_name == "RowExclusiveLock") return sql::LockMode::row_exclusive;
  if (server_name == "ShareUpdateExclusiveLock") return sql::LockMode::share_update_exclusive;
  if (server_name == "ShareLock") return sql::LockMode::share;
  if (server_name == "ShareRowExclusiveLock") return sql::LockMode::share_row_exclusive;
  if (server_name == "ExclusiveLock") return sql::LockMode::exclusive;
  return sql::LockMode::access_exclusive;
}

constexpr const char* k_holders =
    "SELECT a.pid, a.application_name, a.usename, a.state, l.mode, "
    "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start), "
    "pg_catalog.left(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), 200) "
    "FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid "
    "WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted "
    "AND l.relation OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)::oid "
    "AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() ORDER BY a.xact_start NULLS LAST";

Blocker blocker_from(const pg::Rows& rows, std::size_t row, const std::string& relation) {
  return Blocker{.pid = static_cast<int>(rows.integer(row, 0)),
                 .application_name = std::string(rows.text(row, 1)),
                 .user = std::string(rows.text(row, 2)),
                 .state = std::string(rows.text(row, 3)),
                 .relation = relation,
                 .mode = std::string(lock_mode_name(mode_from(rows.text(row, 4)))),
                 .transaction_age_s = rows.is_null(row, 5) ? 0 : rows.real(row, 5),
                 .query = std::string(rows.text(row, 6))};
}

} // namespace

std::string Blocker::describe() const {
  const auto age = format_duration(Millis(static_cast<std::int64_t>(transaction_age_s * 1000)));
  std::string text =
      fmt::format("pid {} ({}, user {}, {} for {}) holds {} on {}", pid,
                  application_name.empty() ? "unnamed application" : application_name, user,
                  state.empty() ? "state not visible" : state, age, mode, relation);
  if (!query.empty()) text += ": " + query.substr(0, k_query_shown);
  return text;
}

Result<std::vector<Blocker>> find_blockers(pg::Session& session,
                                           const std::vector<sql::RelationLock>& wanted,
                                           const Wait& wait) {
  std::vector<Blocker> found;
  for (const auto& lock : wanted) {
    SLIPWAY_ASSIGN(const auto rows,
                   session.query(SqlText(k_holders), {lock.relation.quoted()}, wait));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!conflicts(mode_from(rows.text(row, 4)), lock.mode)) continue;
      found.push_back(blocker_from(rows, row, lock.relation.quoted()));
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Blocker& a, const Blocker& b) {
    return a.transaction_age_s > b.transaction_age_s;
  });
  return found;
}

std::string describe(const std::vector<Blocker>& blockers) {
  std::string text;
  for (std::size_t i = 0; i < std::min(blockers.size(), k_named); ++i)
    text += (i > 0 ? "; " : "") + blockers[i].describe();
  if (blockers.size() > k_named) text += fmt::format("; and {} more", blockers.size() - k_named);
  return text;
}

} // namespace slipway::locks
