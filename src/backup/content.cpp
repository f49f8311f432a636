// Digests of rows that do not depend on their order. A sum keeps pairs of equal rows, which an
// exclusive or would hide; the second sum, of the hashes' hashes, keeps two changes from making up
// for each other. Server 13 has no hash of whole rows, so there their text is hashed.
#include "slipway/backup/content.hpp"

#include "large_objects.hpp"

#include <fmt/format.h>

namespace slipway::backup {

namespace {

/// A decimal number of any length modulo 2^64.
std::uint64_t modulo_of(std::string_view decimal) {
  std::uint64_t value = 0;
  for (const char c : decimal)
    if (c >= '0' && c <= '9') value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return !decimal.empty() && decimal.front() == '-' ? 0 - value : value;
}

/// `hashes` yields one column h.
Result<Content> sum_of(pg::Session& session, const std::string& hashes, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT pg_catalog.count(*), COALESCE(pg_catalog.sum(r.h), 0)::pg_catalog.text, "
              "COALESCE(pg_catalog.sum(pg_catalog.hashint8extended(r.h, 1)), 0)::pg_catalog.text "
              "FROM (" +
              hashes + ") AS r"),
          {}, wait));
  return Content{.rows = rows.integer(0, 0),
                 .sum = modulo_of(rows.text(0, 1)),
                 .sum_of_hashes = modulo_of(rows.text(0, 2))};
}

} // namespace

std::string rows_condition(const TableRows& table, const std::optional<PageRange>& range) {
  std::string condition = table.condition;
  if (range) {
    const auto add = [&](std::string_view side, std::int64_t page) {
      condition += fmt::format("{} r.ctid {} '({},0)'::pg_catalog.tid",
                               condition.empty() ? "WHERE" : " AND", side, page);
    };
    if (range->from > 0) add(">=", range->from);
    if (range->to) add("<", *range->to);
  }
  return condition.empty() ? condition : " " + condition;
}

Result<Content> read_content(pg::Session& session, const TableRows& table,
                             const std::optional<PageRange>& range, const Wait& wait) {
  const std::string_view hash = table.hash == RowHash::record
                                    ? "pg_catalog.hash_record_extended(ROW(r.*), 0)"
                                    : "pg_catalog.hashtextextended(ROW(r.*)::pg_catalog.text, 0)";
  return sum_of(session,
                fmt::format("SELECT {} AS h FROM ONLY {} AS r{}", hash,
                            QualifiedName{table.schema, table.name}.quoted(),
                            rows_condition(table, range)),
                wait);
}

Result<Content> read_large_object_content(pg::Session& session, const Wait& wait) {
  return sum_of(session,
                fmt::format("SELECT pg_catalog.hashtextextended(pg_catalog.concat_ws(':', l.id, "
                            "l.place, pg_catalog.md5(l.data)), 0) AS h FROM ({}) AS l",
                            large_object_pieces()),
                wait);
}

Content combined(const Content& one, const Content& other) {
  return {.rows = one.rows + other.rows,
          .sum = one.sum + other.sum,
          .sum_of_hashes = one.sum_of_hashes + other.sum_of_hashes};
}

std::string content_text(const Content& content) {
  return fmt::format("{} rows, digest {:016x}-{:016x}", content.rows, content.sum,
                     content.sum_of_hashes);
}

} // namespace slipway::backup
