#include "slipway/locks/runner_lock.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/base/sha256.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <poll.h>
#include <random>
#include <utility>

namespace slipway::locks {

namespace {

constexpr Millis k_shortest_poll{50};
constexpr Millis k_longest_poll{1000};
constexpr Millis k_report_every{5000};

// The two halves in which pg_locks shows a bigint advisory key (objsubid 1).
constexpr const char* k_key_in_pg_locks =
    "l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.objsubid OPERATOR(pg_catalog.=) 1 AND l.granted "
    "AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database AS d "
    "WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) "
    "AND ((l.classid::bigint OPERATOR(pg_catalog.<<) 32) OPERATOR(pg_catalog.|) l.objid::bigint) OPERATOR(pg_catalog.=) $1::bigint";

Result<bool> try_lock(pg::Session& session, std::int64_t key, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(SqlText("SELECT pg_catalog.pg_try_advisory_lock($1::bigint)"),
                               {std::to_string(key)}, wait));
  return rows.boolean(0, 0);
}

// Sleeps without a snapshot or a transaction on the server; wakes early on a stop request.
void pause(Millis duration, const Wait& wait) {
  const auto limit = std::min(duration, wait.deadline.remaining());
  pollfd stop{
      .fd = wait.stop != nullptr ? wait.stop->descriptor() : -1, .events = POLLIN, .revents = 0};
  poll(&stop, 1, static_cast<int>(limit.count()));
}

std::string text_of(const pg::Rows& rows, std::size_t column) {
  return std::string(rows.text(0, column));
}

} // namespace

std::string LockHolder::describe() const {
  std::string who =
      pid != 0 ? fmt::format("pid {} on {} ({}, run {})", pid, host, actor, run)
               : fmt::format("backend {} (application {}, user {})", backend_pid,
                             application_name.empty() ? "unnamed" : application_name, user);
  if (!client_address.empty()) who += " from " + client_address;
  if (!since.empty()) who += ", since " + since;
  return who;
}

std::int64_t runner_key(const std::string& history_schema) {
  const auto digest = sha256_hex("slipway runner " + history_schema);
  std::uint64_t key = 0;
  std::from_chars(digest.data(), digest.data() + 16, key, 16);
  return static_cast<std::int64_t>(key);
}

Result<std::optional<LockHolder>>
runner_lock_holder(pg::Session& session, const std::string& history_schema, const Wait& wait) {
  const SqlText lock_query(fmt::format(
      "SELECT a.pid, a.application_name, a.usename, pg_catalog.host(a.client_addr), "
      "pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM pg_catalog.pg_locks AS l "
      "JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid WHERE {} LIMIT 1",
      k_key_in_pg_locks));
  SLIPWAY_ASSIGN(const auto rows,
                 session.query(lock_query, {std::to_string(runner_key(history_schema))}, wait));
  if (rows.size() == 0) return std::optional<LockHolder>{};
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

Result<RunnerLock> RunnerLock::acquire(pg::Session& session, const std::string& history_schema,
                                       Millis lock_wait, EventSink& events, const Wait& wait) {
  const auto key = runner_key(history_schema);
  const auto start = Deadline::Clock::now();
  const auto limit = Deadline::at(start + lock_wait);
  const auto waited = [&] {
    return std::chrono::duration_cast<Millis>(Deadline::Clock::now() - start);
  };
  std::minstd_rand random(std::random_device{}());
  auto poll_every = k_shortest_poll;
  auto next_report = start;
  bool had_to_wait = false;
  while (true) {
    SLIPWAY_ASSIGN(const bool ours, try_lock(session, key, wait));
    if (ours) break;
    had_to_wait = true;
    if (Deadline::Clock::now() >= next_report || limit.passed()) {
      SLIPWAY_ASSIGN(const auto holder, runner_lock_holder(session, history_schema, wait));
      const auto name =
          holder ? holder->describe() : std::string("a runner that has just finished");
      if (limit.passed())
        return fail(Error(ErrorCode::lock_timeout,
                          fmt::format("another slipway is changing this target: {}", name))
                        .with_hint(fmt::format(
                            "waited {}; wait longer with --lock-wait, or look at what it does",
                            format_duration(waited())))
                        .with_state("nothing was changed by this run")
                        .with_next("slipway status"));
      events.on_event(event::RunnerLockWaiting{
          .holder = name, .waited_ms = waited().count(), .limit_ms = lock_wait.count()});
      next_report = Deadline::Clock::now() + k_report_every;
    }
    // Jitter, so that twenty pods that start together do not ask together for ever.
    const std::uniform_int_distribution<std::int64_t>::param_type range(poll_every.count() / 2,
                                                                        poll_every.count());
    pause(std::min(Millis(std::uniform_int_distribution<std::int64_t>(range)(random)),
                   std::max(limit.remaining(), Millis(1))),
          wait);
    poll_every = std::min(poll_every * 2, k_longest_poll);
    if (wait.stop_requested())
      return fail(Error(ErrorCode::cancelled, "stopped while waiting for another slipway")
                      .with_state("nothing was changed by this run"));
  }
  if (had_to_wait)
    events.on_event(event::RunnerLockAcquired{.mode = "session", .waited_ms = waited().count()});
  return RunnerLock(session, key);
}

RunnerLock::RunnerLock(RunnerLock&& other) noexcept
    : session_(std::exchange(other.session_, nullptr)), key_(other.key_) {
}

RunnerLock::~RunnerLock() {
  if (session_ == nullptr || !session_->usable()) return;
  constexpr Millis k_patience{2000};
  const auto ignored = release(Wait{Deadline::after(k_patience), nullptr});
  static_cast<void>(ignored);
}

Status RunnerLock::release(const Wait& wait) {
  if (session_ == nullptr) return {};
  auto* session = std::exchange(session_, nullptr);
  SLIPWAY_ASSIGN(const auto rows,
                 session->query(SqlText("SELECT pg_catalog.pg_advisory_unlock($1::bigint)"),
                                {std::to_string(key_)}, wait));
  if (rows.boolean(0, 0)) return {};
  return fail(
      Error(ErrorCode::part_way, "the runner lock was lost during the run")
          .with_hint(
              "a migration called pg_advisory_unlock_all() or a pooler moved the session; connect directly")
          .with_next("slipway status"));
}

Result<bool> RunnerLock::still_held(const Wait& wait) {
  if (session_ == nullptr || !session_->usable()) return false;
  const SqlText text(fmt::format(
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE {} AND l.pid OPERATOR(pg_catalog.=) "
      "pg_catalog.pg_backend_pid())",
      k_key_in_pg_locks));
  SLIPWAY_ASSIGN(const auto rows, session_->query(text, {std::to_string(key_)}, wait));
  return rows.boolean(0, 0);
}

} // namespace slipway::locks
