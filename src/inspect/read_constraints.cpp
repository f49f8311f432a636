#include "readers.hpp"
#include "row_values.hpp"

#include "slipway/schema/usual_name.hpp"

#include <map>
#include <unordered_set>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

std::string_view type_name(char type) {
  switch (type) {
  case 'p':
    return "primary key";
  case 'u':
    return "unique";
  case 'f':
    return "foreign key";
  case 'x':
    return "exclude";
  default:
    return "check";
  }
}

std::string action_sql(const std::string& column) {
  return "CASE " + column +
         " WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' "
         "WHEN 'd' THEN 'set default' END";
}

std::string constraints_sql(const Reading& reading) {
  return "SELECT k.oid, k.conrelid, k.contype, k.conname, k.conindid, k.conkey, k.confrelid, "
         "k.confkey, k.condeferrable, k.condeferred, k.convalidated, NOT k.conislocal, "
         "k.connoinherit, CASE WHEN k.conparentid NOT IN (0) THEN (SELECT p.conname "
         "FROM pg_catalog.pg_constraint AS p WHERE p.oid OPERATOR(pg_catalog.=) k.conparentid) END, " +
         action_sql("k.confupdtype") + ", " + action_sql("k.confdeltype") +
         ", CASE k.confmatchtype WHEN 'f' THEN 'full' END, " +
         reading.since(15, "k.confdelsetcols", "NULL") + ", " +
         reading.since(18, "NOT k.conenforced, k.conperiod", "false, false") +
         ", pg_catalog.pg_get_expr(k.conbin, k.conrelid), "
         "CASE WHEN k.contype IN ('x') THEN pg_catalog.pg_get_constraintdef(k.oid) END "
         "FROM pg_catalog.pg_constraint AS k WHERE k.conrelid NOT IN (0) "
         "AND k.contype IN ('p', 'u', 'f', 'c', 'x', 'n') AND " +
         reading.in_read_schemas("k.connamespace");
}

// A foreign key to a partitioned table has a row more for each partition of it. They come and go
// with the partitions: only the row that points to the table of the first one is the constraint.
constexpr std::string_view k_partition_rows = R"(
WITH RECURSIVE above AS (
  SELECT k.oid, k.conparentid AS parent FROM pg_catalog.pg_constraint AS k
  WHERE k.contype IN ('f') AND k.conparentid NOT IN (0)
  UNION ALL
  SELECT a.oid, p.conparentid FROM above AS a
  JOIN pg_catalog.pg_constraint AS p ON p.oid OPERATOR(pg_catalog.=) a.parent
  WHERE p.conparentid NOT IN (0))
SELECT a.oid FROM above AS a
JOIN pg_catalog.pg_constraint AS top ON top.oid OPERATOR(pg_catalog.=) a.parent
JOIN pg_catalog.pg_constraint AS k ON k.oid OPERATOR(pg_catalog.=) a.oid
WHERE top.conparentid IN (0) AND k.confrelid OPERATOR(pg_catalog.<>) top.confrelid)";

class Constraints {
public:
  explicit Constraints(Reading& reading) : reading_(reading) {}

  Status read() {
    SLIPWAY_TRY(reading_.each(std::string(k_partition_rows),
                              [&](const CopiedRow& row) { partition_rows_.insert(row.oid(0)); }));
    SLIPWAY_TRY(reading_.each(constraints_sql(reading_), [&](const CopiedRow& row) { add(row); }));
    SLIPWAY_TRY(read_far_tables());
    return read_index_comments();
  }

private:
  void add(const CopiedRow& row) {
    const auto* const table = reading_.relations().relation(row.oid(1));
    if (table == nullptr || reading_.is_member(Catalog::constraint, row.oid(0)) ||
        partition_rows_.contains(row.oid(0)))
      return;
    const char type = row.text(2).front();
    if (type == 'n') {
      add_not_null(*table, row);
      return;
    }
    auto& builder = reading_.builder();
    const auto handle = builder.add_part(table->handle, Kind::constraint, row.text(3));
    reading_.remember(Catalog::constraint, row.oid(0), handle);
    builder.set(handle, Property::constraint_type, type_name(type));
    set_values(reading_, handle, row, 11, {Property::inherited});
    set_values(reading_, handle, row, 13, {Property::parent});
    if (const auto index = row.oid(4); index != 0 && type != 'f') add_index(handle, type, index);
    if (type == 'x') {
      builder.set(handle, Property::definition, row.text(21));
      return;
    }
    const bool not_enforced = row.yes(18);
    set_values(reading_, handle, row, 8, {Property::deferrable, Property::initially_deferred});
    set_values(reading_, handle, row, 18,
               {Property::not_enforced, Property::without_overlaps, Property::expression});
    // What is not enforced has never been checked either.
    builder.set_flag(handle, Property::not_valid, !row.yes(10) && !not_enforced);
    if (type == 'c')
      set_values(reading_, handle, row, 12, {Property::no_inherit});
    else
      builder.set_list(handle, Property::columns, names(row.oid(1), row.text(5)));
    if (type == 'f') add_foreign_key(handle, row);
  }

  void add_index(Handle handle, char type, Oid index) {
    reading_.note_piece(Catalog::relation, index, handle);
    indexes_.emplace(index, handle);
    const auto* const facts = reading_.relations().constraint_index(index);
    if (facts == nullptr) return;
    auto& builder = reading_.builder();
    if (!facts->tablespace.empty()) builder.set(handle, Property::tablespace, facts->tablespace);
    builder.set_flag(handle, Property::invalid, facts->invalid);
    builder.set_list(handle, Property::column_statistics, facts->column_statistics);
    // The definition of an exclusion constraint says these.
    if (type == 'x') return;
    builder.set_list(handle, Property::options, facts->options);
    builder.set_list(handle, Property::include, facts->include);
    builder.set_flag(handle, Property::nulls_not_distinct, facts->nulls_not_distinct);
  }

  void add_foreign_key(Handle handle, const CopiedRow& row) {
    set_values(reading_, handle, row, 14,
               {Property::on_update, Property::on_delete, Property::match});
    reading_.builder().set_list(handle, Property::on_delete_columns,
                                names(row.oid(1), row.text(17)));
    const auto far = row.oid(6);
    const auto* const table = reading_.relations().relation(far);
    if (table == nullptr) {
      far_keys_[far].push_back({handle, numbers(row.text(7))});
      return;
    }
    reading_.builder().set(handle, Property::referenced_table, table->sql);
    reading_.builder().set_list(handle, Property::referenced_columns, names(far, row.text(7)));
  }

  void add_not_null(const FoundRelations::Relation& table, const CopiedRow& row) {
    const auto columns = numbers(row.text(5));
    if (columns.empty()) return;
    const auto* const column =
        reading_.relations().column(row.oid(1), static_cast<int>(columns.front()));
    if (column == nullptr) return;
    auto& builder = reading_.builder();
    reading_.note_piece(Catalog::constraint, row.oid(0), column->handle);
    if (row.text(3) != schema::usual_name(table.name, column->name, "not_null"))
      builder.set(column->handle, Property::not_null_name, row.text(3));
    builder.set_flag(column->handle, Property::not_null_not_valid, !row.yes(10));
    set_values(reading_, column->handle, row, 12, {Property::not_null_no_inherit});
  }

  std::vector<std::string> names(Oid table, std::string_view array) {
    std::vector<std::string> found;
    for (const auto number : numbers(array))
      if (const auto* column = reading_.relations().column(table, static_cast<int>(number)))
        found.push_back(column->name);
    return found;
  }

  // Tables that are not read (of an extension, of a schema that is left out) can be referred to all
  // the same.
  Status read_far_tables() {
    if (far_keys_.empty()) return {};
    std::vector<Oid> tables;
    for (const auto& [table, keys] : far_keys_) tables.push_back(table);
    std::map<std::pair<Oid, Oid>, std::string> columns;
    std::map<Oid, std::string> called;
    SLIPWAY_TRY(
        reading_.each("SELECT a.attrelid, a.attrelid::pg_catalog.regclass, a.attnum, a.attname "
                      "FROM pg_catalog.pg_attribute AS a WHERE a.attnum OPERATOR(pg_catalog.>) 0 "
                      "AND a.attrelid OPERATOR(pg_catalog.=) ANY ('" +
                          oid_array(tables) + "'::pg_catalog.oid[])",
                      [&](const CopiedRow& row) {
                        called[row.oid(0)] = row.text(1);
                        columns[{row.oid(0), row.oid(2)}] = row.text(3);
                      }));
    for (const auto& [table, keys] : far_keys_) {
      for (const auto& key : keys) {
        std::vector<std::string> names;
        for (const auto number : key.columns) names.push_back(columns[{table, number}]);
        reading_.builder().set(key.constraint, Property::referenced_table, called[table]);
        reading_.builder().set_list(key.constraint, Property::referenced_columns, names);
      }
    }
    return {};
  }

  Status read_index_comments() {
    return reading_.each(
        "SELECT d.objoid, d.description FROM pg_catalog.pg_description AS d "
        "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) d.objoid "
        "WHERE d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
        "AND d.objsubid IN (0) AND c.relkind IN ('i', 'I')",
        [&](const CopiedRow& row) {
          const auto found = indexes_.find(row.oid(0));
          if (found != indexes_.end())
            reading_.builder().set(found->second, Property::index_comment, row.text(1));
        });
  }

  struct FarKey {
    Handle constraint = 0;
    std::vector<Oid> columns;
  };

  Reading& reading_;
  std::unordered_set<Oid> partition_rows_;
  std::unordered_map<Oid, Handle> indexes_;
  std::map<Oid, std::vector<FarKey>> far_keys_;
};

} // namespace

Status read_constraints(Reading& reading) {
  return Constraints(reading).read();
}

} // namespace slipway::inspect
