// Commands as a tired person pastes them: nothing to fill in, and nothing secret.
#include "runbook_parts.hpp"

#include "slipway/sql/facts.hpp"

#include <algorithm>

namespace slipway::report {

namespace {

std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

bool is_plain(std::string_view word) {
  constexpr std::string_view k_plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_-./:=,@%+";
  return !word.empty() && word.find_first_not_of(k_plain) == std::string_view::npos;
}

std::string way_back(const source::Migration& migration) {
  if (migration.irreversible) return "none: " + *migration.irreversible;
  std::vector<std::string_view> statements;
  for (const auto& one : migration.up.statements) statements.push_back(migration.up.sql(one));
  const auto facts = sql::analyse(statements);
  const bool alone = std::any_of(facts.begin(), facts.end(), [](const auto& one) {
    return one.transaction_safety == sql::TransactionSafety::unsafe;
  });
  if (alone || migration.transaction == source::TransactionMode::off)
    return "down script; not one transaction, so it may be half applied";
  return "down script";
}

} // namespace

std::string shell_words(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : " ") + (is_plain(word) ? word : quoted(word));
  return text;
}

std::string shell_block(const std::vector<std::string>& lines) {
  std::string text = "\n```sh\n";
  for (const auto& line : lines) text += line + "\n";
  return text + "```\n\n";
}

std::string RunbookCommands::slipway(const std::string& words) const {
  return "slipway " + (facts_.config_option.empty() ? "" : facts_.config_option + " ") + words;
}

std::string RunbookCommands::connection() const {
  const auto& connection = facts_.connection;
  switch (connection.kind) {
  case RunbookConnection::Kind::variable:
    return " \"$" + connection.what + "\"";
  case RunbookConnection::Kind::file:
    return " \"$(cat " + shell_words({connection.what}) + ")\"";
  case RunbookConnection::Kind::program:
    return " \"$(" + shell_words(connection.words) + ")\"";
  case RunbookConnection::Kind::text:
    return " " + shell_words({connection.what});
  case RunbookConnection::Kind::pg_variables:
    break;
  }
  return {};
}

std::string RunbookCommands::psql(const std::string& sql) const {
  return "psql -X" + connection() + " -c " + quoted(sql);
}

Result<std::vector<RunbookMigration>> runbook_migrations(const source::Folder& folder,
                                                         std::size_t count) {
  std::vector<RunbookMigration> newest;
  for (auto at = folder.files.rbegin(); at != folder.files.rend() && newest.size() < count; ++at) {
    SLIPWAY_ASSIGN(const auto migration, source::parse_migration(*at));
    newest.push_back({.version = migration.version.str(),
                      .name = migration.name,
                      .way_back = way_back(migration)});
  }
  return newest;
}

} // namespace slipway::report
