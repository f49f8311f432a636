// Which way of holding the runner lock there is behind a pooler.
#include "slipway/locks/pooled_lock.hpp"

#include "lease_hold.hpp"
#include "take_turn.hpp"
#include "transaction_hold.hpp"

#include <fmt/format.h>

namespace slipway::locks {

namespace {

Error plain(Error error) {
  // PgBouncer's words; it also closes the connection.
  const bool no_transactions =
      error.message.find("statement pooling mode") != std::string::npos ||
      (error.sql && error.sql->message.find("statement pooling mode") != std::string::npos);
  if (!no_transactions) return error;
  return Error(ErrorCode::unsupported,
               "the connection pooler allows no transactions: it is in statement mode")
      .with_hint(
          "set pool_mode = transaction or session for this database in the pooler, or point DATABASE_URL at the server itself")
      .with_state("nothing was changed")
      .with_next("slipway doctor");
}

Error not_a_session_pool() {
  return Error(ErrorCode::configuration,
               "the pooler is said to be in session mode, but it gave the server session away")
      .with_hint("set connection.pooler to transaction, or leave it at auto")
      .with_state("nothing was changed")
      .with_next("slipway config");
}

/// What the server has of the working session.
struct ServerSide {
  int process = 0;
  std::string name;
};

Result<ServerSide> server_side(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.pg_backend_pid(), "
                                       "pg_catalog.current_setting('application_name')"),
                               {}, wait));
  return ServerSide{.process = static_cast<int>(rows.integer(0, 0)),
                    .name = std::string(rows.text(0, 1))};
}

void warn_of_hidden_names(EventSink& events) {
  events.on_event(event::Warning{
      .message =
          "the pooler does not pass application names on: what a killed slipway left running outside a transaction "
          "cannot be told from the work of others",
      .hint = "after a kill, look in pg_stat_activity before the next run"});
}

Result<RunnerLock> acquired(std::unique_ptr<Hold> hold, const Waiting& waiting, EventSink& events) {
  events.on_event(
      event::RunnerLockAcquired{.mode = std::string(hold->mode()),
                                .waited_ms = waiting.had_to_wait() ? waiting.waited().count() : 0});
  return RunnerLock(std::move(hold));
}

} // namespace

Status reopen(pg::Session& working, const PooledLock& request, const Wait& wait) {
  working.close();
  SLIPWAY_ASSIGN(working, request.open(working_name(request.history_schema, request.kind), wait));
  return {};
}

std::string working_name(const std::string& history_schema, const std::string& kind) {
  return fmt::format("slipway:0:{}:{}", kind, runner_mark(history_schema));
}

bool is_working_name(const std::string& name, const std::string& history_schema,
                     const std::string& kind) {
  return name.rfind(working_name(history_schema, kind), 0) == 0;
}

Result<RunnerLock> acquire_behind_pooler(pg::Session& working, const PooledLock& request,
                                         EventSink& events, const Wait& wait) {
  const auto& schema = request.history_schema;
  Waiting waiting(request.lock_wait, events, wait);
  // Under its name from before the lock is ours: a connection given up later may be somebody else's
  // by the time it is wanted again.
  SLIPWAY_TRY(reopen(working, request, wait));
  SLIPWAY_ASSIGN(const auto server, server_side(working, wait));
  if (!is_working_name(server.name, schema, request.kind)) warn_of_hidden_names(events);
  auto beside = std::make_unique<TransactionHold>(
      working,
      [open = request.open](const Wait& patience) { return open("slipway:0:lock", patience); },
      runner_key(schema), working_key(schema));
  auto taken = take_turn(*beside, working, schema, waiting);
  // While the lock's transaction is open its server process is nobody else's.
  if (taken && request.session_pooling && beside->backend_pid() == server.process)
    return fail(not_a_session_pool());
  if (taken) return acquired(std::move(beside), waiting, events);
  if (!beside->starved()) return fail(plain(std::move(taken).error()));
  beside.reset();
  auto lease = std::make_unique<LeaseHold>(working, request);
  if (auto leased = take_turn(*lease, working, schema, waiting); !leased)
    return fail(plain(std::move(leased).error()));
  return acquired(std::move(lease), waiting, events);
}

} // namespace slipway::locks
