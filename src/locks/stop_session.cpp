#include "slipway/locks/stop_session.hpp"

#include "slipway/base/duration.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace slipway::locks {

namespace {

constexpr Millis k_patience{5'000};
constexpr Millis k_look_every{50};
constexpr int k_has_autovacuum_role = 180000;

constexpr const char* k_candidate =
    "SELECT COALESCE(a.application_name, ''), COALESCE(a.usename::text, ''), COALESCE(a.state, ''), "
    "COALESCE(a.backend_type, ''), CASE WHEN a.backend_type IS NULL THEN '' ELSE "
    "pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(COALESCE(a.query, ''), '\\s+', ' ', 'g')), 200) END, "
    "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.state_change), "
    "a.backend_type IS NULL, a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid(), COALESCE(r.rolsuper, false), "
    "COALESCE(a.backend_start::text, '') "
    "FROM pg_catalog.pg_stat_activity AS a LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) a.usesysid "
    "WHERE a.pid OPERATOR(pg_catalog.=) $1::int";

// A pid is given out again; the moment the session began is not.
constexpr const char* k_signal =
    "SELECT pg_catalog.{}(a.pid) FROM pg_catalog.pg_stat_activity AS a "
    "WHERE a.pid OPERATOR(pg_catalog.=) $1::int AND COALESCE(a.backend_start::text, '') OPERATOR(pg_catalog.=) $2::text";

// The statement of now, for a cancel; the session itself for an end.
constexpr const char* k_still =
    "SELECT COALESCE(pg_catalog.concat(a.state, ' ', a.query_start), ''), a.backend_type IS NULL "
    "FROM pg_catalog.pg_stat_activity AS a "
    "WHERE a.pid OPERATOR(pg_catalog.=) $1::int AND COALESCE(a.backend_start::text, '') OPERATOR(pg_catalog.=) $2::text";

Error refused(Error error, const pg::Session& session, const StopCandidate& candidate) {
  if (!error.sql || error.sql->sqlstate != "42501") return error;
  const auto user = quote_identifier(session.user());
  const bool autovacuum = candidate.user.empty();
  if (autovacuum && session.server_version() >= k_has_autovacuum_role)
    error.hint = fmt::format("GRANT pg_signal_autovacuum_worker TO {};", user);
  else if (autovacuum || candidate.user_is_superuser)
    error.hint = fmt::format("pid {} belongs to {}: only a superuser may stop it", candidate.pid,
                             autovacuum ? "the server" : "a superuser");
  else
    error.hint = fmt::format("GRANT pg_signal_backend TO {};", user);
  error.database_state = "nothing was changed";
  return error;
}

Result<StopOutcome> await_end(pg::Session& session, const StopCandidate& candidate, StopWith how,
                              const std::string& before, const Wait& wait) {
  const auto patience = wait.within(k_patience);
  while (true) {
    SLIPWAY_ASSIGN(
        const auto rows,
        session.query(SqlText(k_still), {std::to_string(candidate.pid), candidate.identity}, wait));
    if (rows.size() == 0) return StopOutcome::stopped;
    if (how == StopWith::cancel && rows.boolean(0, 1)) return StopOutcome::cannot_be_seen;
    if (how == StopWith::cancel && rows.text(0, 0) != before) return StopOutcome::stopped;
    if (patience.deadline.passed() || wait.stop_requested()) return StopOutcome::still_there;
    std::this_thread::sleep_for(k_look_every);
  }
}

} // namespace

std::string StopCandidate::describe() const {
  constexpr double k_millis = 1000;
  const auto what = !state.empty() ? state : backend_type;
  std::string text =
      fmt::format("pid {} ({}, {}, {}{})", pid,
                  application_name.empty() ? "unnamed application" : application_name,
                  user.empty() ? std::string("no user") : "user " + user,
                  what.empty() ? "state not visible" : what,
                  state_age_s ? " for " + format_duration(Millis(static_cast<std::int64_t>(
                                              std::max(0.0, *state_age_s) * k_millis)))
                              : "");
  if (!query.empty()) text += ": " + query;
  return text;
}

Result<std::optional<StopCandidate>> find_stop_candidate(pg::Session& session, int pid,
                                                         const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_candidate), {std::to_string(pid)}, wait));
  if (rows.size() == 0) return std::optional<StopCandidate>();
  StopCandidate found{.pid = pid,
                      .application_name = std::string(rows.text(0, 0)),
                      .user = std::string(rows.text(0, 1)),
                      .state = std::string(rows.text(0, 2)),
                      .backend_type = std::string(rows.text(0, 3)),
                      .query = std::string(rows.text(0, 4)),
                      .hidden = rows.boolean(0, 6),
                      .is_own = rows.boolean(0, 7),
                      .user_is_superuser = rows.boolean(0, 8),
                      .identity = std::string(rows.text(0, 9))};
  if (!rows.is_null(0, 5)) found.state_age_s = rows.real(0, 5);
  return std::optional<StopCandidate>(std::move(found));
}

Result<StopOutcome> stop_session(pg::Session& session, const StopCandidate& candidate, StopWith how,
                                 const Wait& wait) {
  const std::vector<pg::Param> who{std::to_string(candidate.pid), candidate.identity};
  SLIPWAY_ASSIGN(const auto before, session.query(SqlText(k_still), who, wait));
  if (before.size() == 0) return StopOutcome::was_gone;
  const auto* function = how == StopWith::terminate ? "pg_terminate_backend" : "pg_cancel_backend";
  const auto sent = session.query(SqlText(fmt::format(k_signal, function)), who, wait);
  if (!sent) return fail(refused(sent.error(), session, candidate));
  if (sent->size() == 0 || !sent->boolean(0, 0)) return StopOutcome::was_gone;
  return await_end(session, candidate, how, std::string(before.text(0, 0)), wait);
}

} // namespace slipway::locks
