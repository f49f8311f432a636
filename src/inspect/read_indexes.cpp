#include "index_keys.hpp"
#include "readers.hpp"
#include "row_values.hpp"

#include <unordered_map>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

struct OperatorClass {
  Oid type = 0;
  bool usual = false; ///< the default of its access method for that very type
};

std::string indexes_sql(const Reading& reading) {
  return "SELECT i.indexrelid, i.indrelid, x.relname, a.amname, i.indisunique, "
         "NOT (i.indisvalid AND i.indisready AND i.indislive), " +
         reading.since(15, "i.indnullsnotdistinct", "false") +
         ", s.spcname, x.reloptions, pg_catalog.pg_get_expr(i.indpred, i.indrelid), "
         "i.indnkeyatts, i.indkey, i.indclass, i.indcollation, i.indoption, i.indisclustered, "
         "i.indisreplident, EXISTS (SELECT FROM pg_catalog.pg_constraint AS k "
         "WHERE k.conindid OPERATOR(pg_catalog.=) i.indexrelid AND k.contype IN ('p', 'u', 'x')) "
         "FROM pg_catalog.pg_index AS i "
         "JOIN pg_catalog.pg_class AS x ON x.oid OPERATOR(pg_catalog.=) i.indexrelid "
         "JOIN pg_catalog.pg_am AS a ON a.oid OPERATOR(pg_catalog.=) x.relam "
         "LEFT JOIN pg_catalog.pg_tablespace AS s "
         "ON s.oid OPERATOR(pg_catalog.=) x.reltablespace WHERE " +
         reading.in_read_schemas("x.relnamespace");
}

class Indexes {
public:
  explicit Indexes(Reading& reading) : reading_(reading) {}

  Status read() {
    SLIPWAY_TRY(read_operator_classes());
    SLIPWAY_TRY(read_columns_of_indexes());
    SLIPWAY_TRY(reading_.each(indexes_sql(reading_), [&](const CopiedRow& row) { add(row); }));
    SLIPWAY_TRY(read_written_keys());
    return read_parents();
  }

private:
  Status read_operator_classes() {
    return reading_.each(
        "SELECT o.oid, o.opcintype, o.opcdefault FROM pg_catalog.pg_opclass AS o",
        [&](const CopiedRow& row) { classes_[row.oid(0)] = {row.oid(1), row.yes(2)}; });
  }

  // Few indexes have any of these.
  Status read_columns_of_indexes() {
    return reading_.each(
        "SELECT a.attrelid, a.attnum, NULLIF(a.attstattarget, -1), a.attoptions "
        "FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c "
        "ON c.oid OPERATOR(pg_catalog.=) a.attrelid WHERE c.relkind IN ('i', 'I') "
        "AND (a.attstattarget OPERATOR(pg_catalog.>=) 0 OR a.attoptions IS NOT NULL) "
        "ORDER BY a.attrelid, a.attnum",
        [&](const CopiedRow& row) {
          if (!row.is_null(2))
            targets_[row.oid(0)].push_back(std::string(row.text(1)) + "=" +
                                           std::string(row.text(2)));
          if (!without_internal(row.array(3)).empty()) has_options_.insert(row.oid(0));
        });
  }

  void add(const CopiedRow& row) {
    const auto oid = row.oid(0);
    const auto* const table = reading_.relations().relation(row.oid(1));
    if (table == nullptr || reading_.is_member(Catalog::relation, oid)) return;
    auto& builder = reading_.builder();
    if (row.yes(15)) builder.set(table->handle, Property::cluster_on, row.text(2));
    if (row.yes(16))
      builder.set(table->handle, Property::replica_identity, "index " + std::string(row.text(2)));
    const auto columns = numbers(row.text(11));
    const auto keys = static_cast<std::size_t>(row.number(10));
    auto include =
        names(row.oid(1), {columns.begin() + static_cast<std::ptrdiff_t>(keys), columns.end()});
    if (row.yes(17)) {
      reading_.relations().add_index(oid, {row.array(8), std::move(include),
                                           std::string(row.text(7)), row.yes(6), row.yes(5)});
      return;
    }
    const auto handle = builder.add_part(table->handle, Kind::index, row.text(2));
    reading_.remember(Catalog::relation, oid, handle);
    set_values(reading_, handle, row, 3,
               {Property::method, Property::unique, Property::invalid, Property::nulls_not_distinct,
                Property::tablespace, Property::options, Property::predicate});
    builder.set_list(handle, Property::include, include);
    if (const auto found = targets_.find(oid); found != targets_.end())
      builder.set_list(handle, Property::column_statistics, found->second);
    if (is_plain(row, columns, keys))
      builder.set_list(handle, Property::columns, quoted_names(row.oid(1), columns, keys));
    else
      written_.emplace(oid, handle);
  }

  // Whether each key is nothing but a column, in the order and with the collation and the operator
  // class that it has when nothing is said. Anything else is left to the server to write.
  bool is_plain(const CopiedRow& row, const std::vector<Oid>& columns, std::size_t keys) {
    if (has_options_.contains(row.oid(0))) return false;
    const auto classes = numbers(row.text(12));
    const auto collations = numbers(row.text(13));
    const auto orders = numbers(row.text(14));
    for (std::size_t key = 0; key < keys; ++key) {
      const auto* const column =
          reading_.relations().column(row.oid(1), static_cast<int>(columns[key]));
      if (column == nullptr || orders[key] != 0) return false;
      const auto& used = classes_[classes[key]];
      if (!used.usual || used.type != column->type) return false;
      if (collations[key] != 0 && collations[key] != column->collation) return false;
    }
    return true;
  }

  std::vector<std::string> names(Oid table, const std::vector<Oid>& numbers) {
    std::vector<std::string> found;
    for (const auto number : numbers)
      if (const auto* column = reading_.relations().column(table, static_cast<int>(number)))
        found.push_back(column->name);
    return found;
  }

  std::vector<std::string> quoted_names(Oid table, const std::vector<Oid>& columns,
                                        std::size_t keys) {
    auto found =
        names(table, {columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(keys)});
    for (auto& name : found) name = reading_.quoted()(name);
    return found;
  }

  Status read_written_keys() {
    if (written_.empty()) return {};
    std::vector<Oid> oids;
    for (const auto& [oid, handle] : written_) oids.push_back(oid);
    return reading_.each("SELECT i, pg_catalog.pg_get_indexdef(i) FROM pg_catalog.unnest('" +
                             oid_array(oids) + "'::pg_catalog.oid[]) AS i",
                         [&](const CopiedRow& row) {
                           reading_.builder().set_list(written_.at(row.oid(0)), Property::columns,
                                                       index_keys(row.text(1)));
                         });
  }

  Status read_parents() {
    return reading_.each("SELECT i.inhrelid, p.relname FROM pg_catalog.pg_inherits AS i "
                         "JOIN pg_catalog.pg_class AS p "
                         "ON p.oid OPERATOR(pg_catalog.=) i.inhparent WHERE p.relkind IN ('I')",
                         [&](const CopiedRow& row) {
                           if (const auto index = reading_.known(Catalog::relation, row.oid(0)))
                             set_values(reading_, *index, row, 1, {Property::parent});
                         });
  }

  Reading& reading_;
  std::unordered_map<Oid, OperatorClass> classes_;
  std::unordered_map<Oid, std::vector<std::string>> targets_;
  std::unordered_set<Oid> has_options_;
  std::unordered_map<Oid, Handle> written_;
};

} // namespace

Status read_indexes(Reading& reading) {
  return Indexes(reading).read();
}

} // namespace slipway::inspect
