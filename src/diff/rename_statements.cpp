// Renames that were asked for. What a name is part of elsewhere (indexes, foreign keys, views,
// sequences) follows by itself in PostgreSQL; other names that were made from it do not, and are
// left to the plan after this one.
#include "naming.hpp"

#include "slipway/diff/plan.hpp"

#include <algorithm>
#include <optional>

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Property;

class Renamer {
public:
  Renamer(const schema::Schema& from, const std::vector<Rename>& renames, Plan& plan)
      : from_(from), renames_(renames), plan_(plan) {}

  void run(const Rename& rename) {
    const auto& from = rename.from;
    const auto& to = rename.to;
    if (!found(from)) return refuse(from, from.path() + " is not there");
    if (from.kind != to.kind)
      return refuse(from, from.path() + " cannot become " + to.path() + ", which is another kind");
    if (from_.find(to)) return refuse(from, to.path() + " is there already");
    if (is_part(from.kind)) return rename_part(from, to);
    if (from.kind == Kind::schema) return add("rename schema", from, "RENAME TO " + ident(to.name));
    if (from.schema != to.schema) {
      // Under the new name it may meet nobody in the one schema, and somebody in the other.
      const bool taken = from_.find({from.kind, to.schema, from.name, from.part}).has_value();
      if (taken && from.name != to.name) return through_another_name(from, to);
      add("set schema", from, "SET SCHEMA " + ident(to.schema));
    }
    if (from.name != to.name)
      add("rename " + word(from.kind), {from.kind, to.schema, from.name, from.part},
          "RENAME TO " + ident(to.name));
  }

private:
  // A part may be named under the new name of what it is a part of, too.
  std::optional<schema::Object> found(const Identity& identity) const {
    if (auto object = from_.find(identity)) return object;
    for (const auto& other : renames_) {
      if (is_part(identity.kind) && other.to.schema == identity.schema &&
          other.to.name == identity.name && !is_part(other.to.kind))
        return from_.find({identity.kind, other.from.schema, other.from.name, identity.part});
    }
    return std::nullopt;
  }

  static std::string word(Kind kind) { return std::string(kind_name(kind)); }

  void through_another_name(const Identity& from, const Identity& to) {
    add("rename " + word(from.kind), from, "RENAME TO " + ident(to.name));
    add("set schema", {from.kind, from.schema, to.name, from.part},
        "SET SCHEMA " + ident(to.schema));
  }

  void rename_part(const Identity& from, const Identity& to) {
    if (from.schema != to.schema || from.name != to.name)
      return refuse(from, from.path() + " cannot become a part of something else");
    std::string sql;
    switch (from.kind) {
    case Kind::column: {
      const auto kind = found(from)->parent()->kind();
      const bool type = kind == Kind::composite_type;
      sql = "ALTER " + sql_name({kind, from.schema, from.name, {}}) + " RENAME " +
            (type ? "ATTRIBUTE " : "COLUMN ") + ident(from.part) + " TO " + ident(to.part) +
            (type ? " CASCADE" : "");
      break;
    }
    case Kind::index:
      sql = "ALTER " + sql_name(from) + " RENAME TO " + ident(to.part);
      break;
    case Kind::constraint:
      sql = "ALTER TABLE " + qualified(from) + " RENAME CONSTRAINT " + ident(from.part) + " TO " +
            ident(to.part);
      break;
    case Kind::domain_constraint:
      sql = "ALTER DOMAIN " + qualified(from) + " RENAME CONSTRAINT " + ident(from.part) + " TO " +
            ident(to.part);
      break;
    default:
      sql = "ALTER " + sql_name(from) + " RENAME TO " + ident(to.part);
    }
    plan_.statements.push_back({sql, "rename " + word(from.kind), to.path()});
  }

  void add(const std::string& kind, const Identity& identity, const std::string& action) {
    plan_.statements.push_back(
        {"ALTER " + sql_name(identity) + " " + action, kind, identity.path()});
  }

  void refuse(const Identity& identity, std::string message) {
    plan_.refusals.push_back({identity.path(), std::move(message)});
  }

  const schema::Schema& from_;
  const std::vector<Rename>& renames_;
  Plan& plan_;
};

// Parts first, under the names that their holders have by then; then what is in schemas; those of
// a holder's new name at last.
int rank_of(const schema::Schema& from, const Rename& rename) {
  if (is_part(rename.from.kind)) return from.find(rename.from) ? 0 : 3;
  return rename.from.kind == Kind::schema ? 2 : 1;
}

} // namespace

Plan rename_statements(const schema::Schema& from, const std::vector<Rename>& renames) {
  Plan plan;
  auto ordered = renames;
  std::stable_sort(ordered.begin(), ordered.end(), [&](const Rename& one, const Rename& other) {
    return rank_of(from, one) < rank_of(from, other);
  });
  for (const auto& rename : ordered) Renamer(from, renames, plan).run(rename);
  return plan;
}

} // namespace slipway::diff
