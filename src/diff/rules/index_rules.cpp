// Indexes and extended statistics. On a table in use an index is built, rebuilt and dropped
// without keeping writers waiting, and a changed one is there before the old one goes.
#include "rules.hpp"

#include "family.hpp"
#include "index_marks.hpp"
#include "mutable_call.hpp"
#include "naming.hpp"
#include "options_change.hpp"
#include "partition_bounds.hpp"
#include "row_counts.hpp"
#include "satellites.hpp"
#include "table_sql.hpp"
#include "words.hpp"

#include <algorithm>
#include <map>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string name_of(const Object& index) {
  return qualified(index.schema(), index.part());
}

bool is_partitioned(const Object& index) {
  const auto table = index.parent();
  return table && table->has(Property::partition_by);
}

bool is_attached_by_hand(const Scene& scene, const Object& index) {
  const auto table = index.parent();
  if (!index.has(Property::parent) || !table || !table->has(Property::partition_of)) return false;
  const auto parent = relation_of(scene.to, table->text(Property::partition_of));
  const auto above = parent ? parent->part(Kind::index, index.text(Property::parent)) : parent;
  if (!above) return !is_to_be_attached(scene, *table);
  // A table that is attached again gets it as a part, which leaves the one above not valid.
  if (gets_new_bound(scene, *table) && !lacks_parts(scene, *above))
    return !above->has(Property::invalid);
  return lacks_parts(scene, *above) || !is_to_be_attached(scene, *table);
}

std::string attach(const Object& index) {
  return "ALTER INDEX " +
         qualified(split_name(index.parent()->text(Property::partition_of)).schema,
                   index.text(Property::parent)) +
         " ATTACH PARTITION " + name_of(index);
}

std::map<std::string, std::string> targets_of(const Object& index) {
  std::map<std::string, std::string> targets;
  for (const auto& one : index.list(Property::column_statistics))
    targets[one.substr(0, one.find('='))] = one.substr(one.find('=') + 1);
  return targets;
}

void set_statistics(const std::string& index, const std::map<std::string, std::string>& from,
                    const std::map<std::string, std::string>& to, Draft& draft) {
  const auto set = [&](const std::string& column, const std::string& target) {
    draft.add("set statistics",
              "ALTER INDEX " + index + " ALTER COLUMN " + column + " SET STATISTICS " + target);
  };
  for (const auto& [column, target] : from)
    if (!to.contains(column)) set(column, "-1");
  for (const auto& [column, target] : to) {
    const auto before = from.find(column);
    if (before == from.end() || before->second != target) set(column, target);
  }
}

void refuse_mutable_call(const Scene& scene, const Object& index, Draft& draft) {
  if (const auto call = mutable_call(scene, index); !call.empty())
    draft.refuse("it calls the " + call +
                 ", which is not IMMUTABLE: an index that was made before it became so stays, but "
                 "none can be made; make the function IMMUTABLE, or leave the index out");
}

bool all_have_part(const Scene& scene, const Object& index) {
  const auto partitions = children_of(scene.to, *index.parent());
  return std::all_of(partitions.begin(), partitions.end(), [&](const Object& partition) {
    for (const auto kind : {Kind::index, Kind::constraint})
      for (const auto& one : partition.parts(kind))
        if (one.text(Property::parent) == index.part()) return !one.has(Property::invalid);
    return false;
  });
}

void create(const Scene& scene, const Object& index, Draft& draft) {
  refuse_mutable_call(scene, index, draft);
  const bool partitioned = is_partitioned(index);
  const bool online = scene.in_use(index) && !partitioned;
  draft.add("create index", create_index(index, index.part(), online, partitioned));
  if (online) draft.alone();
  if (index.has(Property::unique) && existed(scene, index))
    draft.finding(FindingKind::data_dependent, "rows with equal values stop it",
                  count_of_duplicates(index));
  if (is_attached_by_hand(scene, index)) draft.add("attach index", attach(index));
  set_statistics(name_of(index), {}, targets_of(index), draft);
  if (scene.from.find(index.identity())) mark_again(scene, index, draft);
  if (!index.has(Property::invalid)) return;
  if (!partitioned)
    draft.refuse("an index that is not valid cannot be made on purpose");
  else if (all_have_part(scene, index))
    draft.refuse("an index that every partition has its part of, or that has no partitions, is "
                 "valid: make it so in the schema you want, too");
}

bool goes_with_parent(const Scene& scene, const Object& index) {
  const auto table = index.parent();
  return index.has(Property::parent) && table && !lasting_parents(scene, *table).empty();
}

void drop(const Scene& scene, const Object& index, Draft& draft) {
  if (goes_with_parent(scene, index)) return;
  const bool online = scene.in_use(index) && !is_partitioned(index);
  draft.add("drop index",
            std::string("DROP INDEX ") + (online ? "CONCURRENTLY " : "") + name_of(index));
  if (online) draft.alone();
  if (!scene.to.find(index.identity()))
    draft.finding(FindingKind::index_dropped, "queries that use it are slower from then on");
}

bool only(const Alteration& alteration, std::initializer_list<Property> properties) {
  return std::all_of(alteration.changed.begin(), alteration.changed.end(), [&](Property property) {
    return std::find(properties.begin(), properties.end(), property) != properties.end();
  });
}

// Some parameters count from the next build of the index on.
bool is_of_build(const Alteration& alteration) {
  const auto change = options_change(alteration.from.list(Property::options),
                                     alteration.to.list(Property::options));
  const auto matters = [](const std::string& option) {
    return option.starts_with("pages_per_range") || option.starts_with("buffering") ||
           option.starts_with("length") || option.starts_with("col");
  };
  return std::any_of(change.set.begin(), change.set.end(), matters) ||
         std::any_of(change.reset.begin(), change.reset.end(), matters);
}

bool index_reads(const Object& index, const Object& column) {
  std::string text(index.text(Property::predicate));
  for (const auto property : {Property::columns, Property::include})
    for (const auto& one : index.list(property)) text += " " + one;
  return words_of(text).contains(std::string(column.part()));
}

bool is_needed(const Scene& scene, const Object& index) {
  const auto& all = scene.from.dependencies();
  return std::any_of(all.begin(), all.end(),
                     [&](const schema::Dependency& one) { return one.needs == index.index(); });
}

void change_in_place(const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  if (alteration.has(Property::options))
    change_options("ALTER INDEX " + name_of(to), alteration.from.list(Property::options),
                   to.list(Property::options), draft);
  if (alteration.has(Property::tablespace)) {
    draft.add(
        "set tablespace",
        "ALTER INDEX " + name_of(to) + " SET TABLESPACE " +
            (to.has(Property::tablespace) ? ident(to.text(Property::tablespace)) : "pg_default"));
    draft.finding(FindingKind::access_exclusive,
                  "the index is copied under a lock that stops readers and writers");
  }
  set_statistics(name_of(to), targets_of(alteration.from), targets_of(to), draft);
}

// What the index was may not be possible over the new type of a column, nor what it becomes over
// the old one.
bool has_new_type(const Scene& scene, const Object& index) {
  const auto table = scene.from.find(index.parent()->identity());
  if (!table) return false;
  const auto columns = index.parent()->parts(Kind::column);
  return std::any_of(columns.begin(), columns.end(), [&](const Object& column) {
    const auto before = table->part(Kind::column, column.part());
    return before && before->get(Property::type) != column.get(Property::type) &&
           index_reads(index, column);
  });
}

void swap(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  refuse_mutable_call(scene, to, draft);
  const auto temporary = temporary_name(to.part());
  draft.add("create index", create_index(to, temporary, true, false)).alone();
  if (to.has(Property::unique))
    draft.finding(FindingKind::data_dependent, "rows with equal values stop it",
                  count_of_duplicates(to));
  draft.add("drop index", "DROP INDEX CONCURRENTLY " + name_of(to)).alone();
  draft.add("rename index",
            "ALTER INDEX " + qualified(to.schema(), temporary) + " RENAME TO " + ident(to.part()));
  set_statistics(name_of(to), {}, targets_of(to), draft);
  if (alteration.from.get(Property::comment) == to.get(Property::comment))
    add_satellites(scene, to, draft);
  else
    bind_again(to, draft);
  mark_again(scene, to, draft);
}

// PostgreSQL 15 leaves a predicate that is true of every row out of what REINDEX CONCURRENTLY
// makes.
bool forgets_predicate(const Object& index) {
  if (!index.has(Property::predicate)) return false;
  const auto words = words_of(index.text(Property::predicate));
  const auto columns = index.parent()->parts(Kind::column);
  return std::none_of(columns.begin(), columns.end(), [&](const Object& column) {
    return words.contains(std::string(column.part()));
  });
}

void reindex(const Scene& scene, const Object& index, Draft& draft) {
  const bool online = scene.in_use(index) && !forgets_predicate(index);
  draft.add("reindex",
            std::string("REINDEX INDEX ") + (online ? "CONCURRENTLY " : "") + name_of(index));
  if (online) draft.alone();
}

Altered alter(const Scene& scene, const Alteration& wanted, Draft& draft) {
  auto alteration = wanted;
  const auto& to = alteration.to;
  const bool new_parent = alteration.has(Property::parent);
  alteration.changed.erase(Property::parent);
  if (new_parent && is_attached_by_hand(scene, to)) {
    if (!alteration.changed.empty() || alteration.from.has(Property::parent))
      return Altered::rebuild;
    draft.add("attach index", attach(to));
    return Altered::done;
  }
  if (alteration.has(Property::invalid)) {
    alteration.changed.erase(Property::invalid);
    // The index of a partitioned table becomes valid with the last one that is attached to it.
    if (to.has(Property::invalid) && !is_partitioned(to))
      draft.refuse("an index that works cannot be made invalid on purpose");
  }
  const bool repairs = wanted.has(Property::invalid) && !to.has(Property::invalid);
  const bool in_place =
      only(alteration, {Property::options, Property::tablespace, Property::column_statistics}) &&
      !(alteration.has(Property::options) && is_of_build(alteration)) && !is_partitioned(to);
  if (in_place) {
    change_in_place(alteration, draft);
    if (repairs) reindex(scene, to, draft);
    return Altered::done;
  }
  if (!scene.in_use(to) || is_partitioned(to) || to.has(Property::parent) ||
      has_new_type(scene, to) || is_needed(scene, alteration.from))
    return Altered::rebuild;
  swap(scene, alteration, draft);
  return Altered::done;
}

// CREATE STATISTICS is what the catalog keeps; only the target is said apart.
void create_statistics(const Scene&, const Object& statistics, Draft& draft) {
  draft.add("create statistics", std::string(statistics.text(Property::definition)));
  if (statistics.has(Property::statistics_target))
    draft.add("set statistics", "ALTER STATISTICS " + qualified(statistics) + " SET STATISTICS " +
                                    std::string(statistics.text(Property::statistics_target)));
}

Altered alter_statistics(const Scene&, const Alteration& alteration, Draft& draft) {
  if (!only(alteration, {Property::statistics_target})) return Altered::rebuild;
  const auto& to = alteration.to;
  draft.add("set statistics", "ALTER STATISTICS " + qualified(to) + " SET STATISTICS " +
                                  (to.has(Property::statistics_target)
                                       ? std::string(to.text(Property::statistics_target))
                                       : "-1"));
  return Altered::done;
}

} // namespace

std::vector<Rule> index_rules() {
  return {{Kind::index, create, drop, alter},
          {Kind::statistics, create_statistics, plain_drop, alter_statistics}};
}

} // namespace slipway::diff
