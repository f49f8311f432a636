// Remarks on one migration that do not stop it: a name that says nothing, an up section that does
// nothing, and two concerns that would better be two files.
#include "slipway/source/migration.hpp"

#include "concerns.hpp"
#include "file_name.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::source {

namespace {

// Words that could stand over any migration. A name made of nothing else says nothing.
constexpr std::array k_empty_words = std::to_array<std::string_view>({
    "a",        "again",   "all",       "alter",      "an",           "and",
    "another",  "asdf",    "bug",       "bugfix",     "bugs",         "change",
    "changed",  "changes", "changeset", "database",   "db",           "ddl",
    "edit",     "edits",   "final",     "fix",        "fixed",        "fixes",
    "fixing",   "foo",     "for",       "hotfix",     "in",           "issue",
    "issues",   "migrate", "migration", "migrations", "misc",         "modifications",
    "modified", "modify",  "more",      "new",        "newmigration", "of",
    "other",    "patch",   "patches",   "schema",     "schemachange", "schemaupdate",
    "script",   "some",    "sql",       "stuff",      "temp",         "test",
    "testing",  "tests",   "the",       "thing",      "things",       "tmp",
    "todo",     "to",      "tweak",     "tweaks",     "unnamed",      "untitled",
    "update",   "updated", "updates",   "updatedb",   "updateschema", "various",
    "wip",
});

bool says_nothing(const std::string& word) {
  const bool only_digits =
      std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  const std::string_view bare =
      std::string_view(word).substr(0, word.find_last_not_of("0123456789") + 1);
  return only_digits || bare == "v" ||
         std::find(k_empty_words.begin(), k_empty_words.end(), bare) != k_empty_words.end();
}

bool is_allowed(const Migration& migration, std::string_view id) {
  return std::any_of(migration.allows.begin(), migration.allows.end(),
                     [&](const Allow& a) { return a.hazard == id; });
}

Place whole_file(const Migration& migration) {
  Place place;
  place.file = migration.path;
  return place;
}

std::optional<SourceWarning> vague_name(const Migration& migration) {
  const auto words = words_of(migration.name);
  if (!std::all_of(words.begin(), words.end(), says_nothing)) return std::nullopt;
  return SourceWarning{
      "vague-name",
      words.empty() ? "the file name does not say what changes"
                    : fmt::format("the name \"{}\" does not say what changes", migration.name),
      "name what is changed, such as add_orders_user_id", whole_file(migration)};
}

std::optional<SourceWarning> empty_up(const Migration& migration) {
  if (!migration.up.statements.empty()) return std::nullopt;
  return SourceWarning{"empty-up", "the up section has no statement",
                       "write the SQL that makes the change below `-- slipway:up`",
                       whole_file(migration)};
}

} // namespace

std::vector<SourceWarning> review(const Migration& migration) {
  std::vector<SourceWarning> warnings;
  for (auto& warning : {vague_name(migration), empty_up(migration), two_concerns(migration)})
    if (warning && !is_allowed(migration, warning->id)) warnings.push_back(*warning);
  return warnings;
}

} // namespace slipway::source
