#pragma once

#include "slipway/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway {

/// Which way a migration is run.
enum class Direction { up, down };
std::string_view direction_name(Direction direction);

/// The one stream of what happens. Each event is a struct with a stable `name` and a `fields`
/// visitor that names each member once; the JSON sink, the events page and the tests all read
/// those. Adding one: a struct here, a line in `Event`, a row in docs/formats/events.md.
namespace event {

/// Something worth saying that is neither progress nor a problem.
struct Note {
  static constexpr std::string_view name = "note";
  std::string message;
  template<class V>
  void fields(V&& v) const {
    v("message", message);
  }
};

/// Something a person should look at; the work goes on.
struct Warning {
  static constexpr std::string_view name = "warning";
  std::string message;
  std::string hint;
  template<class V>
  void fields(V&& v) const {
    v("message", message);
    v("hint", hint);
  }
};

/// A NOTICE, WARNING or INFO of the server while a statement of the user ran.
struct ServerNotice {
  static constexpr std::string_view name = "server_notice";
  std::string severity;
  std::string sqlstate;
  std::string message;
  template<class V>
  void fields(V&& v) const {
    v("severity", severity);
    v("sqlstate", sqlstate);
    v("message", message);
  }
};

/// Another slipway holds the runner lock; repeated while we poll.
struct RunnerLockWaiting {
  static constexpr std::string_view name = "runner_lock_waiting";
  std::string holder; ///< "pid 4711 on db-host (run 12, slipway up), since 12:00:03"
  std::int64_t waited_ms = 0;
  std::int64_t limit_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("holder", holder);
    v("waited_ms", waited_ms);
    v("limit_ms", limit_ms);
  }
};

struct RunnerLockAcquired {
  static constexpr std::string_view name = "runner_lock_acquired";
  std::string mode;
  std::int64_t waited_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("mode", mode);
    v("waited_ms", waited_ms);
  }
};

/// A run began; it is a row in slipway.run.
struct RunStarted {
  static constexpr std::string_view name = "run_started";
  std::int64_t run = 0;
  std::string kind;
  std::string target; ///< masked connection string
  std::int64_t migrations = 0;
  template<class V>
  void fields(V&& v) const {
    v("run", run);
    v("kind", kind);
    v("target", target);
    v("migrations", migrations);
  }
};

struct MigrationStarted {
  static constexpr std::string_view name = "migration_started";
  std::int64_t run = 0;
  std::int64_t version = 0;
  std::string migration;
  Direction direction = Direction::up;
  std::int64_t statements = 0;
  std::int64_t index = 0; ///< 1-based among `total`
  std::int64_t total = 0;
  std::int64_t resumed_at = 0; ///< statement number it continues at, 0 when from the start
  template<class V>
  void fields(V&& v) const {
    v("run", run);
    v("version", version);
    v("migration", migration);
    v("direction", direction_name(direction));
    v("statements", statements);
    v("index", index);
    v("total", total);
    v("resumed_at", resumed_at);
  }
};

struct StatementStarted {
  static constexpr std::string_view name = "statement_started";
  std::int64_t version = 0;
  Direction direction = Direction::up;
  std::int64_t statement = 0; ///< 1-based in its section
  std::int64_t total = 0;
  std::string sql; ///< first line, shortened
  template<class V>
  void fields(V&& v) const {
    v("version", version);
    v("direction", direction_name(direction));
    v("statement", statement);
    v("total", total);
    v("sql", sql);
  }
};

/// A statement is still running; told every few seconds.
struct StatementRunning {
  static constexpr std::string_view name = "statement_running";
  std::int64_t version = 0;
  Direction direction = Direction::up;
  std::int64_t statement = 0;
  std::int64_t total = 0;
  std::string sql;
  std::int64_t elapsed_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("version", version);
    v("direction", direction_name(direction));
    v("statement", statement);
    v("total", total);
    v("sql", sql);
    v("elapsed_ms", elapsed_ms);
  }
};

struct StatementFinished {
  static constexpr std::string_view name = "statement_finished";
  std::int64_t version = 0;
  Direction direction = Direction::up;
  std::int64_t statement = 0;
  std::int64_t total = 0;
  std::int64_t rows = 0;
  double duration_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("version", version);
    v("direction", direction_name(direction));
    v("statement", statement);
    v("total", total);
    v("rows", rows);
    v("duration_ms", duration_ms);
  }
};

/// Sessions hold locks that a transaction of ours needs: it is not begun, and nobody queues behind
/// it. Repeated while we look.
struct LockWaiting {
  static constexpr std::string_view name = "lock_waiting";
  std::int64_t version = 0;
  std::int64_t statement = 0;
  std::string blockers;
  std::int64_t waited_ms = 0;
  std::int64_t limit_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("version", version);
    v("statement", statement);
    v("blockers", blockers);
    v("waited_ms", waited_ms);
    v("limit_ms", limit_ms);
  }
};

/// A statement did not get its lock in one attempt; its transaction is rolled back and will be
/// tried again.
struct LockRetry {
  static constexpr std::string_view name = "lock_retry";
  std::int64_t version = 0;
  std::int64_t statement = 0;
  std::int64_t attempt = 0;
  std::int64_t sleep_ms = 0;
  std::string reason; ///< "lock_timeout", "deadlock" or "stall": others waited behind us too long
  std::string blockers;
  template<class V>
  void fields(V&& v) const {
    v("version", version);
    v("statement", statement);
    v("attempt", attempt);
    v("sleep_ms", sleep_ms);
    v("reason", reason);
    v("blockers", blockers);
  }
};

/// A session in the way was cancelled or terminated, as the policy in force allows.
struct SessionSignalled {
  static constexpr std::string_view name = "session_signalled";
  std::int64_t pid = 0;
  std::string action; ///< "cancel" or "terminate"
  std::string session;
  std::string why;
  template<class V>
  void fields(V&& v) const {
    v("pid", pid);
    v("action", action);
    v("session", session);
    v("why", why);
  }
};

/// One check made before the first statement.
struct PreflightChecked {
  static constexpr std::string_view name = "preflight_checked";
  std::string check;
  std::string verdict; ///< "pass", "warn", "stop" or "unknown"
  std::string found;
  std::string remedy;
  template<class V>
  void fields(V&& v) const {
    v("check", check);
    v("verdict", verdict);
    v("found", found);
    v("remedy", remedy);
  }
};

struct MigrationFinished {
  static constexpr std::string_view name = "migration_finished";
  std::int64_t run = 0;
  std::int64_t version = 0;
  std::string migration;
  Direction direction = Direction::up;
  std::string outcome; ///< "done", "failed", or "unknown" until the runner has looked
  std::int64_t rows = 0;
  double duration_ms = 0;
  std::int64_t index = 0;
  std::int64_t total = 0;
  template<class V>
  void fields(V&& v) const {
    v("run", run);
    v("version", version);
    v("migration", migration);
    v("direction", direction_name(direction));
    v("outcome", outcome);
    v("rows", rows);
    v("duration_ms", duration_ms);
    v("index", index);
    v("total", total);
  }
};

struct RunFinished {
  static constexpr std::string_view name = "run_finished";
  std::int64_t run = 0;
  std::string kind;
  std::string outcome; ///< "done", "failed", "cancelled", "nothing_to_do"
  std::int64_t migrations = 0;
  double duration_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("run", run);
    v("kind", kind);
    v("outcome", outcome);
    v("migrations", migrations);
    v("duration_ms", duration_ms);
  }
};

/// A step of a way back begins: of a rollback, with the clock that everybody looks at meanwhile.
struct StepStarted {
  static constexpr std::string_view name = "step_started";
  std::int64_t run = 0;   ///< the one that is taken back
  std::string step;       ///< "freeze", "stop", "fast path", "safe path", "previous version" ...
  std::int64_t index = 0; ///< 1-based among `total`
  std::int64_t total = 0;
  std::int64_t elapsed_ms = 0; ///< since the first step
  std::int64_t budget_ms = 0;  ///< how long all of it may take; 0: nobody said
  template<class V>
  void fields(V&& v) const {
    v("run", run);
    v("step", step);
    v("index", index);
    v("total", total);
    v("elapsed_ms", elapsed_ms);
    v("budget_ms", budget_ms);
  }
};

struct StepFinished {
  static constexpr std::string_view name = "step_finished";
  std::int64_t run = 0;
  std::string step;
  std::string outcome; ///< "done", "failed"
  std::int64_t duration_ms = 0;
  template<class V>
  void fields(V&& v) const {
    v("run", run);
    v("step", step);
    v("outcome", outcome);
    v("duration_ms", duration_ms);
  }
};

/// A command failed; carries the whole error.
struct Failed {
  static constexpr std::string_view name = "failed";
  Error error;
  template<class V>
  void fields(V&& v) const {
    v("error", error);
  }
};

} // namespace event

using Event =
    std::variant<event::Note, event::Warning, event::ServerNotice, event::RunnerLockWaiting,
                 event::RunnerLockAcquired, event::RunStarted, event::MigrationStarted,
                 event::StatementStarted, event::StatementRunning, event::StatementFinished,
                 event::LockWaiting, event::LockRetry, event::SessionSignalled,
                 event::PreflightChecked, event::MigrationFinished, event::RunFinished,
                 event::StepStarted, event::StepFinished, event::Failed>;

/// Where events go. Called from one thread at a time; must not throw and should return quickly.
class EventSink {
public:
  virtual ~EventSink() = default;
  EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;
  virtual void on_event(const Event& event) = 0;
};

/// Drops everything.
class NullSink final : public EventSink {
public:
  void on_event(const Event&) override {}
};

} // namespace slipway
