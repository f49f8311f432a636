// Mends what the history says. The schema itself is never touched here.
#include "slipway/app/migrations.hpp"

#include "runner.hpp"

#include <fmt/format.h>

namespace slipway::app {

namespace {

class Repair {
public:
  Repair(const source::Folder& folder, const plan::History& history, const RepairRequest& request)
      : folder_(folder), history_(history), request_(request),
        comparison_(plan::compare(folder, history)) {}

  /// Decides everything before anything is written.
  Status decide(const history::Store& store, std::int64_t run) {
    if (request_.forget) return forget(store, *request_.forget);
    if (request_.done || request_.undone) return settle(store, run);
    return accept(store);
  }

  std::vector<pg::Query> queries;
  std::vector<std::string> sentences;

private:
  Status accept(const history::Store& store) {
    for (const auto& entry : comparison_.entries) {
      if (!entry.file || !entry.applied || entry.difference == plan::Difference::none) continue;
      if (request_.version && entry.version != *request_.version) continue;
      if (entry.difference == plan::Difference::changed && !request_.accept_files) continue;
      SLIPWAY_ASSIGN(const auto migration, source::parse_migration(folder_.files[*entry.file]));
      queries.push_back(store.accept_file(migration));
      sentences.push_back(
          fmt::format("{} {} is recorded as its file now says", entry.version.str(), entry.name));
    }
    return {};
  }

  Status forget(const history::Store& store, Version version) {
    const auto* applied = history_.find(version);
    if (applied == nullptr)
      return fail(Error(ErrorCode::usage, fmt::format("{} is not recorded", version.str()))
                      .with_next("slipway status"));
    queries.push_back(store.remove_applied(version));
    sentences.push_back(fmt::format("{} {} is no longer recorded; its journal stays", version.str(),
                                    applied->name));
    return {};
  }

  Status settle(const history::Store& store, std::int64_t run) {
    SLIPWAY_ASSIGN(const auto* half, half_done());
    const auto direction =
        half->state == plan::AppliedState::undoing ? Direction::down : Direction::up;
    const auto number = request_.done ? *request_.done : *request_.undone;
    SLIPWAY_ASSIGN(const auto digest, digest_of(*half, direction, number));
    history::JournalEntry entry{.run = run, .version = half->version};
    entry.direction = direction;
    entry.statement = number;
    entry.digest = digest;
    queries.push_back(request_.done
                          ? store.journal_finished(entry)
                          : store.journal_failed(entry, "", "declared not done by repair"));
    sentences.push_back(fmt::format("statement {} of {} {} counts as {}", number,
                                    half->version.str(), half->name,
                                    request_.done ? "done" : "not done"));
    return {};
  }

  Result<const plan::AppliedMigration*> half_done() const {
    const plan::AppliedMigration* found = nullptr;
    for (const auto& one : history_.applied) {
      if (one.state == plan::AppliedState::applied ||
          (request_.version && one.version != *request_.version))
        continue;
      if (found != nullptr)
        return fail(Error(ErrorCode::usage, "several migrations are half done")
                        .with_hint("name one with --migration VERSION"));
      found = &one;
    }
    if (found == nullptr)
      return fail(Error(ErrorCode::check_failed,
                        "no migration is half done, so there is no statement to decide about")
                      .with_next("slipway status"));
    return found;
  }

  // A statement that was journaled has its digest there; one that never began has it in the file.
  Result<std::string> digest_of(const plan::AppliedMigration& half, Direction direction,
                                std::int64_t number) const {
    for (const auto& row : history_.unfinished_of(half.version, direction))
      if (row.number == number) return row.digest;
    if (direction == Direction::up) {
      for (const auto& file : folder_.files) {
        if (file.version != half.version) continue;
        SLIPWAY_ASSIGN(auto migration, source::parse_migration(file));
        auto section = migration.up;
        SLIPWAY_ASSIGN(const auto step,
                       plan::make_step(Direction::up, std::move(migration), std::move(section)));
        for (const auto& group : step.groups)
          for (const auto& statement : group.statements)
            if (statement.number == number) return statement.digest;
      }
    }
    return fail(Error(ErrorCode::usage, fmt::format("{} {} has no statement {}", half.version.str(),
                                                    half.name, number))
                    .with_next("slipway status"));
  }

  const source::Folder& folder_;
  const plan::History& history_;
  const RepairRequest& request_;
  plan::Comparison comparison_;
};

} // namespace

Result<RepairReport> repair(const Context& context, const RepairRequest& request) {
  const auto wait = run_wait(context);
  SLIPWAY_ASSIGN(const auto folder, read_migrations(context));
  SLIPWAY_ASSIGN(auto runner, Runner::begin(context, "repair", wait));
  RepairReport report;
  RunReport run;
  auto outcome = [&]() -> Status {
    SLIPWAY_ASSIGN(const auto history, runner->history(wait));
    SLIPWAY_TRY(runner->start_run(0, wait));
    Repair repair(folder, history, request);
    SLIPWAY_TRY(repair.decide(runner->store(), runner->run_id()));
    std::vector<pg::Query> queries{{SqlText("BEGIN"), {}}};
    for (auto& query : runner->prologue()) queries.push_back(std::move(query));
    queries.insert(queries.end(), repair.queries.begin(), repair.queries.end());
    queries.push_back({SqlText("COMMIT"), {}});
    SLIPWAY_TRY(runner->session().pipeline(queries, wait));
    report.repaired = std::move(repair.sentences);
    return {};
  }();
  SLIPWAY_TRY(runner->finish(std::move(run), std::move(outcome)));
  return report;
}

} // namespace slipway::app
