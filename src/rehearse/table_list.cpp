// Set-wise catalog reads: which tables hold rows, and in which columns.
#include "slipway/rehearse/table_list.hpp"

#include "slipway/schema/schema.hpp"

#include <algorithm>

namespace slipway::rehearse {

namespace {

constexpr const char* k_ours =
    " n.nspname OPERATOR(pg_catalog.<>) 'information_schema'"
    " AND NOT n.nspname OPERATOR(pg_catalog.~) '^pg_'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
    "   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
    "   AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')";

SqlText tables_sql() {
  return SqlText(
      "SELECT c.oid::bigint, n.nspname::text, c.relname::text,"
      "  coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint,"
      "  CASE WHEN c.relispartition OR c.relkind OPERATOR(pg_catalog.=) 'p'"
      "    THEN coalesce(pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid, 0)::bigint ELSE 0 END,"
      "  coalesce(pg_catalog.pg_relation_size(c.oid), 0) OPERATOR(pg_catalog.>) 0,"
      "  c.relkind OPERATOR(pg_catalog.=) 'p'"
      " FROM pg_catalog.pg_class c"
      " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
      " WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}') AND" +
      std::string(k_ours));
}

SqlText columns_sql() {
  return SqlText("SELECT a.attrelid::bigint, a.attnum::bigint, a.attname::text,"
                 "  pg_catalog.format_type(a.atttypid, a.atttypmod),"
                 "  a.attgenerated OPERATOR(pg_catalog.<>) ''"
                 " FROM pg_catalog.pg_attribute a"
                 " JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid"
                 " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
                 " WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND a.attnum OPERATOR(pg_catalog.>) 0"
                 "  AND NOT a.attisdropped AND" +
                 std::string(k_ours) + " ORDER BY a.attrelid, a.attnum");
}

SqlText attributes_sql() {
  return SqlText("SELECT a.attrelid::bigint, a.attnum::bigint, x.attname::text"
                 " FROM pg_catalog.pg_attribute a"
                 " JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid"
                 " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
                 " JOIN pg_catalog.pg_type y ON y.oid OPERATOR(pg_catalog.=) a.atttypid"
                 "  AND y.typtype OPERATOR(pg_catalog.=) 'c'"
                 " JOIN pg_catalog.pg_attribute x ON x.attrelid OPERATOR(pg_catalog.=) y.typrelid"
                 "  AND x.attnum OPERATOR(pg_catalog.>) 0 AND NOT x.attisdropped"
                 " WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND a.attnum OPERATOR(pg_catalog.>) 0"
                 "  AND NOT a.attisdropped AND" +
                 std::string(k_ours) + " ORDER BY a.attrelid, a.attnum, x.attnum");
}

void take_attributes(TableList& list, const pg::Rows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto table = list.tables.find(rows.integer(row, 0));
    if (table == list.tables.end()) continue;
    for (TableColumn& column : table->second.columns)
      if (column.number == rows.integer(row, 1)) column.attributes.emplace_back(rows.text(row, 2));
  }
}

} // namespace

std::string TableFacts::path() const {
  return schema::Identity{schema::Kind::table, name.schema, name.name, {}}.path();
}

std::string TableFacts::column_path(const std::string& column) const {
  return schema::Identity{schema::Kind::column, name.schema, name.name, column}.path();
}

const TableColumn* TableFacts::column_of_number(std::int64_t number) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const TableColumn& one) { return one.number == number; });
  return found == columns.end() ? nullptr : &*found;
}

const TableColumn* TableFacts::column_named(const std::string& wanted) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const TableColumn& one) { return one.name == wanted; });
  return found == columns.end() ? nullptr : &*found;
}

const TableFacts* TableList::named(const QualifiedName& name) const {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const auto& one) { return one.second.name == name; });
  return found == tables.end() ? nullptr : &found->second;
}

std::vector<const TableFacts*> TableList::leaves_of(ObjectNumber root) const {
  std::vector<const TableFacts*> leaves;
  for (const auto& [id, table] : tables)
    if (table.root == root && root != 0) leaves.push_back(&table);
  return leaves;
}

ObjectNumber TableList::root_named(const QualifiedName& name) const {
  const auto found =
      std::find_if(roots.begin(), roots.end(), [&](const auto& one) { return one.second == name; });
  return found == roots.end() ? 0 : found->first;
}

Result<TableList> read_tables(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto all,
      session.pipeline({{tables_sql(), {}}, {columns_sql(), {}}, {attributes_sql(), {}}}, wait));
  TableList list;
  const pg::Rows& tables = all[0];
  for (std::size_t row = 0; row < tables.size(); ++row) {
    TableFacts one;
    one.id = tables.integer(row, 0);
    one.name = {std::string(tables.text(row, 1)), std::string(tables.text(row, 2))};
    one.file = tables.integer(row, 3);
    one.root = tables.integer(row, 4);
    one.has_pages = tables.boolean(row, 5);
    if (tables.boolean(row, 6))
      list.roots.emplace(one.id, one.name);
    else
      list.tables.emplace(one.id, std::move(one));
  }
  const pg::Rows& columns = all[1];
  for (std::size_t row = 0; row < columns.size(); ++row)
    if (const auto table = list.tables.find(columns.integer(row, 0)); table != list.tables.end())
      table->second.columns.push_back({columns.integer(row, 1),
                                       std::string(columns.text(row, 2)),
                                       std::string(columns.text(row, 3)),
                                       columns.boolean(row, 4),
                                       {}});
  take_attributes(list, all[2]);
  return list;
}

} // namespace slipway::rehearse
