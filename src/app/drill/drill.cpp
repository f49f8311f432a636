// The order of a rehearsal. What could not begin is an error; what went otherwise than it must is a
// problem of the report, so that it comes into the log.
#include "slipway/app/drill.hpp"

#include "fill.hpp"
#include "stage.hpp"
#include "writers.hpp"

#include "slipway/app/backup.hpp"
#include "slipway/app/drill_oracle.hpp"
#include "slipway/app/migrations.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/app/schema.hpp"
#include "slipway/app/target.hpp"
#include "slipway/history/replace_down.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/source/folder.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace slipway::app {

namespace {

constexpr std::int64_t k_writes = 60;
constexpr Millis k_patience{60'000};
constexpr Millis k_patience_for_broken{15'000};
constexpr std::size_t k_shown_losses = 5;

constexpr const char* k_bad_down =
    "DO $$ BEGIN RAISE EXCEPTION 'this script is bad on purpose: slipway drill'; END $$;\n";
constexpr const char* k_own_table =
    "-- slipway:up\nCREATE TABLE slipway_drill (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY "
    "KEY,\n  label text,\n  note text);\n\n-- slipway:down\nDROP TABLE slipway_drill;\n";
constexpr const char* k_own_change =
    "-- slipway:up\nALTER TABLE slipway_drill RENAME COLUMN label TO title;\nALTER TABLE "
    "slipway_drill DROP COLUMN note;\n\n-- slipway:down\nALTER TABLE slipway_drill ADD COLUMN note "
    "text;\nALTER TABLE slipway_drill RENAME COLUMN title TO label;\n";

class Clock {
public:
  Millis passed() const {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began_);
  }

private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

class Drill {
public:
  Drill(const Context& project, const DrillRequest& request)
      : project_(project), request_(request), wait_(run_wait(project)),
        history_schema_(project.config.text("history.schema")) {
    report_.date = fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(os::now()));
  }

  Result<DrillReport> go() {
    SLIPWAY_TRY(begin());
    SLIPWAY_TRY(fill_tables());
    if (!is_own_ && filled_.writable.empty()) SLIPWAY_TRY(turn_to_own());
    SLIPWAY_TRY(back_up());
    if (const auto rehearsed = rehearse(); !rehearsed) {
      if (rehearsed.error().code == ErrorCode::cancelled) return fail(rehearsed.error());
      problem(rehearsed.error().message);
    }
    return std::move(report_);
  }

private:
  void say(std::string message) {
    project_.events.on_event(event::Note{.message = "drill: " + std::move(message)});
  }
  void problem(std::string message) { report_.problems.push_back(std::move(message)); }

  Result<std::optional<backup::Listed>> backup_to_begin_with() {
    if (!request_.from_backup) return std::optional<backup::Listed>();
    SLIPWAY_ASSIGN(const auto list, list_backups(project_));
    const auto& all = list.listing.backups;
    const auto whole = std::find_if(all.begin(), all.end(), [](const auto& one) {
      return one.manifest.extent == backup::Extent::all &&
             one.manifest.engine == backup::Engine::hot;
    });
    if (whole == all.end())
      return fail(Error(ErrorCode::check_failed,
                        "there is no backup of the whole database in " + list.store)
                      .with_next("slipway backup create"));
    report_.from = whole->manifest.name;
    return std::optional(*whole);
  }

  Status begin() {
    SLIPWAY_ASSIGN(const auto backup, backup_to_begin_with());
    SLIPWAY_ASSIGN(folder_,
                   source::read_folder(project_.files, project_.config.path("migrations.folder")));
    say("starting a throwaway PostgreSQL");
    SLIPWAY_ASSIGN(stage_, drill::Stage::set(project_, backup, wait_));
    SLIPWAY_TRY(choose());
    for (const auto& file : folder_.files)
      if (is_own_ || file.version < drilled_.version) SLIPWAY_TRY(stage_->add(file));
    if (is_own_) SLIPWAY_TRY(add_own_table());
    say("applying the migrations before it");
    return stage_->apply(wait_);
  }

  // The newest one that is not in the backup yet.
  Status choose() {
    is_own_ = request_.own || folder_.files.empty();
    if (is_own_) return {};
    drilled_ = folder_.files.back();
    if (request_.migration) {
      const auto found =
          std::find_if(folder_.files.begin(), folder_.files.end(),
                       [&](const auto& one) { return one.version == *request_.migration; });
      if (found == folder_.files.end())
        return fail(ErrorCode::check_failed,
                    fmt::format("there is no migration {}", request_.migration->str()));
      drilled_ = *found;
    }
    if (report_.from.empty()) return {};
    SLIPWAY_ASSIGN(const auto state, status(stage_->context()));
    const auto& applied = state.history.applied;
    const bool there = std::any_of(applied.begin(), applied.end(), [&](const auto& one) {
      return one.version >= drilled_.version;
    });
    if (there && request_.migration)
      return fail(ErrorCode::check_failed,
                  fmt::format("{} is in the backup already", drilled_.version.str()));
    is_own_ = there;
    return {};
  }

  Version own_version(std::int64_t number) const {
    const auto newest = folder_.files.empty() ? Version() : folder_.files.back().version;
    return Version(newest.number() + number);
  }
  Status add_own_table() {
    return stage_->add(own_version(1).str() + "_slipway_drill_table.sql", k_own_table);
  }

  Status turn_to_own() {
    say("no table of the project takes made up rows; going on with one of slipway's own");
    is_own_ = true;
    for (const auto& file : folder_.files)
      if (file.version >= drilled_.version) SLIPWAY_TRY(stage_->add(file));
    SLIPWAY_TRY(add_own_table());
    SLIPWAY_TRY(stage_->apply(wait_));
    return fill_tables();
  }

  // Beside rows that are there already, one tells whether a table takes more.
  drill::MadeUp first_row() const {
    if (report_.from.empty()) return {.first = 1, .rows = request_.rows};
    return {.first = drill::k_first_written / 2, .rows = 1};
  }

  Status fill_tables() {
    SLIPWAY_ASSIGN(auto session, stage_->open(wait_));
    SLIPWAY_ASSIGN(const auto tables, drill::read_tables(session, history_schema_, wait_));
    SLIPWAY_ASSIGN(filled_, drill::fill(session, tables, first_row(), wait_));
    names_ = drill::OldNames(tables);
    report_.tables = filled_.tables;
    report_.rows = filled_.rows;
    report_.refused = filled_.refused;
    say(fmt::format("{} rows in {} tables", filled_.rows, filled_.tables));
    return {};
  }

  Result<std::string> fingerprint() {
    SLIPWAY_ASSIGN(const auto read, read_target_schema(stage_->context()));
    return schema::fingerprint(read.schema).text();
  }

  Status back_up() {
    SLIPWAY_ASSIGN(report_.fingerprint_before, fingerprint());
    const Clock clock;
    SLIPWAY_TRY(create_backup(stage_->context(), {.label = "drill", .tables = {}}));
    report_.backup = clock.passed();
    return {};
  }

  Status rehearse() {
    drill::Writers writers({.open = [this](const Wait& limit) { return stage_->open(limit); },
                            .history_schema = history_schema_,
                            .writable = filled_.writable,
                            .names = names_});
    if (!writers.await_more(k_writes, wait_.within(k_patience)))
      return fail(ErrorCode::check_failed, "nothing could be written before the migration");
    SLIPWAY_TRY(apply_badly());
    writers.migration_ended();
    if (!writers.await_more(k_writes, wait_.within(k_patience_for_broken)))
      report_.notes.emplace_back("nothing more could be written after the migration");
    SLIPWAY_TRY(fail_fast());
    SLIPWAY_TRY(go_safely());
    if (!writers.await_more(k_writes, wait_.within(k_patience)))
      problem("nothing could be written after the rollback");
    SLIPWAY_TRY(judge(writers.stop()));
    SLIPWAY_ASSIGN(report_.fingerprint_after, fingerprint());
    if (report_.fingerprint_after != report_.fingerprint_before)
      problem("the schema is not the one from before the migration");
    return {};
  }

  Status apply_badly() {
    report_.is_own = is_own_;
    auto version = own_version(2);
    if (is_own_) {
      report_.migration = "slipway's own";
      SLIPWAY_TRY(stage_->add(version.str() + "_slipway_drill_change.sql", k_own_change));
    } else {
      version = drilled_.version;
      report_.migration = version.str() + " " + drilled_.name;
      SLIPWAY_TRY(stage_->add(drilled_));
    }
    say(fmt::format("applying {}, and making its down script a bad one", report_.migration));
    SLIPWAY_TRY(stage_->apply(wait_));
    SLIPWAY_ASSIGN(auto session, stage_->open(wait_));
    return history::replace_down(session, history_schema_, version, k_bad_down, wait_);
  }

  Status fail_fast() {
    SLIPWAY_ASSIGN(const auto outlook,
                   look_at_rollback(stage_->context(), {.wish = rollback::Wish::fast}));
    if (outlook.decision.path != rollback::Path::fast) {
      report_.notes.push_back("the fast path was not open: " + outlook.decision.why);
      return {};
    }
    const Clock clock;
    const auto done = roll_back(stage_->context(), outlook);
    report_.fast = clock.passed();
    if (done) return fail(ErrorCode::check_failed, "the fast path ended well over a bad script");
    report_.fast_error = done.error().message;
    say("the fast path failed, as it must; taking the safe one");
    return {};
  }

  Status go_safely() {
    const Clock clock;
    SLIPWAY_ASSIGN(const auto outlook,
                   look_at_rollback(stage_->context(), {.wish = rollback::Wish::safe}));
    if (outlook.decision.path != rollback::Path::safe)
      return fail(ErrorCode::check_failed, "the safe path is not open: " + outlook.decision.why);
    SLIPWAY_ASSIGN(const auto done, roll_back(stage_->context(), outlook));
    report_.whole = clock.passed();
    if (!done.safe || !done.proven)
      return fail(ErrorCode::check_failed, "the safe path ended without its proof");
    report_.restore = done.safe->restoring;
    report_.carry = done.safe->carrying;
    report_.closed = done.safe->closed;
    const auto carried = done.safe->carried.total();
    report_.carried = carried.inserted + carried.updated + carried.removed;
    return {};
  }

  Status judge(const drill::Ledger& ledger) {
    SLIPWAY_ASSIGN(auto session, stage_->open(wait_));
    SLIPWAY_ASSIGN(const auto verdict, drill::judge(session, ledger, history_schema_, wait_));
    report_.acknowledged = ledger.acknowledged;
    report_.longest_gap = Millis(ledger.longest_gap_ms);
    report_.written_rows = verdict.rows;
    report_.there = verdict.there;
    report_.parked = verdict.parked;
    report_.unsure = verdict.unsure;
    for (std::size_t i = 0; i < std::min(verdict.lost.size(), k_shown_losses); ++i)
      problem(verdict.lost[i]);
    if (verdict.lost.size() > k_shown_losses)
      problem(fmt::format("and {} more rows", verdict.lost.size() - k_shown_losses));
    return {};
  }

  const Context& project_;
  const DrillRequest request_;
  const Wait wait_;
  const std::string history_schema_;
  DrillReport report_;
  source::Folder folder_;
  std::unique_ptr<drill::Stage> stage_;
  bool is_own_ = false;
  source::MigrationFile drilled_;
  drill::Filled filled_;
  drill::OldNames names_;
};

} // namespace

Result<DrillReport> hold_drill(const Context& context, const DrillRequest& request) {
  return Drill(context, request).go();
}

} // namespace slipway::app
