// Partitions come and go without being dropped.
#include "partition_rules.hpp"

#include "family.hpp"
#include "naming.hpp"
#include "partition_bounds.hpp"
#include "trigger_state.hpp"

#include "slipway/schema/usual_name.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_detach_concurrently = 140000;

std::string parent_of(const Object& table) {
  return std::string(table.text(Property::partition_of));
}

bool has_default_partition(const schema::Schema& schema, const std::string& parent) {
  const auto tables = schema.objects(Kind::table);
  return std::any_of(tables.begin(), tables.end(), [&](const Object& table) {
    return table.text(Property::partition_of) == parent &&
           table.text(Property::partition_bound) == "DEFAULT";
  });
}

// A default partition that only comes may be there by then, and the server refuses the two
// together.
bool detaches_concurrently(const Scene& scene, const Object& table) {
  return scene.in_use(table) && scene.from.origin().server_version >= k_detach_concurrently &&
         !has_default_partition(scene.from, parent_of(table)) &&
         !has_default_partition(scene.to, parent_of(table));
}

std::string detach(const Object& table) {
  return "ALTER TABLE " + parent_of(table) + " DETACH PARTITION " + qualified(table);
}

std::string attach(const Object& table) {
  return "ALTER TABLE " + parent_of(table) + " ATTACH PARTITION " + qualified(table) + " " +
         std::string(table.text(Property::partition_bound));
}

// The only column of a key such as RANGE (at); empty when there is more to it.
std::string key_column(std::string_view partition_by, std::string_view method) {
  const auto prefix = std::string(method) + " (";
  if (!partition_by.starts_with(prefix) || !partition_by.ends_with(")")) return {};
  const auto key = partition_by.substr(prefix.size(), partition_by.size() - prefix.size() - 1);
  if (key.starts_with('"'))
    return key.find('"', 1) == key.size() - 1 ? std::string(key) : std::string();
  return key.find_first_of(" ,(\"") == std::string_view::npos ? std::string(key) : std::string();
}

// What stands in the parentheses at `from`, with nothing but one value in it.
std::string one_value(std::string_view text, std::string_view word) {
  const auto begin = text.find(std::string(word) + " (");
  if (begin == std::string_view::npos) return {};
  auto rest = text.substr(begin + word.size() + 2);
  bool quoted = false;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '\'') quoted = !quoted;
    if (!quoted && rest[at] == ')') return std::string(rest.substr(0, at));
    if (!quoted && rest[at] == ',') return {};
  }
  return {};
}

std::string range_condition(const std::string& column, std::string_view bound) {
  const auto low = one_value(bound, "FROM");
  const auto high = one_value(bound, "TO");
  if (low.empty() || high.empty()) return {};
  std::string text = "(" + column + " IS NOT NULL)";
  if (low != "MINVALUE") text += " AND (" + column + " >= " + low + ")";
  if (high != "MAXVALUE") text += " AND (" + column + " < " + high + ")";
  return text;
}

std::string list_condition(const std::string& column, std::string_view bound) {
  constexpr std::string_view k_begin = "FOR VALUES IN (";
  if (!bound.starts_with(k_begin) || !bound.ends_with(")")) return {};
  const auto values = bound.substr(k_begin.size(), bound.size() - k_begin.size() - 1);
  if (values.find("NULL") != std::string_view::npos) return {};
  return "(" + column + " IS NOT NULL) AND (" + column + " IN (" + std::string(values) + "))";
}

std::string condition_of(const schema::Schema& schema, const Object& table) {
  const auto parent = relation_of(schema, parent_of(table));
  return parent ? bound_condition(*parent, table.text(Property::partition_bound)) : std::string();
}

std::string helper_of(const Object& table) {
  return ident(temporary_name(std::string(table.name()) + "_bound"));
}

// https://www.postgresql.org/docs/current/sql-altertable.html: DETACH ... CONCURRENTLY leaves a
// CHECK with the bound behind, under a name that nobody chose, unless there is one already.
void detach_beside_others(const Object& table, const std::string& condition, Draft& draft) {
  const auto helper = helper_of(table);
  if (!condition.empty()) {
    draft.add("add constraint", alter_table(table) + "ADD CONSTRAINT " + helper + " CHECK (" +
                                    condition + ") NOT VALID");
    draft.add("validate constraint", alter_table(table) + "VALIDATE CONSTRAINT " + helper)
        .after_commit();
  }
  draft.add("detach partition", detach(table) + " CONCURRENTLY").alone();
  if (!condition.empty())
    draft.add("drop constraint", alter_table(table) + "DROP CONSTRAINT " + helper);
}

} // namespace

std::string bound_condition(const Object& parent, std::string_view bound) {
  const auto key = parent.text(Property::partition_by);
  if (const auto column = key_column(key, "RANGE"); !column.empty())
    return range_condition(column, bound);
  if (const auto column = key_column(key, "LIST"); !column.empty())
    return list_condition(column, bound);
  return {};
}

void detach_partition(const Scene& scene, const Object& table, Draft& draft) {
  const auto condition = condition_of(scene.from, table);
  if (detaches_concurrently(scene, table) && !condition.empty())
    detach_beside_others(table, condition, draft);
  else
    draft.add("detach partition", detach(table));
}

namespace {

// Of what a foreign key points at, no partition is dropped.
bool is_referenced(const schema::Schema& schema, const std::string& parent) {
  const auto tables = schema.objects(Kind::table);
  return std::any_of(tables.begin(), tables.end(), [&](const Object& table) {
    const auto constraints = table.parts(Kind::constraint);
    return std::any_of(constraints.begin(), constraints.end(), [&](const Object& one) {
      return one.text(Property::referenced_table) == parent;
    });
  });
}

} // namespace

void release_partition(const Scene& scene, const Object& table, Draft& draft) {
  if (table.has(Property::detach_pending))
    draft.add("detach partition", detach(table) + " FINALIZE");
  else if (detaches_concurrently(scene, table))
    draft.add("detach partition", detach(table) + " CONCURRENTLY").alone();
  else if (is_referenced(scene.from, parent_of(table)))
    draft.add("detach partition", detach(table));
}

namespace {

// The server gives a new partition a part of each index of its parent.
void refuse_more_parts(const Scene& scene, const Object& table, Draft& draft) {
  const auto parent = relation_of(scene.to, parent_of(table));
  if (!parent) return;
  const auto has_part = [&](const Object& index) {
    const auto parts = table.parts(Kind::index);
    return std::any_of(parts.begin(), parts.end(), [&](const Object& one) {
      return one.text(Property::parent) == index.part();
    });
  };
  for (const auto& index : parent->parts(Kind::index))
    if (index.has(Property::invalid) && !lacks_parts(scene, index) && !has_part(index))
      draft.refuse("a new partition gets a part of the index " +
                   qualified(index.schema(), index.part()) +
                   ", which it is not to have: drop that index, attach, and make it again");
}

} // namespace

void attach_partition(const Scene& scene, const Object& table, Draft& draft) {
  refuse_more_parts(scene, table, draft);
  const auto condition = condition_of(scene.to, table);
  const bool checked = existed(scene, table) && scene.in_use(table) && !condition.empty() &&
                       table.kind() == Kind::table;
  const auto helper = helper_of(table);
  if (checked) {
    draft.add("add constraint", alter_table(table) + "ADD CONSTRAINT " + helper + " CHECK (" +
                                    condition + ") NOT VALID");
    draft.finding(FindingKind::data_dependent, "rows outside of the partition's bound stop it",
                  "SELECT count(*) FROM " + qualified(table) + " WHERE NOT (" + condition + ")");
    draft.add("validate constraint", alter_table(table) + "VALIDATE CONSTRAINT " + helper)
        .after_commit();
  }
  draft.add("attach partition", attach(table));
  if (existed(scene, table) && !checked)
    draft.finding(FindingKind::data_dependent,
                  "all rows are checked against the bound; any outside of it stops it");
  if (has_default_partition(scene.from, parent_of(table)) &&
      table.text(Property::partition_bound) != "DEFAULT")
    draft.finding(FindingKind::access_exclusive,
                  "the default partition is looked through under a lock for rows that belong here");
  if (checked) draft.add("drop constraint", alter_table(table) + "DROP CONSTRAINT " + helper);
  set_states_of_clones(table, draft);
}

namespace {

// All out before one is in again: one may be to have what another had. Who is named first does it
// for all.
void give_new_bounds(const Scene& scene, const Object& table, Draft& draft) {
  const auto given = given_bounds_with(scene, table);
  for (const auto& one : given) refuse_more_parts(scene, one, draft);
  if (given.empty() || given.front() != table) return;
  draft.later();
  for (const auto& one : given) {
    draft.add("detach partition", detach(one));
    if (one != given.front()) draft.with_previous();
  }
  for (const auto& one : given) {
    draft.add("attach partition", attach(one)).with_previous();
    draft.finding_at(one.path(), FindingKind::data_dependent,
                     "all rows are checked against the new bound; any outside of it stops it");
  }
  for (const auto& one : given) set_states_of_clones(one, draft);
}

} // namespace

void finish_detach(const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::detach_pending) && alteration.from.has(Property::detach_pending))
    draft.add("detach partition", detach(alteration.from) + " FINALIZE");
}

void change_bound(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& from = alteration.from;
  const auto& to = alteration.to;
  const bool was = from.has(Property::partition_of);
  const bool is = to.has(Property::partition_of);
  if (to.has(Property::detach_pending)) {
    if (!from.has(Property::detach_pending))
      draft.refuse("a detach that was not finished cannot be made on purpose");
    return;
  }
  if (from.has(Property::detach_pending)) {
    if (!is) return;
    draft.later();
    attach_partition(scene, to, draft);
    return;
  }
  if (gets_new_bound(scene, to)) {
    give_new_bounds(scene, to, draft);
    return;
  }
  if (was) detach_partition(scene, from, draft);
  if (!is) return;
  draft.later();
  attach_partition(scene, to, draft);
}

} // namespace slipway::diff
