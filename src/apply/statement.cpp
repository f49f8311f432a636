// One attempt at one statement: its locks, its text, and what is said and kept about it.
#include "statement.hpp"

#include "transaction.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::apply {

namespace {

constexpr std::size_t k_sql_shown = 100;
constexpr Millis k_answer_grace{10'000};
/// From this mode on a lock is one that the application can meet.
constexpr auto k_weakest_explicit = sql::LockMode::share_update_exclusive;

std::string shown(std::string_view sql) {
  sql = sql.substr(0, sql.find_first_of("\r\n"));
  return std::string(sql.size() > k_sql_shown ? sql.substr(0, k_sql_shown) : sql);
}

// Statements whose locks the text does not tell.
bool is_opaque(const sql::StatementFacts& facts) {
  constexpr std::array<std::string_view, 3> k_kinds = {"do", "call", "select"};
  return !facts.parsed || std::find(k_kinds.begin(), k_kinds.end(), facts.kind) != k_kinds.end();
}

std::vector<pg::Query> lock_queries(const std::vector<locks::Target>& targets,
                                    const Manner& manner) {
  std::vector<pg::Query> queries;
  for (const auto& target : targets) {
    if (!target.lockable || target.mode < k_weakest_explicit) continue;
    queries.push_back(
        {SqlText(fmt::format("LOCK TABLE {}{} IN {} MODE", target.with_descendants ? "" : "ONLY ",
                             target.relation, sql::lock_mode_name(target.mode))),
         {}});
  }
  if (queries.empty()) return queries;
  // statement_timeout bounds all locks of a LOCK TABLE together, where lock_timeout counts each
  // one. What the migration may have set it to comes back afterwards.
  queries.insert(
      queries.begin(),
      {{SqlText(
            "SELECT pg_catalog.set_config('slipway.kept', pg_catalog.current_setting('statement_timeout'), true)"),
        {}},
       {SqlText("SELECT pg_catalog.set_config('statement_timeout', $1::text, true)"),
        {std::to_string(manner.bound.count())}}});
  queries.push_back(
      {SqlText(
           "SELECT pg_catalog.set_config('statement_timeout', pg_catalog.current_setting('slipway.kept'), true)"),
       {}});
  return queries;
}

class Attempt {
public:
  Attempt(const RunContext& context, const plan::Step& step,
          const plan::PlannedStatement& statement, const Manner& manner, const Wait& wait)
      : context_(context), step_(step), statement_(statement), manner_(manner), wait_(wait) {}

  Attempted run(const Circumstances& circumstances) {
    const auto& facts = statement_.facts;
    const bool meets_others = locks::is_worth_a_look(facts) && !circumstances.new_things_only;
    // A concurrent index operation waits for old transactions with nobody behind it.
    const bool watched = !works_concurrently(facts) && (meets_others || is_opaque(facts));
    if (watched)
      context_.watcher.watch(context_.session, circumstances.backend, manner_.max_stall,
                             manner_.signals ? &context_.limits.locks : nullptr);
    Attempted attempted = circumstances.in_transaction && meets_others ? with_locks() : sent();
    if (watched) settle(attempted, context_.watcher.done());
    return attempted;
  }

private:
  Attempted with_locks() {
    const auto start = std::chrono::steady_clock::now();
    auto found = look();
    if (!found) return {.rows = fail(std::move(found).error())};
    if (!found->blockers.empty()) {
      Attempted attempted{.rows = fail(ErrorCode::lock_timeout, "others hold what it needs"),
                          .trouble = Trouble::blocked};
      attempted.blockers = std::move(found->blockers);
      return attempted;
    }
    const auto queries = lock_queries(found->targets, manner_);
    if (!queries.empty()) {
      auto locked = context_.session.pipeline(queries, answer_within(manner_.bound, wait_));
      if (!locked) {
        auto error = std::move(locked).error();
        // The bound ended the wait, as lock_timeout ends the wait for one lock.
        const auto trouble = error.is_query_cancelled() && !wait_.stop_requested()
                                 ? Trouble::lock_timeout
                                 : trouble_of(error);
        return {.rows = fail(std::move(error)), .trouble = trouble};
      }
    }
    const Millis waited(static_cast<std::int64_t>(elapsed_ms(start)));
    auto attempted = sent();
    attempted.lock_wait = waited;
    return attempted;
  }

  Result<locks::Survey> look() {
    const std::vector<const sql::StatementFacts*> statements = {&statement_.facts};
    if (!manner_.despite_blockers) return locks::survey(context_.session, statements, wait_);
    SLIPWAY_ASSIGN(auto targets, locks::targets(context_.session, statements, wait_));
    return locks::Survey{.targets = std::move(targets), .blockers = {}};
  }

  Attempted sent() {
    auto rows = send();
    const auto trouble = rows ? Trouble::none : trouble_of(rows.error());
    return {.rows = std::move(rows), .trouble = trouble};
  }

  Result<pg::Rows> send() {
    const auto total = static_cast<std::int64_t>(step_.section.statements.size());
    const auto sql = step_.section.sql(statement_.statement);
    if (wait_.stop_requested())
      return fail(ErrorCode::cancelled, "stopped before the next statement");
    context_.events.on_event(event::StatementStarted{.version = step_.migration.version.number(),
                                                     .direction = step_.direction,
                                                     .statement = statement_.number,
                                                     .total = total,
                                                     .sql = shown(sql)});
    const auto start = std::chrono::steady_clock::now();
    auto rows = exchange(SqlText{std::string(sql)});
    if (rows)
      context_.events.on_event(event::StatementFinished{.version = step_.migration.version.number(),
                                                        .direction = step_.direction,
                                                        .statement = statement_.number,
                                                        .total = total,
                                                        .rows = rows->affected(),
                                                        .duration_ms = elapsed_ms(start)});
    return rows;
  }

  Result<pg::Rows> exchange(const SqlText& sql) {
    const auto wait = statement_wait(context_, step_, &statement_.facts, wait_);
    const auto& copy = statement_.statement.copy_data;
    if (!copy) return context_.session.execute(sql, wait);
    return context_.session.copy_in(
        sql, std::string_view(*step_.section.text).substr(copy->offset, copy->length), wait);
  }

  void settle(Attempted& attempted, const locks::Watched& watched) {
    for (const auto& one : watched.signalled)
      context_.events.on_event(event::SessionSignalled{
          .pid = one.session.pid,
          .action = one.signal == locks::Signal::terminate ? "terminate" : "cancel",
          .session = one.session.describe(),
          .why = one.arrived ? "it held what statement " + std::to_string(statement_.number) +
                                   " needs, as apply.on_blocked allows"
                             : "the server refused: pg_signal_backend is needed"});
    for (const auto& why : watched.left_alone)
      context_.events.on_event(event::Note{.message = why});
    if (auto trouble = context_.watcher.trouble(); !trouble.empty())
      context_.events.on_event(event::Warning{
          .message = "nobody watches who waits behind us: " + trouble,
          .hint =
              "lock_timeout still ends every wait; a second connection would bound them together"});
    if (attempted.rows || !watched.stepped_aside) return;
    attempted.trouble = Trouble::stall;
    attempted.rows.error().message = fmt::format("stepped aside: pid {} waited {} ms behind it",
                                                 watched.waiter, watched.waited.count());
  }

  const RunContext& context_;
  const plan::Step& step_;
  const plan::PlannedStatement& statement_;
  const Manner& manner_;
  const Wait& wait_;
};

} // namespace

Trouble trouble_of(const Error& error) {
  if (error.is_lock_timeout()) return Trouble::lock_timeout;
  return error.is_deadlock() ? Trouble::deadlock : Trouble::none;
}

std::string trouble_name(Trouble trouble) {
  switch (trouble) {
  case Trouble::none:
    return "none";
  case Trouble::blocked:
    return "blocked";
  case Trouble::lock_timeout:
    return "lock_timeout";
  case Trouble::deadlock:
    return "deadlock";
  case Trouble::stall:
    return "stall";
  }
  return "none";
}

Attempted attempt_statement(const RunContext& context, const plan::Step& step,
                            const plan::PlannedStatement& statement, const Manner& manner,
                            const Circumstances& circumstances, const Wait& wait) {
  return Attempt(context, step, statement, manner, wait).run(circumstances);
}

history::JournalEntry entry_for(const RunContext& context, const plan::Step& step,
                                const plan::PlannedStatement& statement) {
  history::JournalEntry entry{.run = context.run, .version = step.migration.version};
  entry.direction = step.direction;
  entry.statement = statement.number;
  entry.digest = statement.digest;
  return entry;
}

void journal_failure(const RunContext& context, const plan::Step& step,
                     const plan::PlannedStatement& statement, const Error& error) {
  if (!context.session.usable()) return;
  const auto entry = entry_for(context, step, statement);
  const auto sqlstate = error.sql ? error.sql->sqlstate : std::string();
  const auto written = context.session.pipeline(
      {context.store.journal_failed(entry, sqlstate, context.masker.mask(error.message))},
      cleanup_wait());
  if (!written)
    context.events.on_event(
        event::Warning{.message = "the failure could not be written to the journal",
                       .hint = written.error().message});
}

bool works_concurrently(const sql::StatementFacts& facts) {
  return facts.is_concurrent_index || facts.interruption.trace == sql::Trace::partition_detached;
}

Millis statement_timeout(const RunContext& context, const plan::Step& step,
                         const sql::StatementFacts* facts) {
  const bool concurrent = facts != nullptr && works_concurrently(*facts);
  const auto usual =
      concurrent ? context.limits.concurrent_timeout : context.limits.statement_timeout;
  return step.migration.statement_timeout.value_or(usual);
}

Wait statement_wait(const RunContext& context, const plan::Step& step,
                    const sql::StatementFacts* facts, const Wait& wait) {
  for (const auto& group : step.groups)
    for (const auto& statement : group.statements)
      if (statement.facts.changes_session || !statement.facts.parsed) return wait;
  return answer_within(statement_timeout(context, step, facts), wait);
}

Wait answer_within(Millis timeout, const Wait& wait) {
  return timeout.count() > 0 ? wait.within(timeout + k_answer_grace) : wait;
}

} // namespace slipway::apply
