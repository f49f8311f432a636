// Brings the text of pg_dump into a form that is equal for equal schemas. It knows nothing of the
// schema model on purpose: it is the eye that does not share that model's blind spots.
#include "slipway/rehearse/dump_normal_form.hpp"

#include "dump_trash.hpp"

#include "slipway/inspect/secret_names.hpp"
#include "slipway/rehearse/sql_words.hpp"
#include "slipway/sql/script.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace slipway::rehearse {

namespace {

/// Sorts the list between the parenthesis before `begin` and the one that closes it; `change`,
/// where there is one, is done to each item before.
void sort_list_at(std::string& statement, std::size_t begin, void (*change)(std::string&) = {}) {
  const std::size_t end = closing_parenthesis(statement, begin);
  if (end == std::string::npos) return;
  std::vector<std::string> items =
      list_items(std::string_view(statement).substr(begin, end - begin));
  if (statement.starts_with("CREATE TABLE ") || statement.starts_with("CREATE UNLOGGED TABLE "))
    std::erase_if(items, is_trash_column);
  if (change != nullptr) std::for_each(items.begin(), items.end(), change);
  std::sort(items.begin(), items.end());
  std::string sorted;
  for (const std::string& item : items) sorted += (sorted.empty() ? "" : ", ") + item;
  statement.replace(begin, end - begin, sorted);
}

/// The offset behind the words `opening`, followed by a parenthesis, where they stand outside of
/// quotes; npos when they do not.
std::size_t behind(std::string_view statement, std::string_view opening) {
  std::size_t at = 0;
  int depth = 0;
  for (const std::string_view word : sql_words(statement)) {
    if (depth == 0 && statement.substr(at).starts_with(opening)) {
      const std::size_t parenthesis = statement.find('(', at + opening.size());
      const bool next = parenthesis != std::string_view::npos &&
                        statement.substr(at + opening.size(), parenthesis - at - opening.size())
                                .find_first_not_of(" \n") == std::string_view::npos;
      if (next) return parenthesis + 1;
    }
    if (word == "(") ++depth;
    if (word == ")") --depth;
    at += word.size();
  }
  return std::string_view::npos;
}

void sort_list_behind(std::string& statement, std::string_view opening,
                      void (*change)(std::string&) = {}) {
  if (const std::size_t begin = behind(statement, opening); begin != std::string::npos)
    sort_list_at(statement, begin, change);
}

/// Where the first parenthesis outside of quotes opens, plus one.
std::size_t first_parenthesis(std::string_view statement) {
  std::size_t at = 0;
  for (const std::string_view word : sql_words(statement)) {
    at += word.size();
    if (word == "(") return at;
  }
  return std::string_view::npos;
}

template<std::size_t N>
bool starts_with_any(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

constexpr std::array<std::string_view, 3> k_tables{"CREATE TABLE ", "CREATE UNLOGGED TABLE ",
                                                   "CREATE FOREIGN TABLE "};
constexpr std::array<std::string_view, 8> k_with_options{
    "CREATE TABLE ", "CREATE UNLOGGED TABLE ", "CREATE MATERIALIZED VIEW ",
    "CREATE VIEW ",  "CREATE INDEX ",          "CREATE UNIQUE INDEX ",
    "ALTER TABLE ",  "CREATE ACCESS METHOD "};
constexpr std::array<std::string_view, 6> k_with_foreign_options{
    "CREATE FOREIGN TABLE ", "CREATE FOREIGN DATA WRAPPER ", "CREATE SERVER ",
    "CREATE USER MAPPING ",  "ALTER FOREIGN TABLE ",         "ALTER TABLE "};
constexpr std::array<std::string_view, 3> k_with_space{"CREATE INDEX ", "CREATE UNIQUE INDEX ",
                                                       "ALTER TABLE "};
constexpr std::array<std::string_view, 3> k_with_method{"CREATE TABLE ", "CREATE UNLOGGED TABLE ",
                                                        "CREATE MATERIALIZED VIEW "};

/// Sorts the columns between ON and FROM of CREATE STATISTICS.
void sort_statistics(std::string& statement) {
  const std::size_t on = statement.find(" ON ");
  const std::size_t from = statement.rfind(" FROM ");
  if (on == std::string::npos || from == std::string::npos || from < on) return;
  std::vector<std::string> items =
      list_items(std::string_view(statement).substr(on + 4, from - on - 4));
  std::sort(items.begin(), items.end());
  std::string sorted;
  for (const std::string& item : items) sorted += (sorted.empty() ? "" : ", ") + item;
  statement.replace(on + 4, from - on - 4, sorted);
}

/// Sorts what an operator class or family consists of, which comes in the order of the catalog.
void sort_members(std::string& statement, std::string_view opening) {
  const std::size_t found = statement.find(opening);
  if (found == std::string::npos) return;
  const std::size_t begin = found + opening.size();
  std::vector<std::string> items = list_items(std::string_view(statement).substr(begin));
  std::sort(items.begin(), items.end());
  std::string sorted;
  for (const std::string& item : items) sorted += (sorted.empty() ? "" : " ,\n    ") + item;
  statement.replace(begin, std::string::npos, sorted);
}

/// Sorts the SET lines in the head of a routine, which come in the order in which they were given.
void sort_settings(std::string& statement) {
  constexpr std::string_view k_setting = "\n    SET ";
  const std::size_t begin = statement.find(k_setting);
  std::size_t body = std::string::npos;
  for (const std::string_view words : {"\n    AS ", "\n    RETURN ", "\n    BEGIN ATOMIC"})
    body = std::min(body, statement.find(words));
  if (begin == std::string::npos || body == std::string::npos || body < begin) return;
  std::vector<std::string> lines;
  for (std::size_t at = begin; at < body;) {
    std::size_t next = statement.find(k_setting, at + 1);
    if (next == std::string::npos || next > body) next = body;
    lines.push_back(statement.substr(at, next - at));
    at = next;
  }
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  for (const std::string& line : lines) sorted += line;
  statement.replace(begin, body - begin, sorted);
}

template<inspect::OptionsOf readers>
void hide_secret(std::string& option) {
  const auto words = sql_words(option);
  if (words.empty()) return;
  std::string name(words.front());
  std::erase(name, '"');
  if (inspect::is_secret_option(name, readers)) option = std::string(words.front()) + " '***'";
}

/// Copies have something else there, and nobody may see it: the other observer compares digests.
void sort_foreign_options(std::string& statement) {
  const bool of_one_user = statement.starts_with("CREATE USER MAPPING ");
  sort_list_behind(statement, "OPTIONS",
                   of_one_user ? hide_secret<inspect::OptionsOf::one_user>
                               : hide_secret<inspect::OptionsOf::everybody>);
}

void hide_connection(std::string& statement) {
  std::size_t at = 0;
  bool next = false;
  for (const std::string_view word : sql_words(statement)) {
    const std::size_t length = word.size();
    const bool literal = word.find('\'') != std::string_view::npos;
    if (next && literal) {
      statement.replace(at, length, "'***'");
      return;
    }
    next = next || word == "CONNECTION";
    at += length;
  }
}

std::string normal_statement(std::string statement) {
  if (starts_with_any(statement, k_tables))
    if (const std::size_t begin = first_parenthesis(statement); begin != std::string::npos)
      sort_list_at(statement, begin);
  if (statement.starts_with("CREATE TEXT SEARCH DICTIONARY "))
    if (const std::size_t begin = first_parenthesis(statement); begin != std::string::npos)
      sort_list_at(statement, begin);
  if (starts_with_any(statement, k_with_options)) sort_list_behind(statement, "WITH");
  if (starts_with_any(statement, k_with_foreign_options)) sort_foreign_options(statement);
  if (statement.starts_with("CREATE SUBSCRIPTION ")) hide_connection(statement);
  if (statement.starts_with("CREATE STATISTICS ")) sort_statistics(statement);
  if (statement.starts_with("CREATE OPERATOR CLASS ")) sort_members(statement, " AS\n    ");
  if (statement.starts_with("ALTER OPERATOR FAMILY ")) sort_members(statement, " ADD\n    ");
  if (statement.starts_with("CREATE EVENT TRIGGER ")) sort_list_behind(statement, "WHEN TAG IN");
  if (statement.starts_with("ALTER PUBLICATION ") &&
      statement.find(" ADD TABLE ") != std::string::npos)
    if (const std::size_t begin = first_parenthesis(statement); begin != std::string::npos)
      sort_list_at(statement, begin);
  if (statement.starts_with("CREATE FUNCTION ") || statement.starts_with("CREATE PROCEDURE "))
    sort_settings(statement);
  return statement;
}

/// What a setting says that later statements are made with, as pg_dump writes it.
struct Surroundings {
  std::string space = "''";
  std::string method = "heap";

  /// Whether the statement is a setting, which then is taken in.
  bool take(std::string_view statement) {
    constexpr std::string_view k_space = "SET default_tablespace = ";
    constexpr std::string_view k_method = "SET default_table_access_method = ";
    if (statement.starts_with(k_space)) {
      space = statement.substr(k_space.size());
      return true;
    }
    if (statement.starts_with(k_method)) {
      method = statement.substr(k_method.size());
      return true;
    }
    return (statement.starts_with("SET ") &&
            !statement.starts_with("SET SESSION AUTHORIZATION ")) ||
           statement.starts_with("SELECT pg_catalog.set_config(");
  }

  void put_to(std::string& statement) const {
    const bool table = starts_with_any(statement, k_with_method);
    if (table && method != "heap" && method != "\"heap\"")
      statement += " /* access method " + method + " */";
    const bool placed = table || (starts_with_any(statement, k_with_space) &&
                                  (statement.starts_with("CREATE") ||
                                   statement.find(" ADD CONSTRAINT ") != std::string::npos));
    if (placed && space != "''") statement += " /* tablespace " + space + " */";
  }
};

} // namespace

Result<std::vector<std::string>> dump_normal_form(std::string_view dump) {
  SLIPWAY_ASSIGN(const sql::Script script, sql::split(dump, "pg_dump"));
  std::vector<std::string> statements;
  Surroundings surroundings;
  for (const sql::Statement& one : script.statements) {
    const std::string_view text = one.text(dump);
    if (surroundings.take(text) || is_of_trash_column(text)) continue;
    std::string statement = normal_statement(std::string(text));
    surroundings.put_to(statement);
    statements.push_back(std::move(statement));
  }
  std::sort(statements.begin(), statements.end());
  return statements;
}

DumpDifference dump_difference(const std::vector<std::string>& first,
                               const std::vector<std::string>& second) {
  DumpDifference found;
  std::set_difference(first.begin(), first.end(), second.begin(), second.end(),
                      std::back_inserter(found.only_first));
  std::set_difference(second.begin(), second.end(), first.begin(), first.end(),
                      std::back_inserter(found.only_second));
  return found;
}

} // namespace slipway::rehearse
