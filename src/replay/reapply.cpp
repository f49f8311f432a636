// Parked writes, made again under a schema that has a place for them.
#include "slipway/replay/reapply.hpp"

#include "parked_selection.hpp"
#include "row_texts.hpp"
#include "slipway/replay/park_dropped.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace slipway::replay {

namespace {

// The type without its length: a cast to it would cut what is too long and say nothing, where
// writing to the column refuses it. -1, not NULL, which makes character(1) of character.
constexpr const char* k_columns = R"sql(
SELECT a.attname, pg_catalog.format_type(a.atttypid, -1), a.attgenerated OPERATOR(pg_catalog.<>) '',
       CASE WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1] END,
       n.nspname OPERATOR(pg_catalog.=) 'pg_catalog'
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
WHERE a.attrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)
  AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
ORDER BY a.attnum
)sql";

/// Behind what is in the column, where the sequence is not there yet.
constexpr const char* k_move_sequence = R"sql(
SELECT pg_catalog.setval(q.seq, q.last) FROM (
  SELECT pg_catalog.pg_get_serial_sequence({0}, {1})::pg_catalog.regclass AS seq, pg_catalog.max({2}) AS last FROM {3}
) AS q
WHERE q.seq IS NOT NULL AND q.last OPERATOR(pg_catalog.>) COALESCE(pg_catalog.pg_sequence_last_value(q.seq), 0)
)sql";

struct Column {
  std::string type;
  bool computed = false;
  std::optional<std::string> came_with;
  bool of_system = false; ///< its type: so that "=" is the system's
};

struct Table {
  QualifiedName name;
  std::map<std::string, Column> columns;
};

struct Write {
  std::int64_t id = 0;
  std::string run;
  QualifiedName table;
  std::string operation;
  std::string key;
  std::string row;
  std::string position;

  /// Values as texts; else as to_jsonb writes them.
  bool has_texts() const { return !position.empty(); }
  /// Only columns that nobody else had at the time.
  bool is_of_new_columns() const {
    return operation == "update" && (position == k_undone_in_place || position == k_left_behind);
  }
  /// Whether others to the same row stand before or after it.
  bool has_turn() const { return !key.empty() && !is_of_new_columns(); }
};

// Tables that an older slipway made have no such column.
Status add_mark(pg::Session& session, const std::string& place, const Wait& wait) {
  SLIPWAY_TRY(session.execute(
      SqlText(
          fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS reapplied_at timestamptz", place)),
      wait));
  return {};
}

class Reapplying {
public:
  Reapplying(pg::Session& session, const ReapplyRequest& request, const Wait& wait)
      : session_(session), request_(request), place_(parked_place(request.history_schema)),
        wait_(wait) {}

  Result<ReapplyReport> go() {
    SLIPWAY_ASSIGN(const bool there, has_parked(session_, place_, wait_));
    if (!there) return report_;
    SLIPWAY_TRY(add_mark(session_, place_, wait_));
    SLIPWAY_TRY(pass_over_truncated());
    for (bool goes_on = true; goes_on;) {
      const auto before = report_.made;
      left_.clear();
      SLIPWAY_TRY(round());
      goes_on = report_.made > before && !left_.empty();
    }
    for (const auto& [what, rows] : left_)
      report_.left.push_back({.table = what.first, .why = what.second, .rows = rows});
    return std::move(report_);
  }

private:
  // What a table held before it was emptied is nobody's wish; what it holds now is not that.
  Status pass_over_truncated() {
    auto which = chosen(request_.which, true);
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(
            SqlText(fmt::format(
                "UPDATE {0} AS p SET reapplied_at = pg_catalog.now() WHERE {1} AND p.id "
                "OPERATOR(pg_catalog.<=) (SELECT pg_catalog.max(t.id) FROM {0} AS t WHERE t.run "
                "OPERATOR(pg_catalog.=) p.run AND t.schema_name OPERATOR(pg_catalog.=) "
                "p.schema_name AND t.table_name OPERATOR(pg_catalog.=) p.table_name AND t.operation "
                "OPERATOR(pg_catalog.=) 'truncate' AND t.reapplied_at IS NULL)",
                place_, which.text)),
            which.params, wait_));
    report_.overtaken = rows.affected();
    return {};
  }

  Status round() {
    held_.clear();
    std::int64_t after = 0;
    for (;;) {
      SLIPWAY_TRY(session_.execute(SqlText("BEGIN"), wait_));
      const auto last = group(after);
      if (!last || *last == after) {
        if (session_.usable()) SLIPWAY_TRY(session_.execute(SqlText("ROLLBACK"), wait_));
        return last ? Status() : Status(fail(last.error()));
      }
      SLIPWAY_TRY(session_.execute(SqlText("COMMIT"), wait_));
      report_.made += made_;
      after = *last;
    }
  }

  /// Yields the last one's number.
  Result<std::int64_t> group(std::int64_t after) {
    made_ = 0;
    SLIPWAY_ASSIGN(const auto writes, read(after));
    std::set<QualifiedName> filled;
    for (const auto& one : writes) {
      SLIPWAY_ASSIGN(const auto why, make_in_turn(one));
      if (!why.empty()) {
        ++left_[{one.table, why}];
        if (one.has_turn()) held_.insert({one.table, one.key});
        continue;
      }
      if (one.operation == "insert") filled.insert(one.table);
      ++made_;
    }
    for (const auto& one : filled) SLIPWAY_TRY(move_sequences(tables_.at(one)));
    return writes.empty() ? after : writes.back().id;
  }

  Result<std::vector<Write>> read(std::int64_t after) {
    auto which = chosen(request_.which, true);
    which.params.emplace_back(std::to_string(after));
    which.params.emplace_back(std::to_string(request_.group));
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(SqlText(fmt::format(
                           "SELECT p.id, p.run, p.schema_name, p.table_name, p.operation, p.key, "
                           "p.row, p.position FROM {} AS p WHERE {} AND p.id "
                           "OPERATOR(pg_catalog.>) ${}::bigint ORDER BY p.id LIMIT ${}::bigint",
                           place_, which.text, which.params.size() - 1, which.params.size())),
                       which.params, wait_));
    std::vector<Write> writes;
    for (std::size_t row = 0; row < rows.size(); ++row)
      writes.push_back({.id = rows.integer(row, 0),
                        .run = std::string(rows.text(row, 1)),
                        .table = {std::string(rows.text(row, 2)), std::string(rows.text(row, 3))},
                        .operation = std::string(rows.text(row, 4)),
                        .key = std::string(rows.text(row, 5)),
                        .row = std::string(rows.text(row, 6)),
                        .position = std::string(rows.text(row, 7))});
    return writes;
  }

  // An older write to a row must not come after a newer one.
  Result<std::string> make_in_turn(const Write& write) {
    if (write.has_turn() && held_.contains({write.table, write.key}))
      return std::string("a write to the same row before it is still parked");
    return make(write);
  }

  /// Why it stays parked; empty: it is made, and marked.
  Result<std::string> make(const Write& write) {
    SLIPWAY_ASSIGN(const auto* table, table_called(write.table));
    if (table->columns.empty()) return std::string("there is no such table");
    std::string text;
    if (auto why = text_of(*table, write, text); !why.empty()) return why;
    SLIPWAY_TRY(session_.execute(SqlText("SAVEPOINT slipway_row"), wait_));
    const auto done = session_.query(SqlText(text), {std::to_string(write.id)}, wait_);
    if (!done && (!done.error().sql || !session_.usable())) return fail(done.error());
    if (!done || done->affected() == 0) {
      SLIPWAY_TRY(session_.execute(SqlText("ROLLBACK TO SAVEPOINT slipway_row"), wait_));
      return done ? std::string(write.operation == "insert"
                                    ? "it is no longer parked"
                                    : "its row is gone, or was changed since")
                  : done.error().sql->message;
    }
    SLIPWAY_TRY(session_.query(SqlText(fmt::format("UPDATE {} SET reapplied_at = pg_catalog.now() "
                                                   "WHERE id OPERATOR(pg_catalog.=) $1::bigint",
                                                   place_)),
                               {std::to_string(write.id)}, wait_));
    SLIPWAY_TRY(session_.execute(SqlText("RELEASE SAVEPOINT slipway_row"), wait_));
    return std::string();
  }

  Result<const Table*> table_called(const QualifiedName& name) {
    if (const auto found = tables_.find(name); found != tables_.end()) return &found->second;
    Table table{.name = name, .columns = {}};
    SLIPWAY_ASSIGN(const auto rows, session_.query(SqlText(k_columns), {name.quoted()}, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Column column{.type = std::string(rows.text(row, 1)),
                    .computed = rows.boolean(row, 2),
                    .came_with = {},
                    .of_system = rows.boolean(row, 4)};
      if (!rows.is_null(row, 3)) column.came_with = rows.text(row, 3);
      table.columns.emplace(rows.text(row, 0), std::move(column));
    }
    return &tables_.emplace(name, std::move(table)).first->second;
  }

  /// The statement, with the number of the parked row as its only parameter. Yields why there is
  /// none.
  std::string text_of(const Table& table, const Write& write, std::string& text) const {
    std::vector<std::string> key;
    std::vector<std::string> columns;
    if (auto why = names_in(table, write.key, key); !why.empty()) return why;
    if (auto why = names_in(table, write.row, columns); !why.empty()) return why;
    const auto name = table.name.quoted();
    const auto source =
        fmt::format("{} AS p, LATERAL pg_catalog.jsonb_populate_record(NULL::{}, {}) AS r", place_,
                    name, write.has_texts() ? "NULL::jsonb" : "p.row");
    if (write.operation == "insert") {
      text = fmt::format(
          "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} WHERE p.id "
          "OPERATOR(pg_catalog.=) $1::bigint",
          name, list(columns, quote_identifier),
          list(columns, [&](const std::string& one) { return value_of(table, write, one); }),
          source);
      return {};
    }
    if (key.empty()) return "nothing tells which row it was";
    auto which = fmt::format("p.id OPERATOR(pg_catalog.=) $1::bigint AND {}",
                             fmt::join(same_key(table, key), " AND "));
    if (!request_.force) which += is_untouched(table, write, columns, key);
    if (write.operation == "delete") {
      text = fmt::format("DELETE FROM {} AS slipway_row USING {} WHERE {}", name, source, which);
      return {};
    }
    std::vector<std::string> set;
    for (const auto& one : columns)
      if (std::find(key.begin(), key.end(), one) == key.end())
        set.push_back(fmt::format("{} = {}", quote_identifier(one), value_of(table, write, one)));
    if (set.empty()) return "it sets nothing";
    text = fmt::format("UPDATE {} AS slipway_row SET {} FROM {} WHERE {}", name,
                       fmt::join(set, ", "), source, which);
    return {};
  }

  template<class Make>
  static std::string list(const std::vector<std::string>& names, const Make& make) {
    std::vector<std::string> made;
    for (const auto& one : names) made.push_back(make(one));
    return fmt::format("{}", fmt::join(made, ", "));
  }

  /// Those that can be written. Yields what is in the way.
  static std::string names_in(const Table& table, const std::string& object,
                              std::vector<std::string>& names) {
    if (object.empty()) return {};
    const auto parsed = nlohmann::json::parse(object, nullptr, false);
    if (!parsed.is_object()) return "it cannot be read";
    for (const auto& item : parsed.items()) {
      const auto found = table.columns.find(item.key());
      if (found == table.columns.end()) return "there is no column " + item.key();
      if (!found->second.computed) names.push_back(item.key());
    }
    return {};
  }

  static std::string value_of(const Table& table, const Write& write, const std::string& column) {
    if (!write.has_texts()) return "r." + quote_identifier(column);
    return fmt::format("CAST(p.row OPERATOR(pg_catalog.->>) {} AS {})", quote_literal(column),
                       table.columns.at(column).type);
  }

  static std::vector<std::string> same_key(const Table& table,
                                           const std::vector<std::string>& key) {
    std::vector<std::string> conditions;
    for (const auto& one : key) {
      const auto& column = table.columns.at(one);
      const auto here = "slipway_row." + quote_identifier(one);
      const auto there = fmt::format("(p.key OPERATOR(pg_catalog.->>) {})", quote_literal(one));
      conditions.push_back(
          column.of_system
              ? fmt::format("{} OPERATOR(pg_catalog.=) CAST({} AS {})", here, there, column.type)
              : fmt::format("{} OPERATOR(pg_catalog.=) {}", output_of(here), there));
    }
    return conditions;
  }

  // Where a value was written to a new column, that column must still be empty, or as it came.
  // Else the row must be older than its being parked: what was made of it since is the later word.
  static std::string is_untouched(const Table& table, const Write& write,
                                  const std::vector<std::string>& columns,
                                  const std::vector<std::string>& key) {
    if (!write.is_of_new_columns())
      return " AND pg_catalog.age(slipway_row.xmin) OPERATOR(pg_catalog.>) pg_catalog.age(p.xmin)";
    std::string text;
    for (const auto& one : columns) {
      if (std::find(key.begin(), key.end(), one) != key.end()) continue;
      const auto here = "slipway_row." + quote_identifier(one);
      const auto& came_with = table.columns.at(one).came_with;
      text += fmt::format(" AND (pg_catalog.num_nulls({}) OPERATOR(pg_catalog.=) 1{})", here,
                          came_with ? fmt::format(" OR {} OPERATOR(pg_catalog.=) {}",
                                                  output_of(here), quote_literal(*came_with))
                                    : "");
    }
    return text;
  }

  Status move_sequences(const Table& table) {
    for (const auto& [name, column] : table.columns) {
      if (column.type != "bigint" && column.type != "integer" && column.type != "smallint")
        continue;
      SLIPWAY_TRY(session_.execute(
          SqlText(fmt::format(k_move_sequence, quote_literal(table.name.quoted()),
                              quote_literal(name), quote_identifier(name), table.name.quoted())),
          wait_));
    }
    return {};
  }

  pg::Session& session_;
  const ReapplyRequest& request_;
  const std::string place_;
  const Wait& wait_;
  std::map<QualifiedName, Table> tables_;
  std::map<std::pair<QualifiedName, std::string>, std::int64_t> left_;
  std::set<std::pair<QualifiedName, std::string>> held_; ///< rows that wait, with their keys
  std::int64_t made_ = 0;
  ReapplyReport report_;
};

} // namespace

Result<ReapplyReport> reapply(pg::Session& session, const ReapplyRequest& request,
                              const Wait& wait) {
  return Reapplying(session, request, wait).go();
}

} // namespace slipway::replay
