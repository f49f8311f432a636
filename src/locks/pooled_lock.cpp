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

Result<int> server_process(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.pg_backend_pid()"), {}, wait));
  return static_cast<int>(rows.integer(0, 0));
}

Result<RunnerLock> acquired(std::unique_ptr<Hold> hold, const Waiting& waiting, EventSink& events) {
  events.on_event(
      event::RunnerLockAcquired{.mode = std::string(hold->mode()),
                                .waited_ms = waiting.had_to_wait() ? waiting.waited().count() : 0});
  return RunnerLock(std::move(hold));
}

} // namespace

std::string working_name(const std::string& history_schema, std::int64_t run,
                         const std::string& kind) {
  return fmt::format("slipway:{}:{}:{}", run, kind, runner_mark(history_schema));
}

Result<RunnerLock> acquire_behind_pooler(pg::Session& working, const PooledLock& request,
                                         EventSink& events, const Wait& wait) {
  const auto& schema = request.history_schema;
  Waiting waiting(request.lock_wait, events, wait);
  SLIPWAY_ASSIGN(const int process, server_process(working, wait));
  auto beside = std::make_unique<TransactionHold>(
      working,
      [open = request.open](const Wait& patience) { return open("slipway:0:lock", patience); },
      runner_key(schema), working_key(schema));
  auto taken = take_turn(*beside, working, schema, waiting);
  // While the lock's transaction is open its server process is nobody else's.
  if (taken && request.session_pooling && beside->backend_pid() == process)
    return fail(not_a_session_pool());
  if (taken) return acquired(std::move(beside), waiting, events);
  if (!beside->starved()) return fail(plain(std::move(taken).error()));
  beside.reset();
  auto lease = std::make_unique<LeaseHold>(working, request);
  SLIPWAY_TRY(lease->connect(wait));
  if (auto leased = take_turn(*lease, working, schema, waiting); !leased)
    return fail(plain(std::move(leased).error()));
  return acquired(std::move(lease), waiting, events);
}

} // namespace slipway::locks
