// Large objects are in no stream of changes either. They keep their number everywhere.
#include "quiet_session.hpp"
#include "reconcile_parts.hpp"
#include "stage.hpp"

#include <fmt/format.h>
#include <set>

namespace slipway::replay {

namespace {

constexpr int k_piece = 4 << 20;
/// INV_WRITE
constexpr const char* k_open_for_writing = "131072";

using Numbers = std::set<std::int64_t>;

Result<Numbers> numbers(pg::Session& session, const std::string& sql, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows, session.execute(SqlText(sql), wait));
  Numbers found;
  for (std::size_t row = 0; row < rows.size(); ++row) found.insert(rows.integer(row, 0));
  return found;
}

constexpr const char* k_all = "SELECT oid::bigint FROM pg_catalog.pg_largeobject_metadata";

/// Those whose pages or owner were written since. Whoever may not look at the pages takes all.
Result<Numbers> changed(pg::Session& origin, const std::string& snapshot, const Wait& wait) {
  SLIPWAY_ASSIGN(const WrittenSince since, written_since(origin, snapshot, "slipway_row", wait));
  SLIPWAY_ASSIGN(
      const pg::Rows may,
      origin.execute(
          SqlText("SELECT pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')"),
          wait));
  if (!may.boolean(0, 0)) return numbers(origin, k_all, wait);
  return numbers(
      origin,
      "SELECT slipway_row.loid::bigint FROM pg_catalog.pg_largeobject AS slipway_row" +
          since.where() +
          " UNION SELECT slipway_row.oid::bigint FROM pg_catalog.pg_largeobject_metadata AS slipway_row" +
          since.where(),
      wait);
}

Status copy_content(pg::Session& origin, pg::Session& copy, const std::string& number,
                    const Wait& wait) {
  SLIPWAY_TRY(copy.query(
      SqlText("SELECT pg_catalog.lo_truncate64(pg_catalog.lo_open($1::oid, $2::integer), 0)"),
      {number, k_open_for_writing}, wait));
  for (std::int64_t offset = 0;; offset += k_piece) {
    SLIPWAY_ASSIGN(
        const pg::Rows piece,
        origin.query(
            SqlText(
                "SELECT d, pg_catalog.octet_length(d) FROM pg_catalog.lo_get($1::oid, $2::bigint, $3::integer) AS d"),
            {number, std::to_string(offset), std::to_string(k_piece)}, wait));
    if (piece.integer(0, 1) > 0)
      SLIPWAY_TRY(copy.query(SqlText("SELECT pg_catalog.lo_put($1::oid, $2::bigint, $3::bytea)"),
                             {number, std::to_string(offset), std::string(piece.text(0, 0))},
                             wait));
    if (piece.integer(0, 1) < k_piece) return {};
  }
}

Status create(pg::Session& origin, pg::Session& copy, const std::string& number, const Wait& wait) {
  SLIPWAY_TRY(copy.query(SqlText("SELECT pg_catalog.lo_create($1::oid)"), {number}, wait));
  SLIPWAY_ASSIGN(
      const pg::Rows owner,
      origin.query(
          SqlText(
              "SELECT pg_catalog.pg_get_userbyid(lomowner) FROM pg_catalog.pg_largeobject_metadata"
              " WHERE oid OPERATOR(pg_catalog.=) $1::oid"),
          {number}, wait));
  if (owner.size() == 0) return {};
  SLIPWAY_TRY(copy.execute(
      SqlText("ALTER LARGE OBJECT " + number + " OWNER TO " + quote_identifier(owner.text(0, 0))),
      wait));
  return {};
}

Status carry(pg::Session& origin, pg::Session& copy, const std::string& snapshot,
             ReconcileReport& report, const Wait& wait) {
  SLIPWAY_ASSIGN(const Numbers there, numbers(origin, k_all, wait));
  SLIPWAY_ASSIGN(const Numbers here, numbers(copy, k_all, wait));
  SLIPWAY_ASSIGN(Numbers wanted, changed(origin, snapshot, wait));
  for (const std::int64_t number : there)
    if (!here.contains(number)) wanted.insert(number);
  for (const std::int64_t number : here) {
    if (there.contains(number)) continue;
    SLIPWAY_TRY(copy.query(SqlText("SELECT pg_catalog.lo_unlink($1::oid)"),
                           {std::to_string(number)}, wait));
    ++report.large_objects_removed;
  }
  for (const std::int64_t number : wanted) {
    if (!there.contains(number)) continue;
    if (!here.contains(number)) SLIPWAY_TRY(create(origin, copy, std::to_string(number), wait));
    SLIPWAY_TRY(copy_content(origin, copy, std::to_string(number), wait));
    ++report.large_objects_copied;
  }
  return {};
}

} // namespace

Status reconcile_large_objects(pg::Session& origin, pg::Session& copy, const std::string& snapshot,
                               ReconcileReport& report, const Wait& wait) {
  SLIPWAY_TRY(begin_reading(origin, "UTC", wait));
  Status begun = begin_filling(copy, "UTC", wait);
  Status done = begun ? carry(origin, copy, snapshot, report, wait) : std::move(begun);
  roll_back(origin);
  if (done) return commit(copy, wait);
  roll_back(copy);
  return done;
}

} // namespace slipway::replay
