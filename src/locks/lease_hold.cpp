#include "lease_hold.hpp"

#include "remains.hpp"

#include "slipway/locks/runner_lock.hpp"

#include <fmt/format.h>
#include <random>

namespace slipway::locks {

namespace {

std::string random_token() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string seconds(Millis length) {
  return fmt::format("{}", static_cast<double>(length.count()) / 1000.0);
}

} // namespace

LeaseHold::LeaseHold(pg::Session& working, const PooledLock& request)
    : working_(working), request_(request),
      table_(quote_identifier(request.history_schema) + ".lease"), token_(random_token()) {
}

LeaseHold::~LeaseHold() {
  if (!taken_ || !working_.usable()) return;
  constexpr Millis k_patience{2000};
  const auto ignored = release(Wait{Deadline::after(k_patience), nullptr});
  static_cast<void>(ignored);
}

Result<bool> LeaseHold::take(const Wait& wait) {
  if (!working_.usable()) SLIPWAY_TRY(reopen(working_, request_, wait));
  auto taken = take_in_transaction(wait);
  taken_ = taken && *taken;
  if (taken_) return true;
  if (working_.usable() && working_.transaction_status() != pg::TransactionStatus::idle)
    SLIPWAY_TRY(working_.execute(SqlText("ROLLBACK"), wait));
  if (taken) return false;
  // While somebody else's transaction has the only connection, the pooler makes us wait for it, and
  // may lose patience before we do.
  const bool nothing_wrong = taken.error().is_lock_timeout() || !working_.usable();
  if (nothing_wrong && !wait.stop_requested() && !wait.deadline.passed()) return false;
  return taken;
}

Result<bool> LeaseHold::take_in_transaction(const Wait& wait) {
  SLIPWAY_TRY(working_.execute(SqlText("BEGIN ISOLATION LEVEL READ COMMITTED"), wait));
  SLIPWAY_TRY(working_.execute(SqlText("SET LOCAL lock_timeout = '200ms'"), wait));
  const auto key = std::to_string(runner_key(request_.history_schema));
  SLIPWAY_ASSIGN(const auto free,
                 working_.query(SqlText("SELECT pg_catalog.pg_try_advisory_xact_lock($1::bigint)"),
                                {key}, wait));
  if (!free.boolean(0, 0)) return false;
  // A holder whose statement runs outside a transaction cannot renew meanwhile, and keeps it.
  SLIPWAY_ASSIGN(const auto remains, look_for_remains(working_, request_.history_schema, wait));
  named_ = is_working_name(remains.application_name, request_.history_schema, request_.kind);
  if (remains.any()) return false;
  if (!remains.lease_table) SLIPWAY_TRY(request_.prepare(working_, wait));
  SLIPWAY_ASSIGN(const bool ours, compare_and_set(wait));
  if (!ours) return false;
  SLIPWAY_TRY(working_.execute(SqlText("COMMIT"), wait));
  return true;
}

Result<bool> LeaseHold::compare_and_set(const Wait& wait) {
  const SqlText text(fmt::format(
      "INSERT INTO {} AS l (token, holder, expires_at) VALUES ($1::text, $2::text, "
      "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) pg_catalog.make_interval(secs => $3::double precision)) "
      "ON CONFLICT (only_row) DO UPDATE SET token = EXCLUDED.token, holder = EXCLUDED.holder, run = NULL, "
      "taken_at = pg_catalog.clock_timestamp(), expires_at = EXCLUDED.expires_at "
      "WHERE l.expires_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp() RETURNING 1",
      table_));
  SLIPWAY_ASSIGN(const auto rows,
                 working_.query(text, {token_, request_.holder, seconds(k_lease_length)}, wait));
  return rows.size() == 1;
}

Result<bool> LeaseHold::renew(Millis length, const Wait& wait) {
  const SqlText text(fmt::format(
      "UPDATE {} AS l SET expires_at = pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) "
      "pg_catalog.make_interval(secs => $2::double precision) WHERE l.token OPERATOR(pg_catalog.=) $1::text",
      table_));
  SLIPWAY_ASSIGN(const auto rows, working_.query(text, {token_, seconds(length)}, wait));
  return rows.affected() == 1;
}

Status LeaseHold::release(const Wait& wait) {
  if (!std::exchange(taken_, false)) return {};
  const SqlText text(
      fmt::format("DELETE FROM {} AS l WHERE l.token OPERATOR(pg_catalog.=) $1::text", table_));
  SLIPWAY_ASSIGN(const auto rows, working_.query(text, {token_}, wait));
  if (rows.affected() == 0) return fail(lock_lost());
  return {};
}

Result<bool> LeaseHold::still_held(const Wait& wait) {
  if (!taken_ || !working_.usable()) return false;
  return renew(k_lease_length, wait);
}

Status LeaseHold::cover(Millis duration, const Wait& wait) {
  // Where our name is seen, a statement under way keeps the lease by itself, and a killed runner's
  // lease does not outlive its statement for long.
  SLIPWAY_ASSIGN(const bool ours, renew(named_ ? k_lease_length : k_lease_length + duration, wait));
  if (!ours) return fail(lock_lost());
  return {};
}

std::vector<pg::Query> LeaseHold::fence() const {
  const SqlText text(fmt::format(
      "WITH renewed AS (UPDATE {} AS l SET expires_at = pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) "
      "pg_catalog.make_interval(secs => $2::double precision) WHERE l.token OPERATOR(pg_catalog.=) $1::text RETURNING 1) "
      "SELECT CASE WHEN NOT EXISTS (SELECT FROM renewed) THEN {} ELSE 0 END",
      table_, raise(k_fence_lost)));
  return fence_of({text, {token_, seconds(k_lease_length)}}, working_key(request_.history_schema));
}

} // namespace slipway::locks
