// Decides whether an up section is one concern. Tables are related when one statement names both or
// when the name of one contains that of the other; relation is passed on. Only a file that alters
// or drops an existing table besides an unrelated one is remarked upon.
#include "concerns.hpp"

#include "slipway/sql/facts.hpp"
#include "source_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <set>

namespace slipway::source {

namespace {

using Facts = std::vector<sql::StatementFacts>;

std::string key_of(const QualifiedName& name) {
  return name.schema.empty() || name.schema == "public" ? name.name : name.schema + "." + name.name;
}

bool is_table(const sql::ObjectTouched& object) {
  return object.kind == "table";
}

std::set<std::string> tables_created(const Facts& facts) {
  std::set<std::string> created;
  for (const auto& statement : facts)
    for (const auto& object : statement.objects)
      if (is_table(object) && object.action == sql::Action::create)
        created.insert(key_of(object.name));
  return created;
}

// Rows of a table that the same file creates belong to the creation.
bool changes_existing_rows(const sql::StatementFacts& statement,
                           const std::set<std::string>& created) {
  if (!statement.is_data_change || statement.is_schema_change) return false;
  bool writes = false;
  for (const auto& object : statement.objects) {
    if (object.action != sql::Action::write) continue;
    if (created.count(key_of(object.name)) == 0) return true;
    writes = true;
  }
  return !writes;
}

SourceWarning remark(const Migration& migration, std::string message, std::size_t later) {
  const SourceText file(migration.up.text, migration.up.path);
  return {
      "two-concerns", std::move(message),
      "two files can be applied, timed and undone one by one; or say why not: `-- slipway:allow two-concerns REASON`",
      file.place(migration.up.statements[later].span)};
}

std::string line_of(const Migration& migration, std::size_t statement) {
  return fmt::format("line {}", migration.up.statements[statement].position.line);
}

std::optional<SourceWarning> schema_and_rows(const Migration& migration, const Facts& facts) {
  const auto created = tables_created(facts);
  const auto schema = std::find_if(facts.begin(), facts.end(),
                                   [](const auto& f) { return f.parsed && f.is_schema_change; });
  const auto rows = std::find_if(facts.begin(), facts.end(), [&](const auto& f) {
    return f.parsed && changes_existing_rows(f, created);
  });
  if (schema == facts.end() || rows == facts.end()) return std::nullopt;
  const auto schema_at = static_cast<std::size_t>(schema - facts.begin());
  const auto rows_at = static_cast<std::size_t>(rows - facts.begin());
  return remark(
      migration,
      fmt::format(
          "two concerns in one file: it changes the schema ({} on {}) and existing rows ({} on {})",
          schema->kind, line_of(migration, schema_at), rows->kind, line_of(migration, rows_at)),
      std::max(schema_at, rows_at));
}

// The tables of a file as groups of related ones.
class TableGroups {
public:
  std::size_t add(const std::string& key) {
    const auto [found, is_new] = index_.emplace(key, parents_.size());
    if (is_new) parents_.push_back(found->second);
    return found->second;
  }
  std::size_t group(std::size_t i) {
    for (; parents_[i] != i; i = parents_[i]) parents_[i] = parents_[parents_[i]];
    return i;
  }
  void relate(std::size_t a, std::size_t b) { parents_[group(a)] = group(b); }

  // Quadratic, so left out for a file of very many tables, which is no single concern whatever they
  // are called.
  void relate_by_name() {
    if (index_.size() > k_most_names) return;
    for (const auto& [a, i] : index_)
      for (const auto& [b, j] : index_)
        if (i != j && b.find(stem(a)) != std::string::npos) relate(i, j);
  }

private:
  static constexpr std::size_t k_most_names = 300;
  // Without schema and plural: "users" is in "user_sessions".
  static std::string stem(const std::string& key) {
    std::string word = key.substr(key.rfind('.') + 1);
    if (word.size() > 3 && word.back() == 's') word.pop_back();
    return word;
  }
  std::map<std::string, std::size_t> index_;
  std::vector<std::size_t> parents_;
};

bool changes_table(const sql::StatementFacts& statement) {
  return statement.parsed && (statement.kind == "create table" || statement.kind == "alter table" ||
                              statement.kind == "drop table");
}

// One table that a statement creates, alters or drops.
struct Touch {
  std::size_t statement;
  std::size_t table;
  std::string name;
  bool is_existing;
};

std::vector<Touch> touches_of(const Facts& facts, TableGroups& groups) {
  const auto created = tables_created(facts);
  std::vector<Touch> touches;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    std::vector<std::size_t> named;
    for (const auto& lock : facts[i].locks) named.push_back(groups.add(key_of(lock.relation)));
    for (const auto& object : facts[i].objects) {
      if (!is_table(object)) continue;
      const std::string key = key_of(object.name);
      named.push_back(groups.add(key));
      const bool is_changed = object.action == sql::Action::create ||
                              object.action == sql::Action::alter ||
                              object.action == sql::Action::drop;
      if (is_changed && changes_table(facts[i]))
        touches.push_back({i, named.back(), object.name.name, created.count(key) == 0});
    }
    for (const std::size_t other : named) groups.relate(named.front(), other);
  }
  return touches;
}

std::optional<SourceWarning> unrelated_tables(const Migration& migration, const Facts& facts) {
  TableGroups groups;
  const auto touches = touches_of(facts, groups);
  if (std::none_of(touches.begin(), touches.end(), [](const Touch& t) { return t.is_existing; }))
    return std::nullopt;
  groups.relate_by_name();
  for (const auto& later : touches) {
    const auto earlier = std::find_if(touches.begin(), touches.end(), [&](const Touch& t) {
      return t.statement < later.statement && groups.group(t.table) != groups.group(later.table) &&
             (t.is_existing || later.is_existing);
    });
    if (earlier == touches.end()) continue;
    return remark(
        migration,
        fmt::format("two concerns in one file: it changes the unrelated tables {} ({}) and {} ({})",
                    earlier->name, line_of(migration, earlier->statement), later.name,
                    line_of(migration, later.statement)),
        later.statement);
  }
  return std::nullopt;
}

} // namespace

std::optional<SourceWarning> two_concerns(const Migration& migration) {
  if (migration.up.statements.size() < 2) return std::nullopt;
  std::vector<std::string_view> statements;
  for (const auto& statement : migration.up.statements)
    statements.push_back(migration.up.sql(statement));
  const Facts facts = sql::analyse(statements);
  if (auto found = schema_and_rows(migration, facts)) return found;
  return unrelated_tables(migration, facts);
}

} // namespace slipway::source
