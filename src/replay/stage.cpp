// Rows and keys of the new schema, brought beside the tables of the old one.
#include "stage.hpp"

#include <charconv>
#include <fmt/format.h>

namespace slipway::replay {

namespace {

constexpr std::size_t k_piece = std::size_t{8} << 20U;

/// How far back a transaction number of 32 bits still tells earlier from later, with a margin.
constexpr std::int64_t k_comparable = 2'000'000'000;

constexpr std::string_view k_distance =
    "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint"
    " OPERATOR(pg_catalog.-) $1::bigint";

/// Rows of the new schema, named by "FROM ...", into Stage::k_rows.
Result<std::int64_t> bring_rows(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                                const std::string& from, const Wait& wait) {
  const SqlText out(
      fmt::format("COPY (SELECT slipway_row.ctid, slipway_row.tableoid{}{}) TO STDOUT",
                  texts.read_list(false), from));
  const SqlText in(fmt::format("COPY {} (slipway_at, slipway_in{}) FROM STDIN", Stage::k_rows,
                               texts.stage_names(false)));
  return copy_across(origin, out, copy, in, wait);
}

Status make_rows(pg::Session& copy, const RowTexts& texts, const Wait& wait) {
  const std::string make = fmt::format(
      "CREATE TEMPORARY TABLE slipway_rows (slipway_n bigint GENERATED ALWAYS AS IDENTITY,"
      " slipway_at tid, slipway_in oid{}) ON COMMIT DROP",
      texts.stage_columns(false));
  SLIPWAY_TRY(copy.execute(SqlText(make), wait));
  return {};
}

} // namespace

std::string WrittenSince::where() const {
  return condition.empty() ? "" : " WHERE " + condition;
}

Result<WrittenSince> written_since(pg::Session& session, const std::string& snapshot,
                                   const std::string& row, const Wait& wait) {
  if (snapshot.empty()) return WrittenSince();
  std::int64_t oldest = 0;
  const auto [end, error] =
      std::from_chars(snapshot.data(), snapshot.data() + snapshot.size(), oldest);
  if (error != std::errc() || end == snapshot.data() + snapshot.size() || *end != ':' || oldest < 3)
    return fail(ErrorCode::check_failed, "\"" + snapshot + "\" is no snapshot of a backup");
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 session.query(SqlText(std::string(k_distance)), {std::to_string(oldest)}, wait));
  const std::int64_t distance = rows.integer(0, 0);
  if (distance < 0)
    return fail(ErrorCode::check_failed,
                "the snapshot of the backup is later than this database: it is of another cluster");
  if (distance > k_comparable) return WrittenSince();
  return WrittenSince{
      fmt::format("pg_catalog.age({}.xmin) OPERATOR(pg_catalog.<=)"
                  " pg_catalog.age(CAST(CAST('{}' AS pg_catalog.xid8) AS pg_catalog.xid))",
                  row, oldest)};
}

Result<std::int64_t> copy_across(pg::Session& from, const SqlText& out, pg::Session& to,
                                 const SqlText& in, const Wait& wait) {
  std::string piece;
  std::int64_t count = 0;
  Status sent;
  const auto send = [&] {
    if (!sent || piece.empty()) return;
    const Result<pg::Rows> taken = to.copy_in(in, piece, wait);
    if (!taken) sent = fail(taken.error());
    piece.clear();
  };
  const auto on_row = [&](std::string_view row) {
    ++count;
    piece.append(row);
    piece.push_back('\n');
    if (piece.size() >= k_piece) send();
  };
  SLIPWAY_TRY(from.copy_out(out, on_row, wait));
  send();
  if (!sent) return fail(std::move(sent).error());
  return count;
}

Result<std::int64_t> stage_rows(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                                const WrittenSince& since, const Wait& wait) {
  SLIPWAY_TRY(make_rows(copy, texts, wait));
  SLIPWAY_ASSIGN(const std::int64_t count,
                 bring_rows(origin, copy, texts, texts.read_from() + since.where(), wait));
  SLIPWAY_TRY(copy.execute(SqlText(fmt::format("ANALYZE {}", Stage::k_rows)), wait));
  return count;
}

Status stage_more(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                  const WrittenSince& since, const std::string& keys, const Wait& wait) {
  if (since.condition.empty()) return {};
  const std::string some = fmt::format(
      "{}, (SELECT DISTINCT e.value FROM pg_catalog.jsonb_array_elements({}::jsonb) AS e(value)) AS k"
      " WHERE {} AND NOT ({})",
      texts.read_from(), quote_literal(keys), texts.origin_is("k.value"), since.condition);
  SLIPWAY_TRY(bring_rows(origin, copy, texts, some, wait));
  return {};
}

Result<std::int64_t> stage_named(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                                 const std::string& keys, const std::string& more_keys,
                                 const Wait& wait) {
  SLIPWAY_TRY(make_rows(copy, texts, wait));
  // Two keys of one value, as 1.0 and 1.00, name one row.
  SLIPWAY_ASSIGN(const std::int64_t count,
                 bring_rows(origin, copy, texts,
                            fmt::format("{} WHERE EXISTS (SELECT FROM ({}) AS k WHERE {})",
                                        texts.read_from(), keys, texts.origin_is("k.value")),
                            wait));
  SLIPWAY_TRY(copy.execute(
      SqlText("CREATE TEMPORARY TABLE slipway_named (value jsonb) ON COMMIT DROP"), wait));
  SLIPWAY_ASSIGN(
      const std::int64_t named,
      copy_across(origin, SqlText(fmt::format("COPY ({} UNION {}) TO STDOUT", keys, more_keys)),
                  copy, SqlText(fmt::format("COPY {} FROM STDIN", Stage::k_named)), wait));
  static_cast<void>(named);
  for (const char* table : {Stage::k_rows, Stage::k_named})
    SLIPWAY_TRY(copy.execute(SqlText(fmt::format("ANALYZE {}", table)), wait));
  return count;
}

Status stage_keys(pg::Session& origin, pg::Session& copy, const RowTexts& texts,
                  const std::string& condition, const Wait& wait) {
  const std::string columns = texts.stage_columns(true).substr(2);
  SLIPWAY_TRY(copy.execute(
      SqlText(fmt::format("CREATE TEMPORARY TABLE slipway_keys ({}) ON COMMIT DROP", columns)),
      wait));
  const SqlText out(fmt::format("COPY (SELECT {}{}{}) TO STDOUT", texts.read_list(true).substr(2),
                                texts.read_from(), condition.empty() ? "" : " WHERE " + condition));
  const SqlText in(fmt::format("COPY {} FROM STDIN", Stage::k_keys));
  SLIPWAY_TRY(copy_across(origin, out, copy, in, wait));
  SLIPWAY_TRY(copy.execute(SqlText(fmt::format("ANALYZE {}", Stage::k_keys)), wait));
  return {};
}

} // namespace slipway::replay
