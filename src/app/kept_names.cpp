// Puts renames that keep the old names for a while into files.
#include "kept_names.hpp"

#include "slipway/diff/kept_names.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::app {

namespace {

std::vector<diff::Statement> all_but(const std::vector<diff::Statement>& statements,
                                     const std::vector<std::size_t>& left_out) {
  std::vector<diff::Statement> others;
  for (std::size_t at = 0; at < statements.size(); ++at)
    if (std::find(left_out.begin(), left_out.end(), at) == left_out.end())
      others.push_back(statements[at]);
  return others;
}

bool names(const std::string& sql, const std::string& table) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
  };
  for (auto at = sql.find(table); at != std::string::npos; at = sql.find(table, at + 1)) {
    const auto end = at + table.size();
    if ((at == 0 || !is_word(sql[at - 1])) && (end == sql.size() || !is_word(sql[end])))
      return true;
  }
  return false;
}

bool is_of(const diff::Statement& statement, const std::vector<std::string>& tables) {
  return std::any_of(tables.begin(), tables.end(),
                     [&](const auto& table) { return names(statement.sql, table); });
}

// The name of a NOT NULL follows that of its column, from PostgreSQL 18 on, when the table is back.
std::vector<diff::Statement> take_constraint_names(std::vector<diff::Statement>& rest,
                                                   const std::vector<std::string>& aside) {
  std::vector<diff::Statement> taken;
  std::vector<diff::Statement> left;
  for (auto& one : rest)
    (one.kind == "rename constraint" && is_of(one, aside) ? taken : left).push_back(std::move(one));
  rest = std::move(left);
  return taken;
}

void refuse_more(const std::vector<diff::Statement>& rest, const std::vector<std::string>& aside,
                 std::vector<OpenQuestion>& refusals) {
  for (const auto& table : aside)
    for (const auto& one : rest)
      if (names(one.sql, table))
        refusals.push_back({.object = "table " + table,
                            .message = "a view stands in its place while its columns have both "
                                       "names, and this cannot be done to that: " +
                                       one.sql + "; do it in another migration",
                            .is_refusal = true,
                            .candidates = {}});
}

std::vector<diff::Rename> in_one_step(const Renames& renames) {
  std::vector<diff::Rename> all;
  for (const auto& step : renames) all.insert(all.end(), step.begin(), step.end());
  return all;
}

} // namespace

bool renames_what_is_used(const schema::Schema& from, const Renames& renames) {
  const auto kept = diff::keep_names(from, renames);
  return !kept.expand.empty() || !kept.refusals.empty();
}

KeptDrafts drafts_that_keep_names(const schema::Schema& from, const TriedPlan& plan) {
  KeptDrafts made;
  auto kept = diff::keep_names(from, plan.renames);
  auto renaming = diff::rename_statements(from, in_one_step(kept.renames_now));
  for (auto* refusals : {&kept.refusals, &renaming.refusals})
    for (auto& one : *refusals)
      made.refusals.push_back({.object = std::move(one.object),
                               .message = std::move(one.message),
                               .is_refusal = true,
                               .candidates = {}});
  diff::MigrationDraft expand;
  expand.up = std::move(renaming.statements);
  expand.up.insert(expand.up.end(), kept.expand.begin(), kept.expand.end());
  expand.down = std::move(kept.undo_expand);
  expand.phase = "expand";
  made.drafts.push_back(std::move(expand));
  auto rest = all_but(plan.statements, plan.renaming);
  const auto constraint_names = take_constraint_names(rest, kept.aside);
  refuse_more(rest, kept.aside, made.refusals);
  for (auto& one : diff::drafts_of(rest)) {
    one.phase = "switch";
    made.drafts.push_back(std::move(one));
  }
  diff::MigrationDraft contract;
  contract.up = std::move(kept.contract);
  contract.up.insert(contract.up.end(), constraint_names.begin(), constraint_names.end());
  contract.down = std::move(kept.undo_contract);
  contract.contracts = true;
  contract.phase = "contract";
  made.drafts.push_back(std::move(contract));
  made.renames_now = std::move(kept.renames_now);
  return made;
}

std::vector<diff::Statement> statements_of(const std::vector<diff::MigrationDraft>& drafts) {
  std::vector<diff::Statement> all;
  for (const auto& draft : drafts) {
    const auto first = all.size();
    all.insert(all.end(), draft.up.begin(), draft.up.end());
    if (first < all.size()) all[first].starts_transaction = true;
  }
  return all;
}

} // namespace slipway::app
