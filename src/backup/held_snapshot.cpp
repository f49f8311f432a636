#include "held_snapshot.hpp"

#include "sessions.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace slipway::backup {

namespace {

constexpr int k_attempts = 3;
constexpr std::size_t k_locked_at_once = 200;

Error explained(Error error) {
  if (!error.is_lock_timeout()) return error;
  error.code = ErrorCode::lock_timeout;
  return std::move(error).with_hint(
      "somebody alters a table, which a backup must not see half done: slipway locks shows who");
}

Status lock(pg::Session& session, const std::vector<std::string>& tables, const Wait& wait) {
  for (std::size_t from = 0; from < tables.size(); from += k_locked_at_once) {
    const auto begin = tables.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end =
        begin + static_cast<std::ptrdiff_t>(std::min(k_locked_at_once, tables.size() - from));
    SLIPWAY_TRY(session.execute(SqlText(fmt::format("LOCK TABLE ONLY {} IN ACCESS SHARE MODE",
                                                    fmt::join(begin, end, ", ONLY "))),
                                wait));
  }
  return {};
}

std::vector<std::string> missing_from(const std::vector<std::string>& locked,
                                      const std::vector<std::string>& wanted) {
  const std::set<std::string> have(locked.begin(), locked.end());
  std::vector<std::string> missing;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing),
               [&](const std::string& one) { return !have.contains(one); });
  return missing;
}

Result<std::string> export_snapshot(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.pg_export_snapshot()"), {}, wait));
  return std::string(rows.text(0, 0));
}

Result<Hold> attempt(const CreateRequest& request, const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_working_session(request.source, wait));
  SLIPWAY_TRY(session.execute(
      SqlText(fmt::format("SET lock_timeout = {}", request.lock_timeout.count())), wait));
  std::vector<std::string> locked;
  if (request.snapshot) {
    SLIPWAY_TRY(begin_under(session, request.snapshot->id, wait));
  } else {
    SLIPWAY_ASSIGN(const auto seen, read_table_list(session, wait));
    SLIPWAY_TRY(session.execute(SqlText("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"), wait));
    SLIPWAY_TRY(lock(session, seen.to_lock, wait));
    locked = seen.to_lock;
  }
  Hold hold{.session = std::move(session)};
  if (request.snapshot) {
    hold.snapshot = request.snapshot->id;
  } else {
    SLIPWAY_ASSIGN(hold.snapshot, export_snapshot(hold.session, wait));
  }
  SLIPWAY_ASSIGN(hold.moment, read_moment(hold.session, wait));
  if (request.snapshot && !request.snapshot->lsn.empty()) hold.moment.lsn = request.snapshot->lsn;
  SLIPWAY_ASSIGN(hold.tables, read_table_list(hold.session, wait));
  SLIPWAY_TRY(lock(hold.session, missing_from(locked, hold.tables.to_lock), wait));
  return hold;
}

} // namespace

Result<Hold> hold_database(const CreateRequest& request, const Wait& wait) {
  for (int tries = 1;; ++tries) {
    auto hold = attempt(request, wait);
    // A table that was dropped between the look and the lock.
    const bool again = !hold && has_sqlstate(hold.error(), "42P01") && tries < k_attempts;
    if (again) continue;
    if (!hold) return fail(explained(std::move(hold).error()));
    return hold;
  }
}

} // namespace slipway::backup
