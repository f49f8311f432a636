#include "transaction_hold.hpp"

#include <fmt/format.h>

namespace slipway::locks {

namespace {

// A pool that has a connection to give gives it at once.
constexpr Millis k_patience{2000};
constexpr Millis k_ping_every{5000};
constexpr Millis k_ping_patience{5000};
constexpr int k_has_transaction_timeout = 170000;

Wait short_wait() {
  return Wait{Deadline::after(k_ping_patience), nullptr};
}

} // namespace

TransactionHold::~TransactionHold() {
  const auto ignored = release(short_wait());
  static_cast<void>(ignored);
}

Status TransactionHold::connect(const Wait& wait) {
  if (session_ && session_->usable()) return {};
  SLIPWAY_ASSIGN(auto session, open_(wait));
  // Notices would come on the thread that keeps the connection awake.
  session.on_notice({});
  session_.emplace(std::move(session));
  return {};
}

Result<pg::Rows> TransactionHold::ask(const std::string& sql, const Wait& wait) {
  auto rows = session_->execute(SqlText(sql), wait.within(k_patience));
  if (!rows && rows.error().code == ErrorCode::cancelled && !wait.stop_requested() &&
      !wait.deadline.passed())
    starved_ = true;
  return rows;
}

Result<bool> TransactionHold::begin(const Wait& wait) {
  std::string text =
      "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0; "
      "SET LOCAL statement_timeout = 0; ";
  if (session_->server_version() >= k_has_transaction_timeout)
    text += "SET LOCAL transaction_timeout = 0; ";
  text += fmt::format(
      "SELECT pg_catalog.pg_try_advisory_xact_lock('{}'::bigint), pg_catalog.pg_backend_pid()",
      key_);
  SLIPWAY_ASSIGN(const auto rows, ask(text, wait));
  backend_pid_ = static_cast<int>(rows.integer(0, 1));
  return rows.boolean(0, 0);
}

// Process ids come again; a virtual transaction does not while its process lives.
Status TransactionHold::find_identity(const Wait& wait) {
  const auto text =
      fmt::format("SELECT l.virtualtransaction FROM pg_catalog.pg_locks AS l WHERE {} "
                  "AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()",
                  key_in_pg_locks(fmt::format("'{}'", key_)));
  SLIPWAY_ASSIGN(const auto rows, ask(text, wait));
  if (rows.size() != 1) return fail(lock_lost());
  virtual_transaction_ = rows.text(0, 0);
  return {};
}

Status TransactionHold::check_working(const Wait& wait) {
  const auto alive = working_.query(SqlText("SELECT 1"), {}, wait.within(k_patience));
  if (alive) return {};
  starved_ = !wait.stop_requested() && !wait.deadline.passed();
  return fail(alive.error());
}

Result<bool> TransactionHold::take(const Wait& wait) {
  SLIPWAY_TRY(connect(wait));
  SLIPWAY_ASSIGN(const bool ours, begin(wait));
  if (!ours) {
    SLIPWAY_TRY(ask("ROLLBACK", wait));
    return false;
  }
  taken_ = true;
  SLIPWAY_TRY(find_identity(wait));
  SLIPWAY_TRY(check_working(wait));
  keeper_ = std::jthread([this](const std::stop_token& stop) { keep_awake(stop); });
  return true;
}

Status TransactionHold::release(const Wait& wait) {
  if (keeper_.joinable()) {
    keeper_.request_stop();
    wake_.notify_all();
    keeper_.join();
  }
  if (!std::exchange(taken_, false)) return {};
  const bool held = ping(wait);
  if (held) SLIPWAY_TRY(session_->execute(SqlText("ROLLBACK"), wait));
  session_.reset();
  if (!held) return fail(lock_lost());
  return {};
}

// SHOW takes no snapshot. A query would hold one for a moment, and an index built CONCURRENTLY that
// looked in that moment would wait for the end of this transaction.
bool TransactionHold::ping(const Wait& wait) {
  const std::lock_guard lock(mutex_);
  if (!session_ || !session_->usable()) return false;
  const auto answer = session_->execute(SqlText("SHOW transaction_isolation"), wait);
  return answer && session_->transaction_status() == pg::TransactionStatus::in_transaction;
}

void TransactionHold::keep_awake(const std::stop_token& stop) {
  std::mutex sleeping;
  std::unique_lock lock(sleeping);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, k_ping_every, [] { return false; });
    if (stop.stop_requested() || !ping(short_wait())) return;
  }
}

Result<bool> TransactionHold::still_held(const Wait& wait) {
  // A stop request does not mean that the lock is gone.
  return taken_ && ping(Wait{wait.within(k_ping_patience).deadline, nullptr});
}

std::vector<pg::Query> TransactionHold::fence() const {
  const SqlText text(
      fmt::format("SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE {} "
                  "AND l.pid OPERATOR(pg_catalog.=) $2::integer "
                  "AND l.virtualtransaction OPERATOR(pg_catalog.=) $3::text) THEN {} ELSE 0 END",
                  key_in_pg_locks("$1"), raise(k_fence_lost)));
  return fence_of(
      {text, {std::to_string(key_), std::to_string(backend_pid_), virtual_transaction_}},
      working_key_);
}

Status TransactionHold::cover(Millis /*duration*/, const Wait& wait) {
  SLIPWAY_ASSIGN(const bool held, still_held(wait));
  if (!held) return fail(lock_lost());
  return {};
}

} // namespace slipway::locks
