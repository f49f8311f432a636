// Gathers from history, activity and catalog what the decision needs.
#include "slipway/rollback/assess.hpp"

#include "slipway/rollback/kept_in_trash.hpp"

#include "slipway/history/snapshots.hpp"
#include "slipway/plan/plan.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"
#include "slipway/schema/snapshot.hpp"
#include "slipway/source/stored.hpp"
#include "slipway/sql/facts.hpp"
#include "slipway/sql/script.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::rollback {

namespace {

bool is_unfinished(const plan::AppliedMigration& one) {
  return one.state != plan::AppliedState::applied;
}

// A later attempt at a half-applied migration is a run of its own, but what is there is the first
// one's.
std::int64_t run_to_look_at(const plan::History& history, std::int64_t wanted) {
  if (wanted != 0) return wanted;
  const auto half = std::find_if(history.applied.begin(), history.applied.end(), is_unfinished);
  return half == history.applied.end() ? 0 : half->run;
}

void sort_migrations(const plan::History& history, Assessment& assessment) {
  const auto run = assessment.run.row.id;
  std::int64_t oldest = 0;
  for (const auto& one : history.applied) {
    if (one.run != run) continue;
    if (assessment.migrations.empty()) oldest = one.order;
    oldest = std::min(oldest, one.order);
    assessment.migrations.push_back(one);
  }
  std::sort(assessment.migrations.begin(), assessment.migrations.end(),
            [](const auto& a, const auto& b) { return a.order > b.order; });
  if (assessment.migrations.empty()) return;
  for (const auto& one : history.applied)
    if (one.run != run && one.order > oldest)
      assessment.on_top.push_back(
          fmt::format("{} {} (run {})", one.version.str(), one.name, one.run));
}

struct WrittenStatement {
  std::string text;
  sql::StatementFacts facts;
};

std::vector<WrittenStatement> statements_of(const plan::AppliedMigration& migration) {
  std::vector<WrittenStatement> all;
  if (!migration.up_text) return all;
  const auto script = sql::split(*migration.up_text, migration.name);
  if (!script) return all;
  std::vector<std::string_view> texts;
  for (const auto& one : script->statements) texts.push_back(one.text(*migration.up_text));
  const auto facts = sql::analyse(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) all.push_back({std::string(texts[i]), facts[i]});
  return all;
}

bool done_statements_changed_rows(const plan::History& history, const Assessment& assessment) {
  for (const auto& migration : assessment.migrations) {
    if (migration.state != plan::AppliedState::applying) continue;
    const auto statements = statements_of(migration);
    for (const auto& done : history.unfinished_of(migration.version, Direction::up)) {
      const auto at = static_cast<std::size_t>(done.number) - 1;
      // What cannot be read, or may have happened, counts as if it had.
      if (at >= statements.size() || !statements[at].facts.parsed) return true;
      const auto& facts = statements[at].facts;
      if (done.state != plan::StatementState::failed &&
          (facts.is_data_change || !facts.is_schema_change))
        return true;
    }
  }
  return false;
}

bool is_undone_otherwise(const plan::History& history, const plan::AppliedMigration& migration) {
  if (migration.state != plan::AppliedState::undoing || !migration.down_text) return false;
  auto stored = source::read_stored(*migration.down_text, migration.name);
  if (!stored) return true;
  source::Migration nameless{.version = migration.version, .name = migration.name, .path = {}};
  nameless.transaction = stored->transaction;
  auto step = plan::make_step(Direction::down, std::move(nameless), std::move(stored->section));
  return !step ||
         !plan::mark_done(*step, history.unfinished_of(migration.version, Direction::down));
}

// Whether a script of the run says in so many words that one became the other.
bool is_written_rename(const std::vector<WrittenStatement>& statements,
                       const diff::Question& question) {
  const auto name_of = [](const schema::Identity& one) {
    return schema::is_part(one.kind) ? one.part : one.name;
  };
  const auto gone = name_of(question.gone);
  return std::any_of(statements.begin(), statements.end(), [&](const WrittenStatement& one) {
    const auto text = to_lower_ascii(one.text);
    const auto says = [&](const std::string& name) {
      return text.find(to_lower_ascii(name)) != std::string::npos;
    };
    // One that puts it aside does not make another of it, however alike their names are.
    return text.find("rename") != std::string::npos && !says("slipway_trash_") && says(gone) &&
           std::any_of(question.candidates.begin(), question.candidates.end(),
                       [&](const auto& candidate) { return says(name_of(candidate.object)); });
  });
}

std::vector<WrittenStatement> statements_of_run(const Assessment& assessment) {
  std::vector<WrittenStatement> statements;
  for (const auto& migration : assessment.migrations)
    for (auto& one : statements_of(migration)) statements.push_back(std::move(one));
  return statements;
}

// What gets lost on the way from before to now is what undoing cannot bring back; what gets lost on
// the way from now to before is what undoing takes with it.
std::vector<diff::Finding> losses_between(const schema::Schema& from, const schema::Schema& to,
                                          const std::vector<WrittenStatement>& statements) {
  const auto plan = diff::make_plan(from, to, {});
  std::vector<diff::Finding> losses;
  for (const auto& finding : plan.findings)
    if (finding.kind == diff::FindingKind::data_loss) losses.push_back(finding);
  for (const auto& question : plan.questions)
    if (!is_written_rename(statements, question))
      losses.push_back({.kind = diff::FindingKind::data_loss,
                        .object = question.gone.path(),
                        .message = "it is gone, and no script of the run renames it",
                        .count_sql = {}});
  return losses;
}

// A down that undid something else than its up did ends with its migration gone from the history.
Result<bool> is_undone_unproven(pg::Session& session, const AssessRequest& request,
                                const Assessment& assessment, const Wait& wait) {
  const auto& before = assessment.run.fingerprint_before;
  if (!assessment.migrations.empty() || !before || *before == assessment.fingerprint_now)
    return false;
  SLIPWAY_ASSIGN(const auto number, history::newest_run(session, request.history_schema, wait));
  SLIPWAY_ASSIGN(const auto newest,
                 history::read_run(session, request.history_schema, number, wait));
  return newest && newest->row.info.kind == "rollback" && newest->row.outcome != "done";
}

Result<std::int64_t> count_other_sessions(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText("SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS a "
                  "WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() "
                  "AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() "
                  "AND a.usesysid IS NOT NULL "
                  "AND COALESCE(a.application_name, '') OPERATOR(pg_catalog.!~~) 'slipway:%'"),
          {}, wait));
  return rows.integer(0, 0);
}

Result<std::string> number_of_cluster(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto may,
                 session.query(SqlText("SELECT pg_catalog.has_function_privilege("
                                       "'pg_catalog.pg_control_system()', 'EXECUTE')"),
                               {}, wait));
  if (!may.boolean(0, 0)) return std::string();
  SLIPWAY_ASSIGN(const auto found,
                 session.query(SqlText("SELECT s.system_identifier::text "
                                       "FROM pg_catalog.pg_control_system() AS s"),
                               {}, wait));
  return std::string(found.text(0, 0));
}

Error no_run(std::int64_t run) {
  return Error(ErrorCode::check_failed, run == 0 ? std::string("no `up` has run here yet")
                                                 : fmt::format("there is no run {}", run))
      .with_hint("`slipway status` lists what is applied")
      .with_state("nothing was changed")
      .with_next("slipway status");
}

Result<history::RunDetails> find_run(pg::Session& session, const AssessRequest& request,
                                     const plan::History& history, const Wait& wait) {
  if (!history.exists) return fail(no_run(request.run));
  SLIPWAY_ASSIGN(auto run, history::read_run(session, request.history_schema,
                                             run_to_look_at(history, request.run), wait));
  if (!run) return fail(no_run(request.run));
  if (run->row.info.kind == "up") return std::move(*run);
  return fail(Error(ErrorCode::usage, fmt::format("run {} is a {}; only an `up` can be rolled back",
                                                  run->row.id, run->row.info.kind))
                  .with_hint("`slipway goto VERSION` leads to any version")
                  .with_state("nothing was changed"));
}

// What is half way is undone by comparing, which knows nothing of the trash: there it is lost.
Status find_kept(pg::Session& session, Assessment& assessment, const Wait& wait) {
  if (assessment.losses.empty() || assessment.relations_before.empty() || is_half_way(assessment))
    return {};
  SLIPWAY_ASSIGN(const auto trash, inspect::read_trash(session, wait));
  if (trash.items.empty()) return {};
  SLIPWAY_ASSIGN(const auto before, replay::relation_map_from_json(assessment.relations_before));
  assessment.kept = kept_in_trash(assessment.losses, assessment.migrations, before, trash);
  std::erase_if(assessment.losses, [&](const diff::Finding& loss) {
    return std::any_of(assessment.kept.begin(), assessment.kept.end(),
                       [&](const auto& one) { return one.object == loss.object; });
  });
  return {};
}

} // namespace

bool is_half_way(const Assessment& assessment) {
  return assessment.undone_otherwise ||
         std::any_of(assessment.migrations.begin(), assessment.migrations.end(),
                     [](const auto& one) { return one.state == plan::AppliedState::applying; });
}

Result<Assessment> assess(pg::Session& session, const AssessRequest& request, const Wait& wait) {
  const history::Store store(request.history_schema);
  SLIPWAY_ASSIGN(auto history, store.read(session, wait));
  Assessment assessment;
  SLIPWAY_ASSIGN(assessment.run, find_run(session, request, history, wait));
  std::vector<Version> versions;
  for (const auto& one : history.applied)
    if (one.run == assessment.run.row.id) versions.push_back(one.version);
  SLIPWAY_TRY(store.read_texts(session, history, versions, wait));
  sort_migrations(history, assessment);
  assessment.database = session.database();
  SLIPWAY_ASSIGN(assessment.cluster, number_of_cluster(session, wait));
  SLIPWAY_ASSIGN(assessment.other_sessions, count_other_sessions(session, wait));
  auto scope = request.scope;
  scope.dependencies = true;
  SLIPWAY_ASSIGN(auto now, inspect::read_schema(session, scope, wait));
  assessment.now = schema::without_secrets(std::move(now));
  assessment.fingerprint_now = schema::fingerprint(assessment.now).text();
  SLIPWAY_ASSIGN(
      const auto found,
      history::Snapshots(request.history_schema).found_by(session, assessment.run.row.id, wait));
  if (found) {
    SLIPWAY_ASSIGN(auto before,
                   schema::from_json(found->content, "the snapshot from before the run"));
    assessment.relations_before = found->relations;
    assessment.before = schema::without_secrets(std::move(before));
    const auto statements = statements_of_run(assessment);
    assessment.losses = losses_between(*assessment.before, assessment.now, statements);
    assessment.given_up = losses_between(assessment.now, *assessment.before, statements);
  }
  assessment.undone_otherwise =
      std::any_of(assessment.migrations.begin(), assessment.migrations.end(),
                  [&](const auto& one) { return is_undone_otherwise(history, one); });
  SLIPWAY_TRY(find_kept(session, assessment, wait));
  SLIPWAY_ASSIGN(assessment.undone_unproven,
                 is_undone_unproven(session, request, assessment, wait));
  assessment.rows_were_changed = done_statements_changed_rows(history, assessment);
  return assessment;
}

} // namespace slipway::rollback
