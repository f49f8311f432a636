#include "slipway/sql/facts.hpp"

#include "facts/builder.hpp"
#include "facts/interruption.hpp"
#include "facts/leading_words.hpp"
#include "facts/lower.hpp"
#include "facts/parse_limits.hpp"
#include "facts/parser_thread.hpp"
#include "facts/session_change.hpp"
#include "facts/statement_kind.hpp"
#include "facts/transaction_safety.hpp"
#include "facts/tree_parser.hpp"

#include <memory>
#include <optional>

namespace slipway::sql {

namespace {

StatementFacts facts_of_tree(const Node& statement) {
  FactsBuilder facts;
  const StatementKind kind = kind_of(statement);
  facts.kind(kind.tag);
  if (kind.ddl) facts.schema_change();
  if (changes_session(statement)) facts.session_change();
  SafetyVerdict verdict = transaction_safety(statement);
  facts.safety(verdict.safety, std::move(verdict.why));
  lower_statement(statement, facts);
  StatementFacts found = std::move(facts).finish();
  found.only_changes_session = only_changes_session(statement);
  found.interruption = interruption_of(statement);
  return found;
}

StatementFacts facts_of(std::string_view sql, TreeParser& parser) {
  if (auto why = why_not_parse(sql)) return facts_of_words(sql, std::move(*why));
  TreeParser::Outcome parsed = parser.parse(std::string(sql));
  if (parsed.statement == nullptr) return facts_of_words(sql, std::move(parsed.why_not));
  return facts_of_tree(*parsed.statement);
}

} // namespace

std::vector<StatementFacts> analyse(const std::vector<std::string_view>& statements) {
  std::vector<StatementFacts> all;
  all.reserve(statements.size());
  const bool ran = run_on_parser_thread([&] {
    const auto parser = std::make_unique<TreeParser>();
    for (const std::string_view sql : statements) all.push_back(facts_of(sql, *parser));
  });
  if (!ran)
    for (const std::string_view sql : statements)
      all.push_back(facts_of_words(sql, "the system gave no thread for the parser"));
  return all;
}

} // namespace slipway::sql
