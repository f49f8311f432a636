// What only the new schema holds is kept aside: before undoing in place destroys it, or out of the
// database that a rollback has put aside.
#include "slipway/replay/park_dropped.hpp"

#include "quiet_session.hpp"
#include "row_texts.hpp"
#include "stage.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <map>
#include <optional>

namespace slipway::replay {

namespace {

struct Column {
  std::string name;
  bool computed = false;
  bool in_key = false;
  std::optional<std::string> came_with; ///< what rows have that are older than the column
};

struct Table {
  QualifiedName name;
  std::vector<Column> columns;
};

constexpr const char* k_table = R"sql(
SELECT n.nspname, c.relname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)
  AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::"char"[])
)sql";

constexpr const char* k_columns = R"sql(
SELECT a.attname, a.attgenerated OPERATOR(pg_catalog.<>) '',
       COALESCE(a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey::pg_catalog.int2[]), false),
       CASE WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1] END
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) a.attrelid AND i.indisprimary
WHERE a.attrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)
  AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
ORDER BY a.attnum
)sql";

/// In one form, whatever role and database set, and all rows or an error. What the migration set
/// itself comes back afterwards.
constexpr const char* k_pinned = R"sql(
SELECT s.name, pg_catalog.current_setting(s.name), pg_catalog.set_config(s.name, s.value, true)
FROM (VALUES ('DateStyle', 'ISO, MDY'), ('IntervalStyle', 'postgres'), ('extra_float_digits', '1'),
             ('bytea_output', 'hex'), ('row_security', 'off')) AS s (name, value)
)sql";

std::string text_of(const Column& column) {
  return output_of("slipway_row." + quote_identifier(column.name));
}

std::string json_of(const std::vector<const Column*>& columns) {
  std::vector<std::string> names;
  std::vector<std::string> values;
  for (const auto* one : columns) {
    names.push_back(quote_literal(one->name));
    values.push_back(text_of(*one));
  }
  return fmt::format("pg_catalog.jsonb_object(ARRAY[{}]::text[], ARRAY[{}]::text[])",
                     fmt::join(names, ", "), fmt::join(values, ", "));
}

/// A value that was given to it: not what it came with.
std::string is_given(const Column& column) {
  auto text = fmt::format("pg_catalog.num_nulls(slipway_row.{}) OPERATOR(pg_catalog.=) 0",
                          quote_identifier(column.name));
  if (column.came_with)
    text += fmt::format(" AND {} OPERATOR(pg_catalog.<>) {} COLLATE pg_catalog.\"C\"",
                        text_of(column), quote_literal(*column.came_with));
  return "(" + text + ")";
}

/// Parks a row like the sample for each "key, row FROM ..." that the text finds. Yields how many.
using Put = std::function<Result<std::int64_t>(const ParkedRow& sample, const std::string& select)>;

class Parking {
public:
  /// `position` is the one of the rows.
  Parking(pg::Session& session, const ParkDroppedRequest& request, const char* position, Put put,
          const Wait& wait)
      : session_(session), request_(request), position_(position), put_(std::move(put)),
        wait_(wait) {
    for (const auto& one : request.drops) drops_[one.table].insert(one.column);
  }

  /// Nobody else writes to them from here to the end of the transaction.
  Status lock() {
    for (const auto& [written, columns] : drops_) {
      SLIPWAY_ASSIGN(const auto table, find(written));
      if (table)
        SLIPWAY_TRY(session_.execute(
            SqlText(fmt::format("LOCK TABLE {} IN SHARE MODE", table->name.quoted())), wait_));
    }
    return {};
  }

  Result<std::vector<ParkedDrop>> all() {
    std::vector<ParkedDrop> done;
    for (const auto& [written, columns] : drops_) {
      SLIPWAY_ASSIGN(const auto table, find(written));
      if (!table) continue;
      SLIPWAY_ASSIGN(auto one,
                     columns.contains("") ? park_rows(*table) : park_values(*table, columns));
      done.push_back(std::move(one));
    }
    return done;
  }

private:
  Result<std::optional<Table>> find(const QualifiedName& written) {
    std::optional<Table> table;
    SLIPWAY_ASSIGN(const auto named, session_.query(SqlText(k_table), {written.quoted()}, wait_));
    if (named.size() == 0) return table;
    table.emplace();
    table->name = {std::string(named.text(0, 0)), std::string(named.text(0, 1))};
    SLIPWAY_ASSIGN(const auto rows,
                   session_.query(SqlText(k_columns), {table->name.quoted()}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Column column{std::string(rows.text(row, 0)), rows.boolean(row, 1), rows.boolean(row, 2), {}};
      if (!rows.is_null(row, 3)) column.came_with = rows.text(row, 3);
      table->columns.push_back(std::move(column));
    }
    return table;
  }

  Result<ParkedDrop> park_rows(const Table& table) {
    std::vector<const Column*> all;
    for (const auto& one : table.columns) all.push_back(&one);
    SLIPWAY_ASSIGN(const auto rows, park(table, ParkedOperation::insert, all, "true", "42P01",
                                         "the old schema has no such table"));
    return ParkedDrop{.table = table.name, .columns = {}, .rows = rows};
  }

  Result<ParkedDrop> park_values(const Table& table, const std::set<std::string>& names) {
    std::vector<const Column*> kept;
    std::vector<std::string> given;
    ParkedDrop drop{.table = table.name, .columns = {}, .rows = 0};
    for (const auto& one : table.columns) {
      const bool goes = names.contains(one.name) && !one.computed;
      if (goes || one.in_key) kept.push_back(&one);
      if (!goes) continue;
      drop.columns.push_back(one.name);
      given.push_back(is_given(one));
    }
    if (given.empty()) return drop;
    SLIPWAY_ASSIGN(drop.rows, park(table, ParkedOperation::update, kept,
                                   fmt::format("({})", fmt::join(given, " OR ")), "42703",
                                   fmt::format("the old schema has no column {}",
                                               fmt::join(drop.columns, ", "))));
    return drop;
  }

  Result<std::int64_t> park(const Table& table, ParkedOperation operation,
                            const std::vector<const Column*>& columns, const std::string& which,
                            const std::string& sqlstate, const std::string& message) {
    std::vector<const Column*> key;
    for (const auto& one : table.columns)
      if (one.in_key) key.push_back(&one);
    const auto select = fmt::format(
        "{}, {} FROM {} AS slipway_row WHERE {} AND NOT (slipway_row.xmin OPERATOR(pg_catalog.=) "
        "ANY ('{{{}}}'::pg_catalog.xid[]))",
        key.empty() ? "NULL::jsonb" : json_of(key),
        operation == ParkedOperation::update
            ? fmt::format("pg_catalog.jsonb_strip_nulls({})", json_of(columns))
            : json_of(columns),
        table.name.quoted(), which, fmt::join(shortened(request_.own_transactions), ","));
    return put_({.table = table.name,
                 .operation = operation,
                 .key = {},
                 .row = {},
                 .sqlstate = sqlstate,
                 .message = message,
                 .position = position_},
                select);
  }

  // A row's header holds the lower half.
  static std::vector<std::uint32_t> shortened(const std::vector<std::uint64_t>& transactions) {
    std::vector<std::uint32_t> lower;
    for (const auto one : transactions) lower.push_back(static_cast<std::uint32_t>(one));
    return lower;
  }

  pg::Session& session_;
  const ParkDroppedRequest& request_;
  std::map<QualifiedName, std::set<std::string>> drops_;
  const char* position_;
  const Put put_;
  const Wait& wait_;
};

Result<std::int64_t> bring_across(pg::Session& kept, pg::Session& live, ParkedTable& parked,
                                  const ParkedRow& sample, const std::string& select,
                                  const Wait& wait) {
  SLIPWAY_TRY(live.execute(
      SqlText("CREATE TEMPORARY TABLE slipway_left (key jsonb, row jsonb) ON COMMIT DROP"), wait));
  SLIPWAY_TRY(copy_across(kept, SqlText(fmt::format("COPY (SELECT {}) TO STDOUT", select)), live,
                          SqlText("COPY pg_temp.slipway_left (key, row) FROM STDIN"), wait));
  SLIPWAY_ASSIGN(const auto rows,
                 parked.add_selected(sample, "key, row FROM pg_temp.slipway_left", wait));
  SLIPWAY_TRY(live.execute(SqlText("DROP TABLE pg_temp.slipway_left"), wait));
  return rows;
}

} // namespace

std::set<ToDrop> new_columns(const RelationMap& before, const RelationMap& now) {
  std::set<ToDrop> found;
  for (const auto& relation : now.relations) {
    const auto* old = before.relation(relation.id);
    if (old == nullptr || relation.partition) continue;
    for (const auto& column : relation.columns)
      if (!column.computed && old->column(column.number) == nullptr &&
          old->column(column.name) == nullptr)
        found.insert({relation.name, column.name});
  }
  return found;
}

Result<std::vector<ParkedDrop>> park_dropped(pg::Session& session, ParkedTable& parked,
                                             const ParkDroppedRequest& request, const Wait& wait) {
  if (request.drops.empty()) return std::vector<ParkedDrop>();
  SLIPWAY_TRY(parked.create(wait));
  SLIPWAY_ASSIGN(const auto settings, session.query(SqlText(k_pinned), {}, wait));
  Parking parking(
      session, request, k_undone_in_place,
      [&](const ParkedRow& sample, const std::string& select) {
        return parked.add_selected(sample, select, wait);
      },
      wait);
  SLIPWAY_TRY(parking.lock());
  SLIPWAY_ASSIGN(auto done, parking.all());
  for (std::size_t row = 0; row < settings.size(); ++row)
    SLIPWAY_TRY(session.query(
        SqlText("SELECT pg_catalog.set_config($1::text, $2::text, true)"),
        {std::string(settings.text(row, 0)), std::string(settings.text(row, 1))}, wait));
  return done;
}

Result<std::vector<ParkedDrop>> park_left(pg::Session& kept, pg::Session& live, ParkedTable& parked,
                                          const ParkDroppedRequest& request, const Wait& wait) {
  if (request.drops.empty()) return std::vector<ParkedDrop>();
  SLIPWAY_ASSIGN(const auto time_zone, time_zone_of(kept, wait));
  SLIPWAY_TRY(begin_reading(kept, time_zone, wait));
  SLIPWAY_TRY(live.execute(SqlText("BEGIN"), wait));
  const auto park = [&]() -> Result<std::vector<ParkedDrop>> {
    SLIPWAY_TRY(parked.create(wait));
    SLIPWAY_TRY(parked.forget_from(k_left_behind, wait));
    SLIPWAY_ASSIGN(auto done, Parking(
                                  kept, request, k_left_behind,
                                  [&](const ParkedRow& sample, const std::string& select) {
                                    return bring_across(kept, live, parked, sample, select, wait);
                                  },
                                  wait)
                                  .all());
    SLIPWAY_TRY(commit(live, wait));
    return done;
  };
  auto done = park();
  roll_back(kept);
  if (!done && live.usable()) roll_back(live);
  return done;
}

} // namespace slipway::replay
