// Rows of which only the keys were noted: their values are those of the database with the new
// schema.
#include "slipway/replay/captured_keys.hpp"

#include "key_fates.hpp"
#include "sync_table.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace slipway::replay {

namespace {

/// Tables whose triggers all fire, and whose notes say which rows.
constexpr std::string_view k_whole = R"sql(
SELECT t.relation::bigint, t.columns::text FROM {schema}.captured_table AS t
WHERE NOT EXISTS (
  SELECT FROM {schema}.captured_key AS c WHERE c.relation OPERATOR(pg_catalog.=) t.relation
    AND (c.operation OPERATOR(pg_catalog.=) 'T' AND NOT {own} AND NOT {seen}
         OR c.operation OPERATOR(pg_catalog.<>) 'T' AND c.key IS NULL AND NOT {seen}))
AND NOT EXISTS (
  SELECT FROM (SELECT t.relation UNION SELECT p.relid FROM pg_catalog.pg_class AS r,
    pg_catalog.pg_partition_tree(r.oid::pg_catalog.regclass) AS p WHERE r.oid OPERATOR(pg_catalog.=) t.relation) AS f(id)
  WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS r WHERE r.oid OPERATOR(pg_catalog.=) t.relation)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid OPERATOR(pg_catalog.=) f.id
      AND g.tgname OPERATOR(pg_catalog.=) ('slipway_keys_' OPERATOR(pg_catalog.||) t.relation::text)::name
      AND g.tgenabled OPERATOR(pg_catalog.=) ANY ('{{A,O}}'::"char"[]))))sql";

std::vector<int> numbers_in(std::string_view text) {
  std::vector<int> numbers;
  int number = 0;
  for (const char letter : text) {
    if (letter >= '0' && letter <= '9') {
      number = number * 10 + (letter - '0');
    } else if (number > 0) {
      numbers.push_back(number);
      number = 0;
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

bool is_integer_type(const std::string& type) {
  return type == "smallint" || type == "integer" || type == "bigint";
}

/// A value that was noted before the migration must still tell its row after it.
bool is_told_the_same(const CarriedColumn& column) {
  if (column.reverse || !column.origin) return false;
  return !column.is_retyped() ||
         (is_integer_type(column.origin->type) && is_integer_type(column.target.type));
}

KeyNames names_of(const CarriedTable& table) {
  KeyNames names;
  for (const std::size_t place : table.key) {
    const auto& column = table.columns[place];
    names.emplace_back(column.origin->number, column.target.name);
  }
  return names;
}

bool is_followed(const CarriedTable& table, const std::vector<int>& noted) {
  std::vector<int> numbers;
  for (const std::size_t place : table.key) {
    if (!is_told_the_same(table.columns[place])) return false;
    numbers.push_back(table.columns[place].origin->number);
  }
  std::sort(numbers.begin(), numbers.end());
  return !numbers.empty() && numbers == noted;
}

KeyFates fates_of(const CapturedKeysRequest& request, const CarriedTable& table) {
  return KeyFates(request, table.origin->id, names_of(table));
}

Result<std::vector<std::string>> texts(const ReadView& origin, const std::string& query,
                                       const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 origin.session().execute(
                     SqlText("SELECT v.value::text FROM (" + query + ") AS v ORDER BY 1"), wait));
  std::vector<std::string> found;
  found.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) found.emplace_back(rows.text(row, 0));
  return found;
}

ParkedRow with_its_table_gone(const QualifiedName& table, std::string key) {
  return {.table = table,
          .operation = ParkedOperation::update,
          .key = std::move(key),
          .row = {},
          .sqlstate = "42P01",
          .message = "the migration dropped the table after the row was written, and only its key "
                     "was kept",
          .position = {}};
}

} // namespace

Result<CapturedKeys> CapturedKeys::read(const ReadView& origin, const CarryMap& map,
                                        const CapturedKeysRequest& request, const Wait& wait) {
  CapturedKeys captured(request);
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 origin.session().execute(
                     SqlText(fmt::format(fmt::runtime(k_whole),
                                         fmt::arg("schema", quote_identifier(request.schema)),
                                         fmt::arg("own", is_of_migration(request, "c")),
                                         fmt::arg("seen", is_seen_by(request.snapshot, "c")))),
                     wait));
  std::map<std::uint32_t, std::vector<int>> noted;
  for (std::size_t row = 0; row < rows.size(); ++row)
    noted.emplace(static_cast<std::uint32_t>(rows.integer(row, 0)), numbers_in(rows.text(row, 1)));
  for (const auto& [table, columns] : noted) captured.noted_.insert(table);
  for (const auto& table : map.tables) {
    if (!table.origin || table.by_name) continue;
    const auto columns = noted.find(table.origin->id);
    if (columns != noted.end() && is_followed(table, columns->second))
      captured.tables_.insert(columns->first);
  }
  return captured;
}

bool CapturedKeys::has(const CarriedTable& table) const {
  return table.origin && !table.by_name && tables_.contains(table.origin->id);
}

Result<SyncReport> CapturedKeys::carry(const ReadView& origin, pg::Session& copy,
                                       ParkedTable& parked, const CarryMap& map,
                                       const std::string& since, const Wait& wait) const {
  SLIPWAY_TRY(parked.create(wait));
  const SyncScene scene{origin.session(), copy, parked, origin.time_zone(), {}};
  SyncReport report;
  for (const auto& table : map.tables) {
    if (!has(table)) continue;
    const auto fates = fates_of(request_, table);
    SLIPWAY_ASSIGN(const auto counts, sync_named_rows(scene, table,
                                                      {.to_carry = fates.to_carry(since),
                                                       .to_remove = fates.to_remove(since),
                                                       .unknown = fates.unknown()},
                                                      wait));
    report.tables.push_back({table.target.name, counts});
  }
  return report;
}

Result<std::int64_t> CapturedKeys::park_dropped_tables(const ReadView& origin, ParkedTable& parked,
                                                       const CarryMap& map,
                                                       const RelationMap& before,
                                                       const Wait& wait) const {
  SLIPWAY_TRY(parked.create(wait));
  std::int64_t count = 0;
  for (const auto& table : map.tables) {
    const auto* was = before.relation(table.target.name);
    if (table.origin || was == nullptr || !knows(was->id)) continue;
    KeyNames names;
    for (const int number : was->keys.front())
      names.emplace_back(number, was->column(number)->name);
    const KeyFates fates(request_, was->id, names);
    SLIPWAY_ASSIGN(const auto keys, texts(origin, fates.written_by_others(), wait));
    SLIPWAY_TRY(parked.forget(table.target.name, wait));
    std::vector<ParkedRow> rows;
    rows.reserve(keys.size());
    for (const auto& key : keys) rows.push_back(with_its_table_gone(table.target.name, key));
    SLIPWAY_TRY(parked.add(rows, wait));
    count += static_cast<std::int64_t>(rows.size());
  }
  return count;
}

Result<MigrationRows> CapturedKeys::not_carried(const ReadView& origin, const CarryMap& map,
                                                const Wait& wait) const {
  MigrationRows rows;
  for (const auto& table : map.tables) {
    if (!has(table)) continue;
    const auto fates = fates_of(request_, table);
    SLIPWAY_ASSIGN(const auto keys, texts(origin, fates.of_migration(), wait));
    for (const auto& key : keys) rows.add(table.target.name, key);
    SLIPWAY_ASSIGN(const pg::Rows emptied,
                   origin.session().execute(SqlText(fates.emptied_by_migration()), wait));
    if (emptied.boolean(0, 0)) rows.emptied.insert(table.target.name);
  }
  return rows;
}

Result<Forecast> forecast_keys(pg::Session& origin, const RelationMap& before,
                               const CapturedKeysRequest& request, const Wait& wait) {
  const auto own = is_of_migration(request, "c");
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      origin.execute(
          SqlText(fmt::format(
              "SELECT c.relation::bigint, pg_catalog.count(*) FILTER (WHERE NOT {0}), "
              "pg_catalog.count(*) FILTER (WHERE NOT {0} AND c.operation OPERATOR(pg_catalog.=) "
              "'I') FROM {1}.captured_key AS c WHERE NOT {2} GROUP BY 1",
              own, quote_identifier(request.schema), is_seen_by(request.snapshot, "c"))),
          wait));
  Forecast forecast;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto id = static_cast<std::uint32_t>(rows.integer(row, 0));
    forecast.rows += rows.integer(row, 1);
    if (before.relation(id) == nullptr) forecast.rows_without_table += rows.integer(row, 1);
    forecast.inserted[id] += rows.integer(row, 2);
  }
  SLIPWAY_ASSIGN(
      const pg::Rows transactions,
      origin.execute(SqlText(fmt::format(
                         "SELECT pg_catalog.count(DISTINCT c.transaction::text) FILTER (WHERE "
                         "NOT {0}), pg_catalog.count(DISTINCT c.transaction::text) FILTER "
                         "(WHERE {0}) FROM {1}.captured_key AS c WHERE NOT {2}",
                         own, quote_identifier(request.schema), is_seen_by(request.snapshot, "c"))),
                     wait));
  forecast.transactions = transactions.integer(0, 0);
  forecast.by_migration = transactions.integer(0, 1);
  return forecast;
}

} // namespace slipway::replay
