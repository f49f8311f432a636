// Writes a planned change as a migration file.
#include "slipway/diff/migration_text.hpp"

#include "slipway/base/text.hpp"
#include "slipway/diff/contraction.hpp"
#include "slipway/diff/transactions.hpp"
#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::diff {

namespace {

// For a comment, which ends with its line.
std::string in_one_line(std::string_view text) {
  return fmt::format("{}", fmt::join(split_words(text), " "));
}

// PostgreSQL allows it in a transaction, but what comes after it needs it committed.
bool must_be_committed(const Statement& one) {
  return !one.transactional &&
         sql::analyse({one.sql}).front().transaction_safety != sql::TransactionSafety::unsafe;
}

// In one file, the runner would commit two of them together.
bool has_neighbours_to_part(const std::vector<Statement>& statements) {
  return std::adjacent_find(statements.begin(), statements.end(),
                            [](const auto& one, const auto& next) {
                              return one.transactional && next.transactional;
                            }) != statements.end();
}

std::string statements_text(const std::vector<Statement>& statements) {
  std::string text;
  for (const auto& one : statements) {
    for (const auto& finding : one.findings)
      text += fmt::format("-- {}: {}: {}\n", finding_name(finding.kind),
                          in_one_line(finding.object), in_one_line(finding.message));
    text += one.sql + ";\n";
  }
  return text;
}

std::string down_text(const MigrationDraft& draft) {
  if (draft.way_back == WayBack::impossible)
    return fmt::format("-- slipway:irreversible {}\n", in_one_line(draft.why));
  // A section must hold something.
  const std::string body = draft.down.empty() ? "SELECT;\n" : statements_text(draft.down);
  return fmt::format("-- slipway:down\n-- The way back is {}\n{}", way_back_text(draft), body);
}

} // namespace

std::string_view way_back_name(WayBack way_back) {
  switch (way_back) {
  case WayBack::exact:
    return "exact";
  case WayBack::lossy:
    return "lossy";
  case WayBack::impossible:
    return "impossible";
  }
  return "impossible";
}

std::string way_back_text(const MigrationDraft& draft) {
  std::string text(way_back_name(draft.way_back));
  if (!draft.why.empty()) return text + ": " + in_one_line(draft.why);
  if (draft.written_since.empty()) return text;
  return in_one_line(fmt::format("{} for the schema; values written to {} since are lost", text,
                                 fmt::join(draft.written_since, ", ")));
}

std::vector<MigrationDraft> drafts_of(const std::vector<Statement>& statements) {
  // What the last file takes further ones of.
  enum class Takes { nothing, single_statements, enum_values } takes = Takes::nothing;
  std::vector<MigrationDraft> drafts;
  for (const auto& transaction : transactions_of(statements)) {
    const bool single = transaction.statements.size() == 1;
    const auto kind = !single ? Takes::nothing
                      : must_be_committed(transaction.statements.front())
                          ? Takes::enum_values
                          : Takes::single_statements;
    const bool contracts =
        std::all_of(transaction.statements.begin(), transaction.statements.end(), is_contraction);
    if (!single || kind != takes || contracts != drafts.back().contracts) drafts.emplace_back();
    drafts.back().contracts = contracts;
    auto& up = drafts.back().up;
    up.insert(up.end(), transaction.statements.begin(), transaction.statements.end());
    takes = kind;
    drafts.back().one_by_one = kind == Takes::single_statements && has_neighbours_to_part(up);
  }
  return drafts;
}

std::optional<MigrationDraft> one_draft_of(const std::vector<Statement>& statements) {
  const auto transactions = transactions_of(statements);
  MigrationDraft draft;
  draft.up = statements;
  if (transactions.size() < 2) return draft;
  const bool bound = std::any_of(statements.begin(), statements.end(),
                                 [](const Statement& one) { return one.with_previous; });
  if (bound) return std::nullopt;
  draft.one_by_one = true;
  return draft;
}

std::string migration_text(const std::string& title, const std::string& origin,
                           const MigrationDraft& draft) {
  const bool off =
      draft.one_by_one || (draft.down.size() > 1 &&
                           std::any_of(draft.down.begin(), draft.down.end(), must_be_committed));
  std::string directives = off ? "-- slipway:transaction off\n" : "";
  if (!draft.phase.empty()) directives += "-- slipway:phase " + draft.phase + "\n";
  if (draft.statement_timeout)
    directives += fmt::format("-- May take long, as {}\n-- slipway:statement-timeout {}min\n",
                              in_one_line(draft.timeout_why), draft.statement_timeout->count());
  return fmt::format(
      "-- Purpose: {}\n-- Made from the difference between {}\n{}\n-- slipway:up\n{}\n{}",
      in_one_line(title), in_one_line(origin), directives, statements_text(draft.up),
      down_text(draft));
}

} // namespace slipway::diff
