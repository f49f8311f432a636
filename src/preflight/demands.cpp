// From the facts of statements to the rights they need.
#include "demands.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace slipway::preflight {

namespace {

template<std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 6> k_relations{
    "table", "index", "view", "materialized view", "foreign table", "sequence"};
constexpr std::array<std::string_view, 2> k_types{"type", "domain"};
constexpr std::array<std::string_view, 4> k_routines{"function", "procedure", "routine",
                                                     "aggregate"};
// What other statements name is read later, by somebody else, or not at all.
constexpr std::array<std::string_view, 7> k_readers{"select",
                                                    "insert",
                                                    "update",
                                                    "delete",
                                                    "create table as",
                                                    "select into",
                                                    "create materialized view"};

std::string kind_of(std::string_view word) {
  if (is_one_of(word, k_relations)) return "relation";
  if (is_one_of(word, k_types)) return "type";
  if (is_one_of(word, k_routines)) return "routine";
  return word == "schema" ? "schema" : "";
}

std::string write_right(std::string_view statement) {
  if (statement == "insert") return "INSERT";
  if (statement == "update") return "UPDATE";
  if (statement == "delete") return "DELETE";
  if (statement == "truncate table") return "TRUNCATE";
  return {};
}

std::string relation_right(const sql::StatementFacts& facts, const sql::ObjectTouched& object) {
  switch (object.action) {
  case sql::Action::alter:
    return facts.kind == "create trigger" ? "TRIGGER" : "own";
  case sql::Action::drop:
    return "drop";
  case sql::Action::create:
    // An index goes where its table is; a temporary object needs no schema of ours.
    return object.kind == "index" || facts.changes_session ? "" : "create";
  case sql::Action::write:
    return object.kind == "sequence" ? "" : write_right(facts.kind);
  case sql::Action::read:
    return object.kind != "sequence" && is_one_of(facts.kind, k_readers) ? "SELECT" : "";
  case sql::Action::other:
    break;
  }
  return {};
}

std::string right_for(const sql::StatementFacts& facts, const sql::ObjectTouched& object,
                      const std::string& kind) {
  if (kind == "relation") return relation_right(facts, object);
  const bool creates = object.action == sql::Action::create;
  if (kind == "schema")
    return object.action == sql::Action::drop || object.action == sql::Action::alter ? "own" : "";
  if (creates) return "create";
  if (object.action == sql::Action::drop) return "drop";
  return object.action == sql::Action::alter ? "own" : "";
}

} // namespace

std::vector<Demand> demands_of(const Scene& scene) {
  std::set<Demand> demands;
  // What an earlier statement makes or drops is not what is there now.
  std::set<QualifiedName> remade;
  for (const auto& statement : scene.statements) {
    for (const auto& object : statement.facts->objects) {
      const auto kind = kind_of(object.kind);
      if (kind.empty()) continue;
      auto right = right_for(*statement.facts, object, kind);
      if (right.empty() || (right != "create" && remade.contains(object.name))) continue;
      demands.insert({kind, object.name, std::move(right)});
    }
    for (const auto& object : statement.facts->objects)
      if (object.action == sql::Action::create || object.action == sql::Action::drop)
        remade.insert(object.name);
  }
  return {demands.begin(), demands.end()};
}

bool changes_rights(const Scene& scene) {
  constexpr std::array<std::string_view, 4> k_kinds{"grant", "grant role", "reassign owned",
                                                    "alter role"};
  return std::any_of(scene.statements.begin(), scene.statements.end(), [&](const Planned& one) {
    const auto has = [&](std::string_view word) {
      return one.text.find(word) != std::string::npos;
    };
    if (is_one_of(one.facts->kind, k_kinds) || has("owner to")) return true;
    const bool setting =
        one.facts->kind == "set" || one.facts->kind == "reset" || has("set_config");
    return setting && (has("role") || has("authorization") || has("search_path"));
  });
}

} // namespace slipway::preflight
