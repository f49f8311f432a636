#include "runner.hpp"

#include "pooler.hpp"
#include "run_identity.hpp"
#include "run_schema.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/locks/pooled_lock.hpp"
#include "slipway/pg/server_facts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

constexpr Millis k_finish_patience{10'000};
/// For bookkeeping of our own, which a server answers at once.
constexpr Millis k_answer_patience{60'000};
/// For reading the schema of a large database and writing it down.
constexpr Millis k_schema_patience{60'000};

Wait finish_wait() {
  return Wait{Deadline::after(k_finish_patience), nullptr};
}

apply::Limits limits(const Context& context) {
  apply::Limits limits;
  limits.locks.lock_timeout = context.config.duration("apply.lock_timeout");
  limits.locks.max_stall = context.config.duration("apply.max_stall");
  limits.locks.budget = context.config.duration("apply.lock_budget");
  limits.locks.blocked_after = context.config.duration("apply.blocked_after");
  limits.locks.on_blocked = locks::on_blocked_from(context.config.text("apply.on_blocked"));
  limits.locks.never_signal = context.config.text_list("apply.never_signal");
  limits.statement_timeout = context.config.duration("apply.statement_timeout");
  limits.concurrent_timeout = context.config.duration("apply.concurrent_timeout");
  return limits;
}

Status check_changeable(const pg::ServerFacts& facts) {
  if (facts.in_recovery)
    return fail(
        Error(ErrorCode::unsupported,
              "the target is a standby: it is in recovery and cannot be changed")
            .with_hint(
                "connect to the primary; target_session_attrs=read-write in the connection string finds it")
            .with_state("nothing was changed"));
  if (facts.read_only)
    return fail(
        Error(ErrorCode::unsupported,
              "the target is read-only: default_transaction_read_only is on")
            .with_hint(
                "connect with options=-cdefault_transaction_read_only=off, or ask who set it: "
                "ALTER ROLE ... SET or ALTER DATABASE ... SET")
            .with_state("nothing was changed"));
  return {};
}

std::string role_name(std::int64_t run, const std::string& kind) {
  return fmt::format("slipway:{}:{}", run, kind);
}

// Short paths in errors and reports: as a person would type them here.
std::string seen_from_here(const std::string& path, const std::string& working_directory) {
  const bool is_below =
      path.size() > working_directory.size() + 1 && path.rfind(working_directory + "/", 0) == 0;
  return is_below ? path.substr(working_directory.size() + 1) : path;
}

std::string outcome_name(const Error& error) {
  return error.code == ErrorCode::cancelled ? "cancelled" : "failed";
}

// A failure after some migrations of the run were done leaves the target between two known states.
Error with_done(Error error, const RunReport& report) {
  if (report.done.empty()) return error;
  std::vector<std::string> names;
  for (const auto& one : report.done)
    names.push_back(
        fmt::format("{} {} {}", direction_name(one.direction), one.version.str(), one.name));
  constexpr std::size_t k_shown = 5;
  const auto count = names.size();
  if (count > k_shown)
    names.erase(names.begin(), names.end() - static_cast<std::ptrdiff_t>(k_shown));
  error.notes.push_back(fmt::format(
      "done before it in this run, and staying: {}{}",
      count > k_shown ? fmt::format("{} others, ", count - k_shown) : "", fmt::join(names, ", ")));
  if (error.code == ErrorCode::sql || error.code == ErrorCode::cancelled ||
      error.code == ErrorCode::check_failed)
    error.code = ErrorCode::part_way;
  return error;
}

// A run that left everything as it was must not hide what somebody else changed before it.
bool is_schema_changed(const std::string& kind, const RunReport& report, const Status& outcome) {
  if (kind == "repair") return false;
  return !report.done.empty() || (!outcome && outcome.error().code == ErrorCode::part_way);
}

} // namespace

std::string migrations_path(const Context& context) {
  return seen_from_here(context.config.path("migrations.folder"),
                        context.config.working_directory());
}

Result<source::Folder> read_migrations(const Context& context) {
  const auto path = migrations_path(context);
  auto folder = source::read_folder(context.files, path);
  if (!folder) {
    auto error = std::move(folder).error();
    if (error.code == ErrorCode::io && error.hint.empty()) {
      error.hint =
          "`slipway init` makes the folder; --migrations or migrations.folder in slipway.toml names another";
      error.next_command = "slipway init";
    }
    return fail(std::move(error));
  }
  for (const auto& warning : folder->warnings)
    context.events.on_event(event::Warning{.message = warning.place.file + ": " + warning.message,
                                           .hint = warning.hint});
  return folder;
}

history::Store history_store(const Context& context) {
  return history::Store(context.config.text("history.schema"));
}

Runner::Runner(const Context& context, std::string kind, pg::Session session)
    : context_(context), kind_(std::move(kind)), session_(std::move(session)),
      store_(history_store(context)), start_(std::chrono::steady_clock::now()) {
}

Result<std::unique_ptr<Runner>> Runner::begin(const Context& context, const std::string& kind,
                                              const Wait& wait) {
  SLIPWAY_ASSIGN(auto session, open_session(context, kind, wait));
  return begin(context, kind, std::move(session), wait);
}

Result<std::unique_ptr<Runner>> Runner::begin(const Context& context, const std::string& kind,
                                              pg::Session session, const Wait& wait) {
  std::unique_ptr<Runner> runner(new Runner(context, kind, std::move(session)));
  SLIPWAY_ASSIGN(runner->crash_, crash_plan_of(context));
  const auto answer = wait.within(k_answer_patience);
  SLIPWAY_ASSIGN(const auto facts, pg::read_server_facts(runner->session_, answer));
  SLIPWAY_TRY(check_changeable(facts));
  SLIPWAY_ASSIGN(runner->way_, way_to_server(context, facts));
  SLIPWAY_TRY(runner->prepare_session(answer));
  SLIPWAY_TRY(runner->lock(context.config.duration("run.lock_wait"), wait));
  runner->crash_.reach(os::CrashPoint::run_lock_taken);
  SLIPWAY_TRY(runner->store_.prepare(runner->session_, wait.within(k_answer_patience)));
  runner->crash_.reach(os::CrashPoint::run_tables_prepared);
  return runner;
}

// A pooler in transaction mode lends a server session for one transaction: nothing is set in it,
// and nothing prepared. One in session mode gives us another when the lock is taken.
Status Runner::prepare_session(const Wait& wait) {
  session_.name_statements(way_ == WayToServer::direct);
  if (way_ == WayToServer::transaction_pooler || (way_ != WayToServer::direct && run_ == 0))
    return {};
  return apply::prepare_session(session_, application_name(), wait);
}

std::string Runner::application_name() const {
  return way_ == WayToServer::direct ? role_name(run_, kind_)
                                     : locks::working_name(store_.schema(), kind_);
}

Result<plan::History> Runner::history(const Wait& wait) {
  return store_.read(session_, wait.within(k_answer_patience));
}

Status Runner::lock(Millis patience, const Wait& given) {
  const auto wait = given.within(patience + k_answer_patience);
  if (way_ == WayToServer::direct) {
    SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(session_, store_.schema(), patience,
                                                         context_.events, wait));
    lock_.emplace(std::move(lock));
    return {};
  }
  const auto info = run_info(context_, kind_);
  const locks::PooledLock request{
      .history_schema = store_.schema(),
      .lock_wait = patience,
      .kind = kind_,
      .holder =
          fmt::format("pid {} on {} ({}, slipway {})", info.pid, info.host, info.actor, kind_),
      .session_pooling = way_ == WayToServer::session_pooler,
      .open = [this](const std::string& name,
                     const Wait& limit) { return open_named_session(context_, name, limit); },
      .prepare = [this](pg::Session& session,
                        const Wait& limit) { return store_.prepare_within(session, limit); }};
  SLIPWAY_ASSIGN(auto lock, locks::acquire_behind_pooler(session_, request, context_.events, wait));
  lock_.emplace(std::move(lock));
  return {};
}

apply::RunContext Runner::run_context() {
  apply::RunContext context{.session = session_,
                            .store = store_,
                            .events = context_.events,
                            .masker = context_.masker,
                            .crash = crash_,
                            .watcher = *watcher_,
                            .run = run_,
                            .application_name = application_name(),
                            .limits = limits(context_)};
  context.after_begin = after_begin_;
  if (!capture_.empty())
    context.before_commit = [this](const Wait& wait) { return mark_transaction(wait); };
  if (way_ == WayToServer::direct) return context;
  context.transaction_prologue = prologue();
  if (lock_->mode() == "lease") context.transaction_epilogue = lock_->fence();
  context.borrowed_session = way_ == WayToServer::transaction_pooler;
  context.before_alone = [this](Millis longest, const Wait& limit) {
    return lock_->cover(longest, limit);
  };
  return context;
}

std::vector<pg::Query> Runner::prologue() const {
  if (way_ == WayToServer::direct) return {};
  auto queries = lock_->fence();
  if (way_ == WayToServer::transaction_pooler)
    for (auto& setting : apply::transaction_settings(session_))
      queries.push_back(std::move(setting));
  return queries;
}

// One look at everything that would be refused, so that it is refused before anything is done.
Status Runner::check_steps(const plan::Plan& plan) const {
  if (way_ != WayToServer::transaction_pooler) return {};
  for (const auto& step : plan.steps) SLIPWAY_TRY(apply::check_for_borrowed_session(step));
  return {};
}

Status Runner::check_lock(const Wait& wait) {
  if (way_ == WayToServer::direct) return {};
  return lock_->cover(Millis(0), wait);
}

Result<pg::Session> Runner::open_watcher(const Wait& wait) const {
  if (lock_ && lock_->mode() == "lease")
    return fail(ErrorCode::unsupported, "the pool has one connection to give");
  auto options = session_.options();
  options.application_name = role_name(run_, "watcher");
  return pg::Session::open(options, wait);
}

Status Runner::start_run(std::int64_t migrations, const Wait& wait) {
  if (run_ != 0) return {};
  SLIPWAY_ASSIGN(
      run_, store_.start_run(session_, run_info(context_, kind_), wait.within(k_answer_patience)));
  crash_.reach(os::CrashPoint::run_recorded);
  SLIPWAY_TRY(prepare_session(wait));
  context_.events.on_event(event::RunStarted{
      .run = run_, .kind = kind_, .target = session_.describe(), .migrations = migrations});
  note_schema_before(context_, session_, run_, wait.within(k_schema_patience));
  return join_capture(wait.within(k_answer_patience));
}

Status Runner::run(const plan::Plan& plan, RunReport& report, const Wait& wait) {
  for (const auto& warning : plan.warnings)
    context_.events.on_event(event::Warning{.message = warning, .hint = {}});
  if (plan.steps.empty()) return {};
  SLIPWAY_TRY(check_steps(plan));
  SLIPWAY_TRY(start_run(static_cast<std::int64_t>(plan.steps.size()), wait));
  report.run = run_;
  if (!watcher_) watcher_.emplace([this](const Wait& patience) { return open_watcher(patience); });
  apply::StepPosition position{.index = 0, .total = static_cast<std::int64_t>(plan.steps.size())};
  for (const auto& step : plan.steps) {
    ++position.index;
    if (wait.stop_requested() || wait.deadline.passed())
      return fail(Error(ErrorCode::cancelled, wait.stop_requested()
                                                  ? "stopped on request"
                                                  : "the deadline of the run has passed")
                      .with_state(fmt::format("{} {} was not begun", step.migration.version.str(),
                                              step.migration.name))
                      .with_next("slipway status"));
    SLIPWAY_TRY(check_lock(wait));
    SLIPWAY_ASSIGN(const auto outcome, run_step(step, position, wait));
    report.done.push_back(Done{.version = step.migration.version,
                               .name = step.migration.name,
                               .direction = step.direction,
                               .rows = outcome.rows,
                               .duration_ms = outcome.duration_ms});
  }
  return {};
}

Result<apply::StepOutcome> Runner::run_step(const plan::Step& step, apply::StepPosition position,
                                            const Wait& wait) {
  auto outcome = apply::run_step(run_context(), step, position, wait);
  if (outcome) return outcome;
  if (session_.usable()) return fail(locks::explain_fence(std::move(outcome).error()));
  return look_again(step, position, std::move(outcome).error(), wait);
}

// What was set in it must not reach whoever gets it next, even where the pooler does not reset it.
void Runner::give_session_back() {
  if (!session_.usable()) return;
  for (const auto* text : {"RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"})
    if (const auto reset = session_.execute(SqlText(text), finish_wait()); !reset)
      return context_.events.on_event(event::Warning{
          .message = "the server session could not be reset", .hint = reset.error().message});
}

Result<RunReport> Runner::finish(RunReport report, Status outcome) {
  const auto duration =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  const auto name = outcome ? std::string(report.nothing_to_do() ? "nothing_to_do" : "done")
                            : outcome_name(outcome.error());
  crash_.reach(os::CrashPoint::run_steps_done);
  if (run_ != 0 && session_.usable()) {
    const auto message = outcome ? std::string() : context_.masker.mask(outcome.error().message);
    const auto written = store_.finish_run(session_, run_, name, message, finish_wait());
    if (!written)
      context_.events.on_event(event::Warning{.message = "the end of the run could not be recorded",
                                              .hint = written.error().message});
  }
  if (is_schema_changed(kind_, report, outcome) && session_.usable())
    keep_schema_after(context_, session_, run_,
                      Wait{Deadline::after(k_schema_patience), context_.stop});
  crash_.reach(os::CrashPoint::run_finished);
  if (way_ == WayToServer::session_pooler) give_session_back();
  if (lock_ && session_.usable()) {
    const auto released = lock_->release(finish_wait());
    if (!released && outcome) outcome = fail(released.error());
  }
  if (outcome || run_ != 0)
    context_.events.on_event(
        event::RunFinished{.run = run_,
                           .kind = kind_,
                           .outcome = name,
                           .migrations = static_cast<std::int64_t>(report.done.size()),
                           .duration_ms = duration});
  if (!outcome) return fail(with_done(std::move(outcome).error(), report));
  return report;
}

} // namespace slipway::app
