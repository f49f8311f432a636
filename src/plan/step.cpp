// Puts the statements of one migration into groups that commit together, and continues half-done
// ones.
#include "slipway/plan/plan.hpp"

#include "slipway/base/sha256.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::plan {

namespace {

using source::TransactionMode;
using sql::TransactionSafety;

std::string digest_of(const source::Section& section, const sql::Statement& statement) {
  std::string text(section.sql(statement));
  if (statement.copy_data) {
    // The data must count, or an edited COPY would look finished.
    text += ";\n";
    text += section.text->substr(statement.copy_data->offset, statement.copy_data->length);
    return sha256_hex(text);
  }
  return sql::token_digest(text);
}

Error at(Error error, const source::Section& section, const sql::Statement& statement) {
  error.place = place_of(section, statement);
  return error;
}

bool opens(const sql::StatementFacts& facts) {
  return facts.kind == "begin" || facts.kind == "start transaction";
}
bool closes(const sql::StatementFacts& facts) {
  return facts.kind == "commit" || facts.kind == "end";
}

// Files written for psql often wrap themselves in BEGIN ... COMMIT. That is what we do anyway, so
// the pair is dropped.
bool drop_wrapper(std::vector<PlannedStatement>& statements) {
  if (statements.size() < 2) return false;
  const auto control =
      std::count_if(statements.begin(), statements.end(), [](const PlannedStatement& one) {
        return one.facts.transaction_safety == TransactionSafety::control;
      });
  if (control != 2 || !opens(statements.front().facts) || !closes(statements.back().facts))
    return false;
  statements.erase(statements.begin());
  statements.pop_back();
  return true;
}

Status check_statement(const PlannedStatement& one, const source::Section& section,
                       TransactionMode mode, bool wrapped) {
  const auto& facts = one.facts;
  if (facts.transaction_safety == TransactionSafety::control)
    return fail(at(
        Error(ErrorCode::source,
              fmt::format("{} in a migration: slipway begins and commits itself",
                          facts.kind.empty() ? "transaction control" : facts.kind))
            .with_hint(
                "remove it; statements that cannot run in a transaction are run alone by themselves, "
                "and `-- slipway:transaction off` runs each statement on its own"),
        section, one.statement));
  if (facts.kind == "discard all" || facts.kind == "discard")
    return fail(at(Error(ErrorCode::source,
                         "DISCARD in a migration would drop the lock that keeps other runners out")
                       .with_hint("use RESET for the settings you mean"),
                   section, one.statement));
  if (facts.transaction_safety == TransactionSafety::unsafe &&
      (mode == TransactionMode::on || wrapped))
    return fail(at(
        Error(ErrorCode::source,
              fmt::format("this statement cannot run inside a transaction: {}", facts.unsafe_why))
            .with_hint(wrapped ? "take it out of BEGIN ... COMMIT: slipway then runs it alone"
                               : "remove `-- slipway:transaction on`: slipway then runs it alone"),
        section, one.statement));
  return {};
}

// `transaction off` asks for no shared transaction. One of its own keeps the journal true, where
// nothing can speak against it: not a DO block, which may commit; not REINDEX or CLUSTER, which the
// server refuses in a transaction when the table is partitioned; not what the parser cannot read,
// unless its first words say that it only writes rows.
bool has_own_transaction(const sql::StatementFacts& facts) {
  if (facts.transaction_safety != TransactionSafety::safe) return false;
  if (facts.kind == "do" || facts.kind == "reindex" || facts.kind == "cluster") return false;
  return facts.parsed || facts.is_data_change;
}

std::vector<Group> group(std::vector<PlannedStatement> statements, TransactionMode mode) {
  const bool off = mode == TransactionMode::off;
  std::vector<Group> groups;
  for (auto& one : statements) {
    const bool alone = off ? !has_own_transaction(one.facts)
                           : one.facts.transaction_safety == TransactionSafety::unsafe;
    if (alone || off || groups.empty() || !groups.back().transactional)
      groups.push_back(Group{.transactional = !alone, .statements = {}});
    groups.back().statements.push_back(std::move(one));
  }
  return groups;
}

PlannedStatement* find_statement(Step& step, std::int64_t number) {
  for (auto& group : step.groups)
    for (auto& statement : group.statements)
      if (statement.number == number) return &statement;
  return nullptr;
}

Error finished_and_changed(const Step& step, const JournaledStatement& row) {
  const auto& migration = step.migration;
  return Error(
             ErrorCode::check_failed,
             fmt::format(
                 "statement {} of {} {} was finished by run {}, but the file now says something else there",
                 row.number, migration.version.str(), migration.name, row.run))
      .with_hint(
          "put the finished statements back as they were and change only what comes after them")
      .with_state(
          fmt::format("statements up to {} are in the database, the rest is not", row.number))
      .with_next("slipway status");
}

Error interrupted_and_changed(const Step& step, const JournaledStatement& row) {
  const auto& migration = step.migration;
  const auto version = migration.version.str();
  return Error(
             ErrorCode::part_way,
             fmt::format(
                 "statement {} of {} {} was interrupted in run {}, but the file now says something else there",
                 row.number, version, migration.name, row.run))
      .with_hint(fmt::format(
          "put it back as it was, so that its outcome can be looked up; or look yourself and say "
          "`slipway repair --done {0} --migration {1}` or `slipway repair --undone {0} --migration {1}`",
          row.number, version))
      .with_state(
          fmt::format("whether statement {} took effect is not known; those before it are in the "
                      "database, those after it are not",
                      row.number))
      .with_next("slipway status");
}

} // namespace

std::size_t Step::statement_count() const {
  std::size_t count = 0;
  for (const auto& one : groups) count += one.statements.size();
  return count;
}

std::int64_t Step::first_undone() const {
  for (const auto& one : groups)
    for (const auto& statement : one.statements)
      if (!statement.done) return statement.number;
  return 0;
}

Place place_of(const source::Section& section, const sql::Statement& statement) {
  const std::string_view text = *section.text;
  const LineIndex lines(text);
  Place place;
  place.file = section.path;
  place.line = statement.position.line;
  place.column = statement.position.column;
  place.source_line = std::string(lines.line_at(text, statement.span.offset));
  const auto first_line =
      section.sql(statement).substr(0, section.sql(statement).find_first_of("\r\n"));
  place.width = std::max<std::size_t>(1, code_points(first_line));
  return place;
}

Error placed_at(Error error, const source::Section& section, const sql::Statement& statement) {
  Place place = place_of(section, statement);
  if (error.sql && error.sql->position) {
    const std::string_view text = *section.text;
    const std::size_t offset = statement.span.offset +
                               byte_of_code_point(section.sql(statement), *error.sql->position - 1);
    const LineIndex lines(text);
    const auto at = lines.position(text, offset);
    place.line = at.line;
    place.column = at.column;
    place.source_line = std::string(lines.line_at(text, offset));
    // The server points at where a word begins; underline the word.
    std::size_t end = offset;
    const auto is_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || static_cast<unsigned char>(c) >= 0x80U;
    };
    while (end < text.size() && is_word(text[end])) ++end;
    place.width = std::max<std::size_t>(1, code_points(text.substr(offset, end - offset)));
  }
  error.place = std::move(place);
  return error;
}

Result<Step> make_step(Direction direction, source::Migration migration, source::Section section) {
  std::vector<std::string_view> texts;
  texts.reserve(section.statements.size());
  for (const auto& statement : section.statements) texts.push_back(section.sql(statement));
  auto facts = sql::analyse(texts);

  std::vector<PlannedStatement> statements;
  statements.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    statements.push_back(PlannedStatement{.number = static_cast<std::int64_t>(i) + 1,
                                          .statement = section.statements[i],
                                          .facts = std::move(facts[i]),
                                          .digest = digest_of(section, section.statements[i]),
                                          .done = false});
  Step step;
  step.direction = direction;
  const auto mode = migration.transaction;
  const bool wrapped = drop_wrapper(statements);
  if (wrapped)
    step.notes.emplace_back(
        "BEGIN and COMMIT around the file are left out: slipway opens the transaction itself");
  for (const auto& one : statements) SLIPWAY_TRY(check_statement(one, section, mode, wrapped));
  step.groups = group(std::move(statements), mode);
  step.migration = std::move(migration);
  step.section = std::move(section);
  return step;
}

Status mark_done(Step& step, const std::vector<JournaledStatement>& journaled) {
  step.resumed = true;
  for (const auto& row : journaled) {
    auto* found = find_statement(step, row.number);
    if (found != nullptr && found->digest == row.digest) {
      found->done = row.state == StatementState::finished;
      if (!found->done)
        found->earlier = EarlierAttempt{.state = row.state, .run = row.run, .witness = row.witness};
      continue;
    }
    // One that failed may be mended in the file.
    if (row.state == StatementState::failed) continue;
    auto error = row.state == StatementState::finished ? finished_and_changed(step, row)
                                                       : interrupted_and_changed(step, row);
    if (found != nullptr) error.place = place_of(step.section, found->statement);
    return fail(std::move(error));
  }
  return {};
}

} // namespace slipway::plan
