// Who holds the runner lock, for people.
#include "slipway/locks/runner_lock.hpp"

#include "hold.hpp"

#include <fmt/format.h>

namespace slipway::locks {

namespace {

std::string text_of(const pg::Rows& rows, std::size_t column) {
  return std::string(rows.text(0, column));
}

// Nothing when there is no lease, no table for one, or no right to read it.
std::optional<LockHolder> lease_holder(pg::Session& session, const std::string& history_schema,
                                       const Wait& wait) {
  const SqlText text(fmt::format(
      "SELECT l.holder, pg_catalog.to_char(l.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), "
      "pg_catalog.to_char(l.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM {}.lease AS l "
      "WHERE l.expires_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp()",
      quote_identifier(history_schema)));
  const auto rows = session.query(text, {}, wait);
  if (!rows || rows->size() == 0) return std::nullopt;
  LockHolder holder;
  holder.lease_holder = text_of(*rows, 0);
  holder.since = text_of(*rows, 1);
  holder.lease_expires = text_of(*rows, 2);
  return holder;
}

} // namespace

std::string LockHolder::describe() const {
  if (!lease_holder.empty())
    return fmt::format("{}, with a lease taken {} that ends {} unless renewed (UTC)", lease_holder,
                       since, lease_expires);
  std::string who =
      pid != 0 ? fmt::format("pid {} on {} ({}, run {})", pid, host, actor, run)
               : fmt::format("backend {} (application {}, user {})", backend_pid,
                             application_name.empty() ? "unnamed" : application_name, user);
  if (!client_address.empty()) who += " from " + client_address;
  if (!since.empty()) who += ", since " + since;
  return who;
}

Result<std::optional<LockHolder>>
runner_lock_holder(pg::Session& session, const std::string& history_schema, const Wait& wait) {
  const SqlText lock_query(fmt::format(
      "SELECT a.pid, a.application_name, a.usename, pg_catalog.host(a.client_addr), "
      "pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM pg_catalog.pg_locks AS l "
      "JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid WHERE {} LIMIT 1",
      key_in_pg_locks("$1")));
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(lock_query, {std::to_string(runner_key(history_schema))}, wait));
  if (rows.size() == 0) return lease_holder(session, history_schema, wait);
  LockHolder holder{.backend_pid = static_cast<int>(rows.integer(0, 0)),
                    .application_name = text_of(rows, 1),
                    .user = text_of(rows, 2),
                    .client_address = text_of(rows, 3),
                    .since = text_of(rows, 4)};
  // Who is behind the backend stands in the run table, if it is there already and we may read it;
  // if not, say less.
  const SqlText run_query(fmt::format(
      "SELECT id, actor, host, pid FROM {}.run WHERE outcome IS NULL ORDER BY id DESC LIMIT 1",
      quote_identifier(history_schema)));
  const auto runs = session.query(run_query, {}, wait);
  if (runs && runs->size() == 1) {
    holder.run = runs->text(0, 0);
    holder.actor = runs->text(0, 1);
    holder.host = runs->text(0, 2);
    holder.pid = static_cast<int>(runs->integer(0, 3));
  }
  return std::optional<LockHolder>{holder};
}

} // namespace slipway::locks
