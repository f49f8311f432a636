// What a plan did to rows that were there before it.
#include "slipway/rehearse/kept_values.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace slipway::rehearse {

namespace {

constexpr int k_before = 0;
constexpr int k_after = 1;
/// The "column" that stands for rows as such.
constexpr std::size_t k_rows = 0;

/// Output as the same text whatever the role or the database set, and no event trigger of theirs in
/// the way of our temporary table.
constexpr const char* k_pinned =
    "SET session_replication_role = replica; SET row_security = off; SET search_path = '';"
    "SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';"
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET xmloption = 'content';"
    "CREATE TEMPORARY TABLE slipway_kept"
    " (side integer, grp bigint, col integer, value text COLLATE pg_catalog.\"C\", n bigint)";

/// The value by its type's output function, which no cast of the user's can replace.
std::string text_of(const std::string& expression) {
  return "pg_catalog.format('%s', " + expression + ")";
}

std::string from_only(const TableFacts& table) {
  return " FROM ONLY " + table.name.quoted();
}

std::string insert_into(int side, ObjectNumber group, std::size_t column) {
  return fmt::format("INSERT INTO pg_temp.slipway_kept SELECT {}, {}, {}, ", side, group, column);
}

SqlText count_rows(int side, ObjectNumber group, const TableFacts& table) {
  return SqlText(insert_into(side, group, k_rows) + "'', pg_catalog.count(*)" + from_only(table));
}

/// Numbers that differ only in zeros at their end are the same.
std::string number_or(const std::string& type, const std::string& expression) {
  const bool number = type.starts_with("numeric") && !type.ends_with("]");
  return number ? "pg_catalog.trim_scale(" + expression + ")" : expression;
}

std::string counted(const TableFacts& table, const std::string& name) {
  return ", pg_catalog.count(*)" + from_only(table) + " WHERE pg_catalog.num_nulls(" + name +
         ") OPERATOR(pg_catalog.=) 0 GROUP BY 4";
}

/// A value of a composite type by those of its attributes that it had at first, so that one that
/// is added changes nothing.
std::string attributes_of(const std::string& name, const TableColumn& column,
                          const std::vector<std::string>& wanted) {
  std::string parts;
  for (const std::string& attribute : wanted)
    if (std::find(column.attributes.begin(), column.attributes.end(), attribute) !=
        column.attributes.end())
      parts +=
          (parts.empty() ? "" : ", ") + text_of("(" + name + ")." + quote_identifier(attribute));
  return "pg_catalog.jsonb_build_array(" + parts + ")";
}

/// How often each value that is not NULL is there. `old` is the column as it was at first.
SqlText count_values(int side, ObjectNumber group, std::size_t position, const TableFacts& table,
                     const TableColumn& column, const TableColumn& old) {
  const std::string name = quote_identifier(column.name);
  const std::string value = old.attributes.empty() || column.attributes.empty()
                                ? number_or(column.type, name)
                                : attributes_of(name, column, old.attributes);
  return SqlText(insert_into(side, group, position) + text_of(value) + counted(table, name));
}

/// The same, each value read as the old type.
SqlText count_as_old_type(ObjectNumber group, std::size_t position, const TableFacts& table,
                          const TableColumn& column, const std::string& old_type) {
  const std::string name = quote_identifier(column.name);
  // The blanks that fill up a character(n) are none of the value's.
  const bool filled = column.type.starts_with("character(");
  const std::string text = filled ? "pg_catalog.rtrim(" + text_of(name) + ")" : text_of(name);
  const std::string value = "CAST(" + text + " AS " + old_type + ")";
  return SqlText(insert_into(k_after, group, position) + text_of(number_or(old_type, value)) +
                 counted(table, name));
}

SqlText forget(int side, ObjectNumber group, std::size_t column) {
  return SqlText(
      fmt::format("DELETE FROM pg_temp.slipway_kept WHERE side OPERATOR(pg_catalog.=) {} AND grp "
                  "OPERATOR(pg_catalog.=) {} AND col OPERATOR(pg_catalog.=) {}",
                  side, group, column));
}

constexpr const char* k_compare =
    "SELECT coalesce(pg_catalog.sum(greatest(b.n OPERATOR(pg_catalog.-) coalesce(a.n, 0), 0)), 0)::bigint,"
    "  coalesce(pg_catalog.sum(b.n), 0)::bigint"
    " FROM (SELECT value, pg_catalog.sum(n)::bigint AS n FROM pg_temp.slipway_kept"
    "   WHERE side OPERATOR(pg_catalog.=) 0 AND grp OPERATOR(pg_catalog.=) $1::bigint"
    "   AND col OPERATOR(pg_catalog.=) $2::integer GROUP BY value) b"
    " LEFT JOIN (SELECT value, pg_catalog.sum(n)::bigint AS n FROM pg_temp.slipway_kept"
    "   WHERE side OPERATOR(pg_catalog.=) 1 AND grp OPERATOR(pg_catalog.=) $1::bigint"
    "   AND col OPERATOR(pg_catalog.=) $2::integer GROUP BY value) a"
    " ON a.value OPERATOR(pg_catalog.=) b.value";

diff::Finding loss_at(std::string object, std::string message) {
  return {diff::FindingKind::data_loss, std::move(object), std::move(message), {}};
}

bool is_member(const std::vector<const TableFacts*>& members, ObjectNumber id) {
  return std::any_of(members.begin(), members.end(),
                     [&](const TableFacts* one) { return one->id == id; });
}

bool is_object_announced(const std::string& object, const std::vector<diff::Finding>& announced) {
  return std::any_of(announced.begin(), announced.end(), [&](const diff::Finding& one) {
    if (one.kind != diff::FindingKind::data_loss) return false;
    if (one.object == object) return true;
    constexpr std::string_view k_column = "column ";
    constexpr std::string_view k_table = "table ";
    return object.starts_with(k_column) && one.object.starts_with(k_table) &&
           object.substr(k_column.size()).starts_with(one.object.substr(k_table.size()) + ".");
  });
}

} // namespace

TableFacts KeptValues::root_of(const Group& group) {
  TableFacts root;
  root.name = group.name;
  return root;
}

std::string KeptValues::column_path(const Group& group, const TableFacts& table,
                                    const std::string& column) {
  return (group.tree ? root_of(group) : table).column_path(column);
}

KeptValues::KeptValues(pg::Session& session, TableList before)
    : session_(&session), before_(std::move(before)) {
  std::map<ObjectNumber, Group> groups;
  for (const auto& [id, table] : before_.tables) {
    const ObjectNumber key = table.root != 0 ? table.root : id;
    Group& group = groups[key];
    group.id = key;
    group.tree = table.root != 0;
    const auto root = before_.roots.find(key);
    group.name = root == before_.roots.end() ? table.name : root->second;
    group.members.push_back(&table);
    for (const TableColumn& column : table.columns)
      if (std::find(group.columns.begin(), group.columns.end(), column.name) == group.columns.end())
        group.columns.push_back(column.name);
  }
  for (auto& [key, group] : groups)
    if (std::any_of(group.members.begin(), group.members.end(),
                    [](const TableFacts* one) { return one->has_pages; }))
      groups_.push_back(std::move(group));
}

Result<KeptValues> KeptValues::remember(pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(k_pinned), wait));
  SLIPWAY_ASSIGN(TableList list, read_tables(session, wait));
  KeptValues kept(session, std::move(list));
  for (const Group& group : kept.groups_) {
    std::vector<pg::Query> queries;
    for (const TableFacts* table : group.members) {
      queries.push_back({count_rows(k_before, group.id, *table), {}});
      for (std::size_t at = 0; at < group.columns.size(); ++at)
        if (const TableColumn* column = table->column_named(group.columns[at]); column != nullptr)
          queries.push_back(
              {count_values(k_before, group.id, at + 1, *table, *column, *column), {}});
    }
    SLIPWAY_TRY(session.pipeline(queries, wait));
  }
  return kept;
}

Result<std::vector<diff::Finding>> KeptValues::rewrites(const Wait& wait) {
  SLIPWAY_ASSIGN(const TableList now, read_tables(*session_, wait));
  std::vector<diff::Finding> found;
  for (const auto& [id, table] : now.tables)
    if (const auto old = before_.tables.find(id);
        old != before_.tables.end() && old->second.file != table.file)
      found.push_back({diff::FindingKind::rewrite, table.path(), "the table was written anew", {}});
  return found;
}

Result<std::vector<Lost>> KeptValues::losses(const Wait& wait) {
  SLIPWAY_ASSIGN(const TableList now, read_tables(*session_, wait));
  std::vector<Lost> found;
  for (const Group& group : groups_) {
    SLIPWAY_ASSIGN(auto some, losses_of(group, now, wait));
    std::move(some.begin(), some.end(), std::back_inserter(found));
  }
  return found;
}

std::vector<const TableFacts*> KeptValues::relations_now(const Group& group,
                                                         const TableList& now) const {
  std::vector<const TableFacts*> relations;
  const auto add = [&](const TableFacts* table) {
    if (table != nullptr && !is_member(relations, table->id)) relations.push_back(table);
  };
  for (const TableFacts* member : group.members) {
    const auto same = now.tables.find(member->id);
    add(same != now.tables.end() ? &same->second : now.named(member->name));
  }
  const ObjectNumber root = now.roots.contains(group.id) ? group.id : now.root_named(group.name);
  for (const TableFacts* leaf : now.leaves_of(root)) add(leaf);
  if (group.tree && root == 0) add(now.named(group.name));
  return relations;
}

std::vector<std::string> KeptValues::gone_partitions(const Group& group, const TableList& now) {
  std::vector<std::string> gone;
  for (const TableFacts* member : group.members)
    if (group.tree && !now.tables.contains(member->id) && now.named(member->name) == nullptr)
      gone.push_back(member->path());
  return gone;
}

std::vector<KeptValues::Place>
KeptValues::places_now(const Group& group, const std::string& column,
                       const std::vector<const TableFacts*>& relations) const {
  std::vector<Place> places;
  for (const TableFacts* table : relations) {
    const TableColumn* found = nullptr;
    if (const auto old = before_.tables.find(table->id);
        old != before_.tables.end() && is_member(group.members, table->id))
      if (const TableColumn* was = old->second.column_named(column); was != nullptr)
        found = table->column_of_number(was->number);
    if (found == nullptr) found = table->column_named(column);
    if (found != nullptr) places.push_back({table, found});
  }
  return places;
}

Result<std::vector<Lost>> KeptValues::losses_of(const Group& group, const TableList& now,
                                                const Wait& wait) {
  const std::vector<const TableFacts*> relations = relations_now(group, now);
  std::vector<pg::Query> queries{{forget(k_after, group.id, k_rows), {}}};
  for (const TableFacts* table : relations)
    queries.push_back({count_rows(k_after, group.id, *table), {}});
  SLIPWAY_TRY(session_->pipeline(queries, wait));
  SLIPWAY_ASSIGN(const Loss rows, compare(group, k_rows, wait));
  std::vector<Lost> found;
  if (rows.all == 0) return found;
  const TableFacts* const table = relations.empty() ? group.members.front() : relations.front();
  const std::string path = group.tree ? root_of(group).path() : table->path();
  if (rows.gone > 0) {
    const char* const how = relations.empty() ? "is gone with {1} rows" : "lost {0} of {1} rows";
    found.push_back(
        {loss_at(path, path + " " + fmt::format(fmt::runtime(how), rows.gone, rows.all)),
         gone_partitions(group, now)});
    return found;
  }
  for (std::size_t at = 0; at < group.columns.size(); ++at) {
    const std::vector<Place> places = places_now(group, group.columns[at], relations);
    SLIPWAY_ASSIGN(auto loss, loss_of(group, at, places, wait));
    if (loss) found.push_back({std::move(*loss), {}});
  }
  return found;
}

Result<std::optional<diff::Finding>> KeptValues::loss_of(const Group& group, std::size_t column,
                                                         const std::vector<Place>& places,
                                                         const Wait& wait) {
  const std::string& name = group.columns[column];
  const TableColumn* old = nullptr;
  for (const TableFacts* member : group.members)
    if (old == nullptr) old = member->column_named(name);
  if (old->generated && (places.empty() || places.front().column->generated)) return std::nullopt;
  std::vector<pg::Query> queries{{forget(k_after, group.id, column + 1), {}}};
  for (const Place& place : places)
    queries.push_back(
        {count_values(k_after, group.id, column + 1, *place.table, *place.column, *old), {}});
  SLIPWAY_TRY(session_->pipeline(queries, wait));
  SLIPWAY_ASSIGN(Loss loss, compare(group, column + 1, wait));
  if (loss.gone == 0) return std::nullopt;
  if (places.empty()) {
    const std::string path = column_path(group, *group.members.front(), name);
    return loss_at(path, fmt::format("{} is gone with {} values", path, loss.all));
  }
  const TableColumn& now = *places.front().column;
  if (now.type != old->type) {
    SLIPWAY_ASSIGN(const bool same, same_as_old_type(group, column, places, old->type, wait));
    if (same) return std::nullopt;
  }
  const std::string path = column_path(group, *places.front().table, now.name);
  const std::string types =
      now.type == old->type ? ""
                            : fmt::format(" when its type became {}, not {}", now.type, old->type);
  return loss_at(path, fmt::format("{} of {} values of {} are others now{}", loss.gone, loss.all,
                                   path, types));
}

Result<KeptValues::Loss> KeptValues::compare(const Group& group, std::size_t column,
                                             const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session_->query(SqlText(k_compare),
                                 {std::to_string(group.id), std::to_string(column)}, wait));
  return Loss{rows.integer(0, 0), rows.integer(0, 1)};
}

Result<bool> KeptValues::same_as_old_type(const Group& group, std::size_t column,
                                          const std::vector<Place>& places,
                                          const std::string& old_type, const Wait& wait) {
  std::vector<pg::Query> queries{{forget(k_after, group.id, column + 1), {}}};
  for (const Place& place : places)
    queries.push_back(
        {count_as_old_type(group.id, column + 1, *place.table, *place.column, old_type), {}});
  if (const auto done = session_->pipeline(queries, wait); !done) {
    // The old type may be gone, or not take the new text: then the values are others.
    if (done.error().sql && done.error().connection_usable()) return false;
    return done.error();
  }
  SLIPWAY_ASSIGN(const Loss loss, compare(group, column + 1, wait));
  return loss.gone == 0;
}

bool is_announced(const Lost& loss, const std::vector<diff::Finding>& announced) {
  const auto& gone = loss.partitions;
  return is_object_announced(loss.finding.object, announced) ||
         (!gone.empty() && std::all_of(gone.begin(), gone.end(), [&](const std::string& path) {
           return is_object_announced(path, announced);
         }));
}

} // namespace slipway::rehearse
