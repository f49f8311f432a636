// A type that cannot be changed and is replaced by another one of its name: an enum that loses
// labels or gets them in another order, a domain over a wider type.
#include "relabel.hpp"

#include "built_in_casts.hpp"
#include "column_type.hpp"
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

// Whether every value of one type is one of the other, as it is.
bool is_widening(std::string_view from, std::string_view to) {
  const auto before = parse_type(from);
  const auto after = parse_type(to);
  if (before.array || after.array) return false;
  const auto digits = integer_digits(before.base);
  if (digits > 0)
    return integer_digits(after.base) > digits ||
           (after.base == "numeric" && after.modifiers.empty());
  if (before.base == "real") return after.base == "double precision";
  if (before.base == "numeric") return after.base == "numeric" && after.modifiers.empty();
  const auto is_text = [](const TypeText& type) {
    return type.base == "text" || type.base == "character varying";
  };
  if (!is_text(before) || !is_text(after)) return false;
  return after.modifiers.empty() ||
         (!before.modifiers.empty() && before.modifiers.front() <= after.modifiers.front());
}

// Those of other names are made and dropped by statements of their own.
bool same_constraint_names(const Object& from, const Object& to) {
  const auto before = from.parts(Kind::domain_constraint);
  const auto after = to.parts(Kind::domain_constraint);
  return std::equal(before.begin(), before.end(), after.begin(), after.end(),
                    [](const Object& a, const Object& b) { return a.part() == b.part(); });
}

class Swap {
public:
  Swap(const Scene& scene, const Alteration& alteration, Draft& draft)
      : scene_(scene), alteration_(alteration), draft_(draft) {}

  void run() {
    collect(alteration_.from);
    if (!draft_.refusals().empty()) return;
    replace(alteration_.from, alteration_.to);
    say_ambiguous();
    for (const auto& domain : domains_) replace(domain, domain);
    move_columns();
    for (auto domain = domains_.rbegin(); domain != domains_.rend(); ++domain) drop_old(*domain);
    drop_old(alteration_.from);
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
    draft_.refuse(alteration_.from.path() + " must be made anew, and " + column.path() + " is " +
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

  static std::string word_of(const Object& type) {
    return type.kind() == Kind::domain ? "DOMAIN" : "TYPE";
  }

  void drop_old(const Object& type) {
    add("drop type", "DROP " + word_of(type) + " " + old_name(type));
  }

  void replace(const Object& type, const Object& with) {
    add("rename type", "ALTER " + word_of(type) + " " + qualified(type) + " RENAME TO " +
                           ident(temporary_name(type.name())));
    Draft made;
    rule_of(with.kind()).create(scene_, with, made);
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
      draft_.finding(FindingKind::rewrite, table.path() + " is written anew, as " +
                                               alteration_.from.path() + " is another type");
      say_removed(moved);
    }
  }

  std::string action(const Object& column, const Object& type) const {
    const auto name = ident(column.part());
    const bool array = is_array(column.text(Property::type));
    const auto wanted = qualified(type) + (array ? "[]" : "");
    std::string text = "\n  ALTER COLUMN " + name + " TYPE " + wanted;
    if (column.parent()->kind() == Kind::table && alteration_.from.kind() == Kind::enum_type)
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
  Swap(scene, alteration, draft).run();
}

bool swap_domain(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& from = alteration.from;
  if (!is_widening(from.text(Property::base_type), alteration.to.text(Property::base_type)) ||
      !same_constraint_names(from, alteration.to) || is_held_within(scene.from, from))
    return false;
  Swap(scene, alteration, draft).run();
  return true;
}

} // namespace slipway::diff
