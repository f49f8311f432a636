// What pg_dump writes about columns that count as dropped.
#include "dump_trash.hpp"

#include "slipway/rehearse/sql_words.hpp"
#include "slipway/schema/trash.hpp"

#include <algorithm>

namespace slipway::rehearse {

namespace {

bool is_trash(std::string_view word) {
  if (word.size() > 1 && word.front() == '"') word = word.substr(1, word.size() - 2);
  return schema::is_trash_name(word);
}

/// The name behind ALTER COLUMN.
std::string_view altered_column(std::string_view statement) {
  constexpr std::string_view k_alter = " ALTER COLUMN ";
  const std::size_t at = statement.find(k_alter);
  if (at == std::string_view::npos) return {};
  return sql_words(statement.substr(at + k_alter.size())).front();
}

bool names_trash(std::string_view text) {
  const auto words = sql_words(text);
  return std::any_of(words.begin(), words.end(), is_trash);
}

} // namespace

bool is_of_trash_column(std::string_view statement) {
  if (statement.starts_with("ALTER TABLE ")) return is_trash(altered_column(statement));
  if (statement.starts_with("COMMENT ON COLUMN ") || statement.starts_with("SECURITY LABEL "))
    return names_trash(statement.substr(0, statement.find(" IS ")));
  const bool privilege = statement.starts_with("GRANT ") || statement.starts_with("REVOKE ");
  return privilege && names_trash(statement.substr(0, statement.find(" ON ")));
}

bool is_trash_column(const std::string& item) {
  const auto words = sql_words(item);
  return !words.empty() && is_trash(words.front());
}

} // namespace slipway::rehearse
