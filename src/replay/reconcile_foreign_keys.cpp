// Foreign keys are not looked at while rows are carried. A row whose parent the old schema could
// not take cannot be there either.
#include "foreign_key_rules.hpp"
#include "quiet_session.hpp"
#include "reconcile_parts.hpp"
#include "row_texts.hpp"
#include "slipway/replay/loosen.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <utility>

namespace slipway::replay {

namespace {

/// The same as k_foreign_keys, of a text that foreign_keys_of made.
constexpr const char* k_kept_foreign_keys = R"sql(
SELECT k.* FROM pg_catalog.json_to_recordset($1::json) AS k (child bigint, name text, parent_schema text,
       parent text, refers text, any_null text, partitioned boolean, parent_id bigint, columns text,
       parent_columns text)
)sql";

/// Those that hold in the new schema, by the numbers of their tables and columns.
constexpr const char* k_enforced = R"sql(
SELECT k.conrelid::bigint, k.confrelid::bigint, k.conkey::text, k.confkey::text
FROM pg_catalog.pg_constraint AS k
WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.convalidated AND k.conparentid OPERATOR(pg_catalog.=) 0::oid
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(k.*), 'conenforced'), '') OPERATOR(pg_catalog.<>) 'false'
  AND coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(k.*), 'conperiod'), '') OPERATOR(pg_catalog.<>) 'true'
)sql";

/// Of duplicates the one that was put in last. Constraints that may be deferred are watched over by
/// triggers, which do not fire while rows are carried.
constexpr const char* k_deferrable_keys = R"sql(
SELECT k.conrelid::bigint, k.conname,
       pg_catalog.string_agg(pg_catalog.format('p.%I = o.%I', a.attname, a.attname), ' AND '),
       pg_catalog.string_agg(pg_catalog.format('o.%I', a.attname), ', ')
FROM pg_catalog.pg_constraint AS k
CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) AS u(number)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid
  AND a.attnum OPERATOR(pg_catalog.=) u.number
WHERE k.contype OPERATOR(pg_catalog.=) ANY ('{p,u}'::"char"[]) AND k.condeferrable
  AND k.conparentid OPERATOR(pg_catalog.=) 0::oid
GROUP BY k.oid, k.conrelid, k.conname ORDER BY k.oid
)sql";

/// Rows `o` of a table that a constraint of the old schema does not allow.
struct Rule {
  const CarriedTable* table = nullptr;
  /// The one referred to, where the new schema has the same foreign key.
  const CarriedTable* kept_whole_by = nullptr;
  std::string broken; ///< condition
  std::string sqlstate;
  std::string message;
};

const CarriedTable* table_of(const CarryMap& map, std::int64_t id) {
  const auto at = std::find_if(map.tables.begin(), map.tables.end(), [&](const CarriedTable& one) {
    return one.origin && one.target.id == static_cast<std::uint32_t>(id);
  });
  return at == map.tables.end() ? nullptr : &*at;
}

using ColumnPairs = std::set<std::pair<int, int>>;

/// Which column refers to which, in tables by their numbers.
struct Reference {
  std::uint32_t table = 0;
  std::uint32_t parent = 0;
  ColumnPairs columns;
  auto operator<=>(const Reference&) const = default;
};

/// "{1,2}"
std::vector<int> numbers_in(std::string_view list) {
  std::vector<int> all;
  for (const char* at = list.data() + 1; at < list.data() + list.size();) {
    int number = 0;
    at = std::from_chars(at, list.data() + list.size(), number).ptr + 1;
    all.push_back(number);
  }
  return all;
}

ColumnPairs pairs_of(std::string_view children, std::string_view parents) {
  const auto child = numbers_in(children);
  const auto parent = numbers_in(parents);
  ColumnPairs pairs;
  for (std::size_t at = 0; at < child.size() && at < parent.size(); ++at)
    pairs.emplace(child[at], parent[at]);
  return pairs;
}

Result<std::set<Reference>> read_enforced(pg::Session& origin, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows, origin.query(SqlText(k_enforced), {}, wait));
  std::set<Reference> enforced;
  for (std::size_t row = 0; row < rows.size(); ++row)
    enforced.insert({static_cast<std::uint32_t>(rows.integer(row, 0)),
                     static_cast<std::uint32_t>(rows.integer(row, 1)),
                     pairs_of(rows.text(row, 2), rows.text(row, 3))});
  return enforced;
}

/// The number that the column has in the new schema, where it has its values from there unchanged.
std::optional<int> origin_of(const CarriedTable& table, int number) {
  for (const CarriedColumn& column : table.columns)
    if (column.target.number == number && column.origin && !column.reverse && !column.is_retyped())
      return column.origin->number;
  return std::nullopt;
}

bool is_enforced(const std::set<Reference>& enforced, const CarriedTable& child,
                 const CarriedTable& parent, const ColumnPairs& columns) {
  if (child.by_name || parent.by_name) return false;
  Reference wanted{child.origin->id, parent.origin->id, {}};
  for (const auto& [of_child, of_parent] : columns) {
    const auto one = origin_of(child, of_child);
    const auto other = origin_of(parent, of_parent);
    if (!one || !other) return false;
    wanted.columns.emplace(*one, *other);
  }
  return enforced.contains(wanted);
}

/// A copy that is loosened has its foreign keys in a table; `kept_keys` is what foreign_keys_of
/// said when it had them yet.
Result<pg::Rows> read_foreign_keys(pg::Session& copy, const std::string& schema,
                                   const std::string& kept_keys, const Wait& wait) {
  if (!kept_keys.empty()) return copy.query(SqlText(k_kept_foreign_keys), {kept_keys}, wait);
  SLIPWAY_ASSIGN(const bool loosened, is_loosened(copy, schema, wait));
  return copy.query(SqlText(loosened ? "SELECT * FROM " + quote_identifier(schema) + ".loosened_key"
                                     : std::string(k_foreign_keys)),
                    {}, wait);
}

Result<std::vector<Rule>> read_rules(pg::Session& origin, pg::Session& copy,
                                     const std::string& schema, const CarryMap& map,
                                     const std::string& kept_keys, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto enforced, read_enforced(origin, wait));
  SLIPWAY_ASSIGN(const pg::Rows rows, read_foreign_keys(copy, schema, kept_keys, wait));
  std::vector<Rule> rules;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const QualifiedName parent{std::string(rows.text(row, 2)), std::string(rows.text(row, 3))};
    const CarriedTable* child = table_of(map, rows.integer(row, 0));
    const CarriedTable* referred = table_of(map, rows.integer(row, 7));
    const bool kept =
        child != nullptr && referred != nullptr &&
        is_enforced(enforced, *child, *referred, pairs_of(rows.text(row, 8), rows.text(row, 9)));
    rules.push_back(
        {child, kept ? referred : nullptr,
         fmt::format(
             "pg_catalog.num_nulls({}) OPERATOR(pg_catalog.=) 0 AND NOT EXISTS (SELECT FROM {}{} AS p WHERE {})",
             rows.text(row, 5), rows.boolean(row, 6) ? "" : "ONLY ", parent.quoted(),
             rows.text(row, 4)),
         "23503",
         fmt::format("the row that it refers to by {} is not in the old schema",
                     quote_identifier(rows.text(row, 1)))});
  }
  SLIPWAY_ASSIGN(const pg::Rows keys, copy.query(SqlText(k_deferrable_keys), {}, wait));
  for (std::size_t row = 0; row < keys.size(); ++row) {
    const CarriedTable* table = table_of(map, keys.integer(row, 0));
    if (table == nullptr) continue;
    rules.push_back(
        {table, nullptr,
         fmt::format(
             "pg_catalog.num_nulls({}) OPERATOR(pg_catalog.=) 0 AND EXISTS (SELECT FROM {} AS p WHERE {}"
             " AND (p.tableoid, p.ctid) OPERATOR(pg_catalog.<) (o.tableoid, o.ctid))",
             keys.text(row, 3), RowTexts(*table).target(), keys.text(row, 2)),
         "23505",
         fmt::format("there is another row of the same {}", quote_identifier(keys.text(row, 1)))});
  }
  std::erase_if(rules, [](const Rule& rule) { return rule.table == nullptr; });
  return rules;
}

/// Takes the rows that break one rule out of the copy. Yields how many.
Result<std::size_t> park(pg::Session& copy, ParkedTable& parked, const Rule& rule,
                         const Wait& wait) {
  const RowTexts texts(*rule.table);
  for (const std::string& function : texts.functions())
    SLIPWAY_TRY(copy.execute(SqlText(function), wait));
  SLIPWAY_ASSIGN(const std::vector<SqlText> loud_again, silence(copy, rule.table->target, wait));
  const SqlText take(
      fmt::format("DELETE FROM {} AS o WHERE {} RETURNING {}::text, pg_catalog.to_jsonb(o.*)::text",
                  texts.target(), rule.broken, texts.key_of_old()));
  SLIPWAY_ASSIGN(const pg::Rows taken, copy.execute(take, wait));
  std::vector<ParkedRow> rows;
  for (std::size_t row = 0; row < taken.size(); ++row)
    rows.push_back({.table = rule.table->target.name,
                    .operation = ParkedOperation::insert,
                    .key = std::string(taken.text(row, 0)),
                    .row = std::string(taken.text(row, 1)),
                    .sqlstate = rule.sqlstate,
                    .message = rule.message,
                    .position = {}});
  SLIPWAY_TRY(parked.add(rows, wait));
  for (const SqlText& statement : loud_again) SLIPWAY_TRY(copy.execute(statement, wait));
  return rows.size();
}

/// Whether the copy may lack rows of a table that the new schema has.
Result<bool> may_lack_rows(ParkedTable& parked, const QualifiedName& table,
                           const ReconcileRequest& request, const Wait& wait) {
  const auto* skipped = request.not_carried;
  if (skipped != nullptr && (skipped->keys.contains(table) || skipped->emptied.contains(table)))
    return true;
  SLIPWAY_ASSIGN(const std::int64_t rows, parked.count_of(table, wait));
  return rows > 0;
}

Status park_all(pg::Session& origin, pg::Session& copy, ParkedTable& parked, const CarryMap& map,
                const ReconcileRequest& request, ReconcileReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::vector<Rule> rules,
                 read_rules(origin, copy, parked.schema(), map, request.foreign_keys, wait));
  // A parked row may leave orphans of its own; each round takes rows out, so it ends.
  for (std::size_t found = 1; found > 0;) {
    found = 0;
    for (const Rule& rule : rules) {
      if (rule.kept_whole_by != nullptr) {
        SLIPWAY_ASSIGN(const bool lacking,
                       may_lack_rows(parked, rule.kept_whole_by->target.name, request, wait));
        if (!lacking) continue;
      }
      SLIPWAY_ASSIGN(const std::size_t taken, park(copy, parked, rule, wait));
      found += taken;
    }
    report.orphans_parked += static_cast<std::int64_t>(found);
  }
  return {};
}

} // namespace

Status park_orphans(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                    const CarryMap& map, const ReconcileRequest& request, ReconcileReport& report,
                    const Wait& wait) {
  SLIPWAY_ASSIGN(const std::string time_zone, time_zone_of(copy, wait));
  const auto depth = depth_of(copy);
  SLIPWAY_TRY(begin_filling(copy, time_zone, wait));
  Status done = park_all(origin, copy, parked, map, request, report, wait);
  if (done) return commit(copy, wait, depth);
  roll_back(copy, depth);
  return done;
}

Result<std::string> foreign_keys_of(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session.query(
          SqlText(fmt::format("SELECT COALESCE(pg_catalog.json_agg(k), '[]')::text FROM ({}) AS k "
                              "(child, name, parent_schema, parent, refers, any_null, partitioned, "
                              "parent_id, columns, parent_columns)",
                              k_foreign_keys)),
          {}, wait));
  return std::string(rows.text(0, 0));
}

} // namespace slipway::replay
