// ALLOW_CONNECTIONS false, with a note beside it; then everybody is asked to go, and it is waited
// until nobody is there. CONNECTION LIMIT would let superusers in.
#include "slipway/pg/fence.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/os/clock.hpp"

#include <fmt/format.h>
#include <utility>

namespace slipway::pg {

namespace {

constexpr Millis k_drain_patience{15'000};
constexpr Millis k_look_again{20};
constexpr Millis k_open_patience{10'000};
constexpr const char* k_note = "slipway.fence";
/// Where the role may not set what the server does not know: a setting that anybody may make for a
/// database of his own, and that does nothing while nobody can connect.
constexpr const char* k_plain_note = "application_name";
constexpr const char* k_plain_prefix = "slipway.fence ";
constexpr std::string_view k_no_privilege = "42501";

// Whoever has a fence up holds it from outside the database, so that others can tell one that is in
// use from one that was left behind. The second number is the database's.
constexpr const char* k_hold =
    "SELECT pg_catalog.pg_try_advisory_lock(1936482662, d.oid::bigint::bit(32)::integer) "
    "FROM pg_catalog.pg_database AS d WHERE d.datname OPERATOR(pg_catalog.=) $1::name";
constexpr const char* k_let_go =
    "SELECT pg_catalog.pg_advisory_unlock(1936482662, d.oid::bigint::bit(32)::integer) "
    "FROM pg_catalog.pg_database AS d WHERE d.datname OPERATOR(pg_catalog.=) $1::name";

SqlText close_statement(const std::string& database, const char* setting, const std::string& note) {
  const auto name = quote_identifier(database);
  return SqlText(fmt::format("BEGIN; ALTER DATABASE {0} SET {1} = {2}; ALTER DATABASE {0} WITH "
                             "ALLOW_CONNECTIONS false; COMMIT",
                             name, setting, quote_literal(note)));
}

SqlText open_statement(const std::string& database, const std::string& take_note_off) {
  return SqlText(fmt::format("BEGIN; ALTER DATABASE {} WITH ALLOW_CONNECTIONS true;{} COMMIT",
                             quote_identifier(database), take_note_off));
}

Status run_whole(Session& control, const SqlText& text, const Wait& wait) {
  auto done = control.execute(text, wait);
  if (done) return {};
  if (control.usable()) SLIPWAY_TRY(control.execute(SqlText("ROLLBACK"), wait));
  return fail(std::move(done).error());
}

// What the owner had set for the database would be lost.
Result<bool> has_plain_setting(Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      control.query(
          SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting AS s JOIN "
                  "pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase, "
                  "pg_catalog.unnest(s.setconfig) AS c(setting) WHERE d.datname "
                  "OPERATOR(pg_catalog.=) $1::name AND s.setrole OPERATOR(pg_catalog.=) 0::oid AND "
                  "pg_catalog.starts_with(c.setting, $2 OPERATOR(pg_catalog.||) '='))"),
          {database, std::string(k_plain_note)}, wait));
  return rows.boolean(0, 0);
}

Status close(Session& control, const std::string& database, const std::string& note,
             const Wait& wait) {
  auto closed = run_whole(control, close_statement(database, k_note, note), wait);
  if (closed || !closed.error().sql || closed.error().sql->sqlstate != k_no_privilege)
    return closed;
  SLIPWAY_ASSIGN(const bool taken, has_plain_setting(control, database, wait));
  if (taken) return closed;
  return run_whole(control, close_statement(database, k_plain_note, k_plain_prefix + note), wait);
}

Error still_there(const std::string& database, const std::string& who) {
  return Error(ErrorCode::check_failed, fmt::format("still in {}: {}", database, who))
      .with_hint("stop the application, end those sessions (GRANT pg_signal_backend lets this role "
                 "do it), commit or roll back prepared transactions")
      .with_state("the database is open, nothing was changed");
}

Status check_open(Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 control.query(SqlText("SELECT d.datallowconn FROM pg_catalog.pg_database AS d "
                                       "WHERE d.datname OPERATOR(pg_catalog.=) $1::name"),
                               {database}, wait));
  if (rows.size() == 0)
    return fail(ErrorCode::check_failed, fmt::format("there is no database \"{}\"", database));
  if (rows.boolean(0, 0)) return {};
  return fail(Error(ErrorCode::check_failed,
                    fmt::format("database \"{}\" allows no connections already", database))
                  .with_hint("after a kill: slipway backup unfence")
                  .with_state("nothing was changed"));
}

Status hold(Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, control.query(SqlText(k_hold), {database}, wait));
  if (rows.size() == 1 && rows.boolean(0, 0)) return {};
  return fail(Error(ErrorCode::check_failed,
                    fmt::format("another slipway has database \"{}\" closed", database))
                  .with_state("nothing was changed"));
}

// Nobody can be asked to end one.
Status check_prepared(Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      control.query(SqlText("SELECT pg_catalog.string_agg(pg_catalog.format('the prepared "
                            "transaction %L', p.gid), ', ') FROM pg_catalog.pg_prepared_xacts AS p "
                            "WHERE p.database OPERATOR(pg_catalog.=) $1::name"),
                    {database}, wait));
  if (rows.is_null(0, 0)) return {};
  return fail(still_there(database, std::string(rows.text(0, 0))));
}

Result<std::string> who_is_there(Session& control, const std::string& database, int spared,
                                 const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      control.query(
          SqlText("SELECT pg_catalog.string_agg(w.who, ', ') FROM ("
                  "SELECT pg_catalog.format('pid %s (%s %s)', a.pid, a.usename, "
                  "COALESCE(NULLIF(a.application_name, ''), a.backend_type)) AS who "
                  "FROM pg_catalog.pg_stat_activity AS a "
                  "WHERE a.datname OPERATOR(pg_catalog.=) $1::name "
                  "AND a.pid OPERATOR(pg_catalog.<>) $2::integer "
                  "UNION ALL SELECT pg_catalog.format('the prepared transaction %L', p.gid) "
                  "FROM pg_catalog.pg_prepared_xacts AS p "
                  "WHERE p.database OPERATOR(pg_catalog.=) $1::name) AS w"),
          {database, std::to_string(spared)}, wait));
  return std::string(rows.text(0, 0));
}

Result<std::string> who_holds(Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      control.query(
          SqlText("SELECT pg_catalog.string_agg(pg_catalog.format('pid %s, which has it closed', "
                  "l.pid), ', ') FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_database AS d "
                  "ON l.objid OPERATOR(pg_catalog.=) d.oid "
                  "WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted "
                  "AND l.classid OPERATOR(pg_catalog.=) 1936482662::oid "
                  "AND l.objsubid OPERATOR(pg_catalog.=) 2 "
                  "AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() "
                  "AND d.datname OPERATOR(pg_catalog.=) $1::name"),
          {database}, wait));
  return std::string(rows.text(0, 0));
}

// Those that may not be ended by this role are told by whoever still waits for them.
Status end_sessions(Session& control, const std::string& database, int spared, const Wait& wait) {
  SLIPWAY_TRY(control.query(
      SqlText("SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a "
              "LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) a.usesysid "
              "WHERE a.datname OPERATOR(pg_catalog.=) $1::name "
              "AND a.pid OPERATOR(pg_catalog.<>) $2::integer "
              "AND (SELECT s.rolsuper OR (pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER') "
              "AND NOT COALESCE(r.rolsuper, true)) OR COALESCE(pg_catalog.pg_has_role(a.usesysid, "
              "'MEMBER') AND NOT COALESCE(r.rolsuper, true), false) FROM pg_catalog.pg_roles AS s "
              "WHERE s.rolname OPERATOR(pg_catalog.=) CURRENT_USER)"),
      {database, std::to_string(spared)}, wait));
  return {};
}

Status drain(Session& control, const std::string& database, int spared, const Wait& given) {
  const auto wait = given.within(k_drain_patience);
  std::string there;
  while (true) {
    SLIPWAY_TRY(end_sessions(control, database, spared, given));
    SLIPWAY_ASSIGN(there, who_is_there(control, database, spared, given));
    if (there.empty()) return {};
    if (wait.deadline.passed() || wait.stop_requested()) break;
    os::pause(k_look_again, wait);
  }
  return fail(still_there(database, there));
}

} // namespace

Result<Fence> Fence::put_up(Session& control, const std::string& database, const std::string& note,
                            int spared, const Wait& wait) {
  SLIPWAY_TRY(check_open(control, database, wait));
  SLIPWAY_TRY(check_prepared(control, database, wait));
  SLIPWAY_TRY(hold(control, database, wait));
  SLIPWAY_TRY(close(control, database, note, wait));
  Fence fence(control, database);
  SLIPWAY_TRY(drain(control, database, spared, wait));
  return fence;
}

Fence::Fence(Fence&& other) noexcept
    : control_(std::exchange(other.control_, nullptr)), database_(std::move(other.database_)) {
}

Fence::~Fence() {
  if (control_ == nullptr || !control_->usable()) return;
  // What cannot be said here is found by fenced_databases the next time.
  (void)lift_fence(*control_, database_, Wait{Deadline::after(k_open_patience), nullptr});
}

Status Fence::take_away(const Wait& wait) {
  if (control_ == nullptr) return {};
  SLIPWAY_TRY(lift_fence(*control_, database_, wait));
  control_ = nullptr;
  return {};
}

Result<std::vector<Fenced>> fenced_databases(Session& control, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      control.query(
          SqlText("SELECT d.datname, pg_catalog.regexp_replace(c.setting, "
                  "'^(slipway.fence=|application_name=slipway.fence )', '') "
                  "FROM pg_catalog.pg_database AS d "
                  "JOIN pg_catalog.pg_db_role_setting AS s ON s.setdatabase OPERATOR(pg_catalog.=) "
                  "d.oid AND s.setrole OPERATOR(pg_catalog.=) 0::oid, "
                  "pg_catalog.unnest(s.setconfig) AS c(setting) "
                  "WHERE c.setting OPERATOR(pg_catalog.~~) 'slipway.fence=%' "
                  "OR c.setting OPERATOR(pg_catalog.~~) 'application_name=slipway.fence %'"),
          {}, wait));
  std::vector<Fenced> found;
  for (std::size_t row = 0; row < rows.size(); ++row)
    found.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
  return found;
}

Status lift_forgotten_fence(Session& control, const std::string& database, const Wait& given) {
  // The server needs a moment to see that a killed owner is gone.
  const auto wait = given.within(k_drain_patience);
  std::string there;
  while (true) {
    SLIPWAY_ASSIGN(there, who_is_there(control, database, 0, given));
    if (there.empty()) {
      SLIPWAY_ASSIGN(there, who_holds(control, database, given));
    }
    if (there.empty()) return lift_fence(control, database, given);
    if (wait.deadline.passed() || wait.stop_requested()) break;
    os::pause(k_look_again, wait);
  }
  return fail(Error(ErrorCode::lock_timeout,
                    fmt::format("{} is closed, and whoever closed it seems to be at work: {}",
                                database, there))
                  .with_state("nothing was changed")
                  .with_next("slipway rollback"));
}

Result<std::string> take_fence_note_off(Session& control, const std::string& database,
                                        const std::string& called, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      control.query(
          SqlText("SELECT DISTINCT pg_catalog.split_part(c.setting, '=', 1) "
                  "FROM pg_catalog.pg_database AS d "
                  "JOIN pg_catalog.pg_db_role_setting AS s ON s.setdatabase OPERATOR(pg_catalog.=) "
                  "d.oid AND s.setrole OPERATOR(pg_catalog.=) 0::oid, "
                  "pg_catalog.unnest(s.setconfig) AS c(setting) "
                  "WHERE d.datname OPERATOR(pg_catalog.=) $1::name "
                  "AND (c.setting OPERATOR(pg_catalog.~~) 'slipway.fence=%' "
                  "OR c.setting OPERATOR(pg_catalog.~~) 'application_name=slipway.fence %')"),
          {database}, wait));
  std::string statements;
  for (std::size_t row = 0; row < rows.size(); ++row)
    statements +=
        fmt::format(" ALTER DATABASE {} RESET {};", quote_identifier(called), rows.text(row, 0));
  return statements;
}

Status lift_fence(Session& control, const std::string& database, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto take_off, take_fence_note_off(control, database, database, wait));
  SLIPWAY_TRY(run_whole(control, open_statement(database, take_off), wait));
  SLIPWAY_TRY(control.query(SqlText(k_let_go), {database}, wait));
  return {};
}

} // namespace slipway::pg
