// "2606; 16405 16388 FK CONSTRAINT public orders orders_customer_fkey owner": what it is, the
// schema or "-", names.
#include "dump_entries.hpp"

#include "slipway/base/sql_text.hpp"

#include <algorithm>
#include <array>

namespace slipway::backup {

namespace {

/// Of those with more than one word the longer come first.
constexpr auto k_keys = std::to_array<std::string_view>(
    {"CHECK CONSTRAINT ", "CONSTRAINT ", "INDEX ATTACH ", "INDEX ", "STATISTICS "});
/// They name a table, and belong to something of no schema.
constexpr auto k_of_no_schema =
    std::to_array<std::string_view>({"PUBLICATION TABLES IN SCHEMA ", "PUBLICATION TABLE "});

/// What follows "1234; 2606 16405 ".
std::string_view described(std::string_view line) {
  for (int field = 0; field < 3; ++field) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line;
}

bool is_capital_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || letter == '-';
  }) && word != "-";
}

struct Entry {
  std::string_view kind;  ///< "FK CONSTRAINT"
  std::string_view names; ///< what follows it
};

/// A schema may be called "A", so that where the kind ends is only known from the list of them.
Entry parsed(std::string_view text, const std::vector<std::string>& schemas) {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto rest = text.substr(end);
    const bool is_schema = end > 0 && std::any_of(schemas.begin(), schemas.end(), [&](auto& one) {
                             return rest.starts_with(one + " ");
                           });
    const auto word = rest.substr(0, std::min(rest.find(' '), rest.size()));
    if (is_schema || !is_capital_word(word)) break;
    end = std::min(end + word.size() + 1, text.size());
  }
  return {text.substr(0, end == 0 ? 0 : end - 1), text.substr(end)};
}

bool starts_with_one_of(std::string_view names, const std::vector<std::string>& schemas) {
  return std::any_of(schemas.begin(), schemas.end(),
                     [&](const std::string& one) { return names.starts_with(one + " "); });
}

/// "- name owner" of a schema itself, "- SCHEMA name owner" of its rights and its comment.
bool is_of_made_schema(const Entry& entry, const std::vector<std::string>& to_make) {
  if (!entry.names.starts_with("- ")) return false;
  auto names = entry.names.substr(2);
  if (entry.kind == "SCHEMA") return starts_with_one_of(names, to_make);
  if ((entry.kind != "ACL" && entry.kind != "COMMENT") || !names.starts_with("SCHEMA "))
    return false;
  names.remove_prefix(std::string_view("SCHEMA ").size());
  // Here the name is quoted, if it needs to be.
  return starts_with_one_of(names, to_make) ||
         std::any_of(to_make.begin(), to_make.end(), [&](const std::string& one) {
           return names.starts_with(quote_identifier(one) + " ");
         });
}

template<class List>
bool is_one_of(std::string_view text, const List& starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view one) { return text.starts_with(one); });
}

} // namespace

std::vector<std::string> entries_of(std::string_view list, const WantedEntries& wanted) {
  std::vector<std::string> found;
  while (!list.empty()) {
    const auto end = std::min(list.find('\n'), list.size());
    const auto line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (line.empty() || line.front() == ';') continue;
    const auto text = described(line);
    if (is_one_of(text, k_of_no_schema)) continue;
    const auto entry = parsed(text, wanted.schemas);
    if (starts_with_one_of(entry.names, wanted.schemas) || is_of_made_schema(entry, wanted.to_make))
      found.emplace_back(line);
  }
  return found;
}

bool is_key_entry(std::string_view line) {
  return is_one_of(described(line), k_keys);
}

std::string without_psql_lines(std::string script) {
  constexpr std::string_view k_restrict = "\\restrict ";
  const auto begin = script.starts_with(k_restrict) ? 0 : script.find("\n\\restrict ");
  if (begin == std::string::npos) return script;
  const auto word = begin + (begin == 0 ? 0 : 1);
  const auto end = std::min(script.find('\n', word), script.size());
  const auto key = script.substr(word + k_restrict.size(), end - word - k_restrict.size());
  script.erase(word, end - word);
  if (const auto last = script.rfind("\\unrestrict " + key); last != std::string::npos)
    script.erase(last, std::string_view("\\unrestrict ").size() + key.size());
  return script;
}

} // namespace slipway::backup
