// Writes a planned change as a migration file.
#include "migration_text.hpp"

#include "slipway/base/text.hpp"
#include "slipway/diff/transactions.hpp"
#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::app {

namespace {

// For a comment, which ends with its line.
std::string in_one_line(std::string_view text) {
  return fmt::format("{}", fmt::join(split_words(text), " "));
}

// The runner would put it into a transaction with others, for PostgreSQL allows that; but what
// comes after it needs it committed.
bool must_be_committed(const std::vector<diff::Statement>& statements) {
  return std::any_of(statements.begin(), statements.end(), [](const diff::Statement& one) {
    return !one.transactional &&
           sql::analyse({one.sql}).front().transaction_safety != sql::TransactionSafety::unsafe;
  });
}

std::string statements_text(const std::vector<diff::Statement>& statements) {
  std::string text;
  for (const auto& one : statements) {
    for (const auto& finding : one.findings)
      text += fmt::format("-- {}: {}: {}\n", diff::finding_name(finding.kind),
                          in_one_line(finding.object), in_one_line(finding.message));
    text += one.sql + ";\n";
  }
  return text;
}

std::string down_text(const MigrationDraft& draft) {
  if (draft.way_back == WayBack::impossible)
    return fmt::format("-- slipway:irreversible {}\n", in_one_line(draft.why));
  const auto kind = draft.way_back == WayBack::lossy ? "lossy: " + in_one_line(draft.why) : "exact";
  // A section must hold something.
  const std::string body = draft.down.empty() ? "SELECT;\n" : statements_text(draft.down);
  return fmt::format("-- slipway:down\n-- The way back is {}\n{}", kind, body);
}

} // namespace

std::vector<MigrationDraft> drafts_of(const std::vector<diff::Statement>& statements) {
  std::vector<MigrationDraft> drafts;
  bool gathers = false; // the last one takes further single statements
  for (const auto& transaction : diff::transactions_of(statements)) {
    const bool single = transaction.statements.size() == 1;
    if (!single || !gathers) drafts.emplace_back();
    auto& up = drafts.back().up;
    up.insert(up.end(), transaction.statements.begin(), transaction.statements.end());
    gathers = single;
    drafts.back().one_by_one =
        single && (up.size() > 1 || must_be_committed(transaction.statements));
  }
  return drafts;
}

std::string migration_text(const std::string& title, const std::string& origin,
                           const MigrationDraft& draft) {
  const bool off = draft.one_by_one || must_be_committed(draft.down);
  return fmt::format(
      "-- Purpose: {}\n-- Made from the difference between {}\n{}\n-- slipway:up\n{}\n{}",
      in_one_line(title), in_one_line(origin), off ? "-- slipway:transaction off\n" : "",
      statements_text(draft.up), down_text(draft));
}

} // namespace slipway::app
