#include "index_expression.hpp"
#include "index_keys.hpp"
#include "readers.hpp"
#include "row_values.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

constexpr Oid k_default_collation = 100;

std::string indexes_sql(const Reading& reading) {
  return "SELECT i.indexrelid, i.indrelid, x.relname, a.amname, i.indisunique, "
         "NOT (i.indisvalid AND i.indisready AND i.indislive), " +
         reading.since(15, "i.indnullsnotdistinct", "false") +
         ", s.spcname, x.reloptions, pg_catalog.pg_get_expr(i.indpred, i.indrelid), "
         "i.indnkeyatts, i.indkey, i.indclass, i.indcollation, i.indoption, i.indisclustered, "
         "i.indisreplident, pg_catalog.pg_get_expr(i.indexprs, i.indrelid), i.indexprs, EXISTS (SELECT FROM pg_catalog.pg_constraint AS k "
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
    SLIPWAY_TRY(reading_.each(indexes_sql(reading_), [&](const CopiedRow& row) { add(row); }));
    SLIPWAY_TRY(read_written_keys());
    SLIPWAY_TRY(read_statistics_targets());
    return read_parents();
  }

private:
  // Those that the server has for btree and hash take no parameters.
  Status read_operator_classes() {
    return reading_.each("SELECT o.oid, o.opcintype FROM pg_catalog.pg_opclass AS o "
                         "JOIN pg_catalog.pg_am AS a ON a.oid OPERATOR(pg_catalog.=) o.opcmethod "
                         "WHERE o.opcdefault AND o.oid OPERATOR(pg_catalog.<) 16384 "
                         "AND a.amname IN ('btree', 'hash')",
                         [&](const CopiedRow& row) { usual_for_[row.oid(0)] = row.oid(1); });
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
    if (row.yes(19)) {
      auto& facts = reading_.relations().add_index(oid);
      facts.options = row.array(8);
      facts.include = std::move(include);
      facts.tablespace = row.text(7);
      facts.nulls_not_distinct = row.yes(6);
      facts.invalid = row.yes(5);
      if (!row.is_null(18)) with_expressions_.emplace(oid, std::nullopt);
      return;
    }
    const auto handle = builder.add_part(table->handle, Kind::index, row.text(2));
    reading_.remember(Catalog::relation, oid, handle);
    set_values(reading_, handle, row, 3,
               {Property::method, Property::unique, Property::invalid, Property::nulls_not_distinct,
                Property::tablespace, Property::options, Property::predicate});
    builder.set_list(handle, Property::include, include);
    if (!row.is_null(18)) with_expressions_.emplace(oid, handle);
    if (const auto plain = plain_keys(row, columns, keys))
      builder.set_list(handle, Property::columns, *plain);
    else
      written_.emplace(oid, handle);
  }

  // The keys, when each has the order, the collation and the operator class that it has when
  // nothing is said. Anything else is left to the server to write, which takes it long.
  std::optional<std::vector<std::string>>
  plain_keys(const CopiedRow& row, const std::vector<Oid>& columns, std::size_t keys) {
    const auto classes = numbers(row.text(12));
    const auto collations = numbers(row.text(13));
    const auto orders = numbers(row.text(14));
    // The texts of several expressions come as one.
    const auto last = columns.begin() + static_cast<std::ptrdiff_t>(keys);
    if (std::count(columns.begin(), last, Oid{0}) > 1) return std::nullopt;
    std::vector<std::string> written;
    for (std::size_t key = 0; key < keys; ++key) {
      const auto plain =
          columns[key] == 0 ? expression_key(row) : column_key(row.oid(1), columns[key]);
      if (!plain || orders[key] != 0) return std::nullopt;
      const auto usual = usual_for_.find(classes[key]);
      if (usual == usual_for_.end() || usual->second != plain->type) return std::nullopt;
      if (collations[key] != 0 && collations[key] != plain->collation) return std::nullopt;
      written.push_back(plain->sql);
    }
    return written;
  }

  struct Key {
    std::string sql;
    Oid type = 0;
    Oid collation = 0;
  };

  std::optional<Key> column_key(Oid table, Oid number) {
    const auto* const column = reading_.relations().column(table, static_cast<int>(number));
    if (column == nullptr) return std::nullopt;
    return Key{reading_.quoted()(column->name), column->type, column->collation};
  }

  static std::optional<Key> expression_key(const CopiedRow& row) {
    const auto found = index_expression(row.text(18));
    if (!found) return std::nullopt;
    const std::string text(row.text(17));
    return Key{found->is_call ? text : "(" + text + ")", found->type, k_default_collation};
  }

  std::vector<std::string> names(Oid table, const std::vector<Oid>& numbers) {
    std::vector<std::string> found;
    for (const auto number : numbers)
      if (const auto* column = reading_.relations().column(table, static_cast<int>(number)))
        found.push_back(column->name);
    return found;
  }

  template<class Map>
  static std::string oids_of(const Map& indexes) {
    std::vector<Oid> oids;
    for (const auto& [oid, handle] : indexes) oids.push_back(oid);
    std::sort(oids.begin(), oids.end());
    return "'" + oid_array(oids) + "'::pg_catalog.oid[]";
  }

  Status read_written_keys() {
    if (written_.empty()) return {};
    return reading_.each("SELECT i, pg_catalog.pg_get_indexdef(i) FROM pg_catalog.unnest(" +
                             oids_of(written_) + ") AS i",
                         [&](const CopiedRow& row) {
                           reading_.builder().set_list(written_.at(row.oid(0)), Property::columns,
                                                       index_keys(row.text(1)));
                         });
  }

  // Only keys that are expressions can have one.
  Status read_statistics_targets() {
    if (with_expressions_.empty()) return {};
    std::map<Oid, std::vector<std::string>> targets;
    SLIPWAY_TRY(reading_.each(
        "SELECT a.attrelid, a.attnum, a.attstattarget FROM pg_catalog.pg_attribute AS a "
        "WHERE a.attstattarget OPERATOR(pg_catalog.>=) 0 AND a.attrelid OPERATOR(pg_catalog.=) ANY (" +
            oids_of(with_expressions_) + ") ORDER BY a.attrelid, a.attnum",
        [&](const CopiedRow& row) {
          targets[row.oid(0)].push_back(std::string(row.text(1)) + "=" + std::string(row.text(2)));
        }));
    for (auto& [index, list] : targets) {
      if (const auto handle = with_expressions_.at(index))
        reading_.builder().set_list(*handle, Property::column_statistics, list);
      else
        reading_.relations().add_index(index).column_statistics = std::move(list);
    }
    return {};
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
  std::unordered_map<Oid, Oid> usual_for_; ///< operator class to the type whose default it is
  /// Nothing in place of the handle: of a constraint.
  std::unordered_map<Oid, std::optional<Handle>> with_expressions_;
  std::unordered_map<Oid, Handle> written_; ///< indexes whose keys the server writes
};

} // namespace

Status read_indexes(Reading& reading) {
  return Indexes(reading).read();
}

} // namespace slipway::inspect
