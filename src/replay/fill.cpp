// Staged rows into a table of the old schema.
#include "fill.hpp"

#include "stage.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace slipway::replay {

namespace {

/// One table's filling.
class Filling {
public:
  Filling(pg::Session& copy, const RowTexts& texts, const Wait& wait)
      : copy_(copy), texts_(texts), wait_(wait) {}

  Result<std::vector<Refused>> run(std::int64_t doubtful) {
    SLIPWAY_ASSIGN(
        const pg::Rows bounds,
        copy_.execute(SqlText(fmt::format("SELECT coalesce(pg_catalog.min(slipway_n), 1),"
                                          " coalesce(pg_catalog.max(slipway_n), 0) FROM {}",
                                          Stage::k_rows)),
                      wait_));
    const std::int64_t first = bounds.integer(0, 0);
    const std::int64_t last = bounds.integer(0, 1);
    SLIPWAY_TRY(insert(first, std::min(last, doubtful - 1)));
    if (doubtful <= last) SLIPWAY_TRY(index_once());
    for (std::int64_t number = std::max(first, doubtful); number <= last; ++number)
      SLIPWAY_TRY(insert(number, number));
    for (Refused& refused : refused_) SLIPWAY_TRY(put_back(refused));
    return std::move(refused_);
  }

private:
  // Its depth is the logarithm of the number of rows.
  Status insert(std::int64_t first, std::int64_t last) {
    if (first > last) return {};
    SLIPWAY_TRY(copy_.execute(SqlText("SAVEPOINT slipway_fill"), wait_));
    const Result<pg::Rows> filled =
        copy_.query(insertion(), {std::to_string(first), std::to_string(last)}, wait_);
    if (filled) return release();
    if (!is_about_the_row(filled.error())) return fail(filled.error());
    SLIPWAY_TRY(copy_.execute(SqlText("ROLLBACK TO SAVEPOINT slipway_fill"), wait_));
    SLIPWAY_TRY(release());
    if (first == last) {
      refused_.push_back({first, filled.error().sql->sqlstate, filled.error().sql->message});
      return {};
    }
    SLIPWAY_TRY(index_once());
    const std::int64_t middle = first + (last - first) / 2;
    SLIPWAY_TRY(insert(first, middle));
    return insert(middle + 1, last);
  }

  SqlText insertion() const {
    return SqlText(fmt::format(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} AS s"
        " LEFT JOIN {} AS o ON o.slipway_n OPERATOR(pg_catalog.=) s.slipway_n"
        " WHERE s.slipway_n OPERATOR(pg_catalog.>=) $1::bigint AND s.slipway_n OPERATOR(pg_catalog.<=) $2::bigint",
        target_for_insert(), texts_.fill_names(), texts_.fill_values(), Stage::k_rows, k_old_rows));
  }

  /// INSERT knows no ONLY: it never goes to a child of an inheritance tree.
  std::string target_for_insert() const {
    const std::string target = texts_.target();
    return target.starts_with("ONLY ") ? target.substr(5) : target;
  }

  Status release() {
    SLIPWAY_TRY(copy_.execute(SqlText("RELEASE SAVEPOINT slipway_fill"), wait_));
    return {};
  }

  Status index_once() {
    if (indexed_) return {};
    indexed_ = true;
    for (const char* table : {Stage::k_rows, k_old_rows})
      SLIPWAY_TRY(
          copy_.execute(SqlText(fmt::format("CREATE INDEX ON {} (slipway_n)", table)), wait_));
    return {};
  }

  Status put_back(Refused& refused) {
    const SqlText again(
        fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} AS o"
                    " WHERE o.slipway_n OPERATOR(pg_catalog.=) $1::bigint ON CONFLICT DO NOTHING",
                    target_for_insert(), texts_.fill_names(), texts_.old_values(), k_old_rows));
    const SqlText there(fmt::format("SELECT pg_catalog.count(*) FROM {} AS o"
                                    " WHERE o.slipway_n OPERATOR(pg_catalog.=) $1::bigint",
                                    k_old_rows));
    SLIPWAY_ASSIGN(const pg::Rows was, copy_.query(there, {std::to_string(refused.number)}, wait_));
    if (was.integer(0, 0) == 0) return {};
    SLIPWAY_ASSIGN(const pg::Rows put, copy_.query(again, {std::to_string(refused.number)}, wait_));
    if (put.affected() == 0)
      refused.message += "; its version at the backup gave way to another row";
    return {};
  }

  pg::Session& copy_;
  const RowTexts& texts_;
  const Wait& wait_;
  std::vector<Refused> refused_;
  bool indexed_ = false;
};

} // namespace

bool is_about_the_row(const Error& error) {
  if (!error.sql || !error.connection_usable() || error.sql->sqlstate.size() != 5) return false;
  const std::string_view family = std::string_view(error.sql->sqlstate).substr(0, 2);
  // Of the class 54 only what a row is too large for: program_limit_exceeded.
  return family == "21" || family == "22" || family == "23" || family == "2F" || family == "38" ||
         family == "39" || family == "44" || family == "P0" || error.sql->sqlstate == "54000";
}

Result<std::vector<Refused>> fill(pg::Session& copy, const RowTexts& texts, std::int64_t doubtful,
                                  const Wait& wait) {
  return Filling(copy, texts, wait).run(doubtful);
}

} // namespace slipway::replay
