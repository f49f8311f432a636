// An enum that loses labels or gets them in another order.
#include "relabel.hpp"

#include "domain_types.hpp"
#include "enum_types.hpp"
#include "expression.hpp"
#include "naming.hpp"
#include "satellites.hpp"
#include "type_users.hpp"

#include <algorithm>
#include <map>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;
using Reach = Disturbance::Reach;

bool is_mentioned(std::string_view text, std::string_view column) {
  return text.find(ident(column)) != std::string_view::npos;
}

class Relabelling {
public:
  Relabelling(const Scene& scene, const Alteration& alteration, Draft& draft)
      : scene_(scene), alteration_(alteration), draft_(draft) {}

  void run() {
    collect(alteration_.from);
    if (!draft_.refusals().empty()) return;
    replace(alteration_.from, "TYPE");
    say_ambiguous();
    for (const auto& domain : domains_) replace(domain, "DOMAIN");
    move_columns();
    for (auto domain = domains_.rbegin(); domain != domains_.rend(); ++domain)
      add("drop domain", "DROP DOMAIN " + old_name(*domain));
    add("drop type", "DROP TYPE " + old_name(alteration_.from));
  }

private:
  void collect(const Object& type) {
    draft_.disturb(type.identity(), Reach::type_swap);
    for (const auto& one : dependents_of(scene_.from, type)) {
      const auto after = scene_.to.find(one.identity());
      if (!after) continue;
      if (one.kind() == Kind::domain) {
        if (!is_of_type(after->text(Property::base_type), type)) continue;
        domains_.push_back(one);
        collect(one);
      } else if (one.kind() == Kind::column) {
        collect_column(one, *after, type);
      }
    }
  }

  void collect_column(const Object& column, const Object& after, const Object& type) {
    const auto table = *column.parent();
    if (table.kind() == Kind::composite_type) refuse(column, "an attribute of a type");
    if (!is_table_column(column) || column.has(Property::generated)) return;
    // What is of another type afterwards has a statement of its own for that.
    if (after.text(Property::type) != column.text(Property::type)) return;
    if (!is_of_type(column.text(Property::type), type)) return;
    if (is_mentioned(table.text(Property::partition_by), column.part()))
      refuse(column, "the key of a partitioned table");
    if (table.has(Property::of_type)) refuse(column, "a column of a typed table");
    draft_.disturb(column.identity(), Reach::type_swap);
    columns_.push_back({column, type});
  }

  void refuse(const Object& column, const std::string& what) {
    draft_.refuse("labels of " + alteration_.from.path() +
                  " go or move, so that it must be made anew, and " + column.path() + " is " +
                  what + ", whose type cannot be changed: change it by hand, in steps");
  }

  void add(std::string kind, std::string sql) {
    const bool first = draft_.empty();
    draft_.add(std::move(kind), std::move(sql));
    if (!first) draft_.with_previous();
  }

  static std::string old_name(const Object& type) {
    return qualified(type.schema(), temporary_name(type.name()));
  }

  void replace(const Object& type, const std::string& word) {
    add("rename type", "ALTER " + word + " " + qualified(type) + " RENAME TO " +
                           ident(temporary_name(type.name())));
    Draft made;
    if (type.kind() == Kind::domain)
      create_domain(scene_, type, made);
    else
      create_enum(scene_, alteration_.to, made);
    add_satellites(scene_, type, made);
    for (const auto& constraint : type.parts(Kind::domain_constraint))
      add_satellites(scene_, constraint, made);
    for (auto& statement : made.statements())
      add(std::move(statement.kind), std::move(statement.sql));
  }

  // One statement a table, so that it is written anew once.
  void move_columns() {
    std::map<schema::Identity, std::vector<std::pair<Object, Object>>> by_table;
    for (const auto& one : columns_)
      if (!comes_from_parent(one.first)) by_table[one.first.parent()->identity()].push_back(one);
    for (const auto& [table, columns] : by_table) {
      std::string actions;
      std::vector<Object> moved;
      for (const auto& [column, type] : columns) {
        actions += (actions.empty() ? "" : ",") + action(column, type);
        moved.push_back(column);
      }
      add("alter column type", "ALTER " + sql_name(table) + actions);
      draft_.finding(FindingKind::rewrite, table.path() + " is written anew, as labels of " +
                                               alteration_.from.path() + " go or move");
      say_removed(moved);
    }
  }

  static std::string action(const Object& column, const Object& type) {
    const auto name = ident(column.part());
    const bool array = is_array(column.text(Property::type));
    const auto wanted = qualified(type) + (array ? "[]" : "");
    std::string text = "\n  ALTER COLUMN " + name + " TYPE " + wanted;
    if (column.parent()->kind() == Kind::table)
      text += " USING " + name + (array ? "::text[]::" : "::text::") + wanted;
    return text;
  }

  // The column of a partition or heir changes with its parent's.
  bool comes_from_parent(const Object& column) const {
    const auto table = *column.parent();
    if (column.has(Property::inherited) || table.has(Property::partition_of)) return true;
    for (const auto& parent : table.list(Property::inherits)) {
      const auto name = split_name(parent);
      const auto relation = scene_.from.relation(name.schema, name.name);
      if (relation && relation->part(Kind::column, column.part())) return true;
    }
    return false;
  }

  std::vector<std::string> missing(Property property, const Object& from, const Object& in) const {
    const auto all = from.list(property);
    const auto others = in.list(property);
    std::vector<std::string> found;
    for (const auto& one : all)
      if (std::find(others.begin(), others.end(), one) == others.end()) found.push_back(one);
    return found;
  }

  static std::string literals(const std::vector<std::string>& labels) {
    std::string text;
    for (const auto& label : labels) text += (text.empty() ? "" : ", ") + literal(label);
    return text;
  }

  void say_removed(const std::vector<Object>& columns) {
    const auto removed = missing(Property::labels, alteration_.from, alteration_.to);
    if (removed.empty()) return;
    std::string count;
    for (const auto& column : columns) {
      const bool array = is_array(column.text(Property::type));
      const auto condition = array ? "VALUE::text[] && ARRAY[" + literals(removed) + "]"
                                   : "VALUE::text IN (" + literals(removed) + ")";
      const auto one = "(SELECT pg_catalog.count(*) FROM " + qualified(column) + " WHERE " +
                       with_value(condition, ident(column.part())) + ")";
      count += (count.empty() ? "SELECT " : " + ") + one;
    }
    draft_.finding(FindingKind::data_dependent,
                   "fails if a row has a label that is gone: " + literals(removed),
                   std::move(count));
  }

  // Nobody can tell a label that was renamed from one that went while another came.
  void say_ambiguous() {
    const auto removed = missing(Property::labels, alteration_.from, alteration_.to);
    const auto added = missing(Property::labels, alteration_.to, alteration_.from);
    if (removed.empty() || removed.size() != added.size()) return;
    draft_.finding(
        FindingKind::ambiguity,
        literals(removed) + " of " + alteration_.from.path() + " may have become " +
            literals(added) +
            ": if it was renamed, use ALTER TYPE ... RENAME VALUE, which keeps the rows");
  }

  const Scene& scene_;
  const Alteration& alteration_;
  Draft& draft_;
  std::vector<Object> domains_;
  std::vector<std::pair<Object, Object>> columns_; // with the type that each is of
};

} // namespace

void relabel(const Scene& scene, const Alteration& alteration, Draft& draft) {
  Relabelling(scene, alteration, draft).run();
}

} // namespace slipway::diff
