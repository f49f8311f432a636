// Sums of hashes, which say of many rows at once that they are the same.
#include "key_digest.hpp"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

namespace slipway::replay {

namespace {

/// From here on min(tid) is there, and a range of a table is read without the rest.
constexpr int k_tid_ranges = 140000;

constexpr int k_most_bits = 18;
constexpr std::int64_t k_rows_in_part = 50;

/// sum(bigint) is exact, of any length; the remainder fits into 64 bits and keeps its sign.
constexpr std::string_view k_sums =
    "pg_catalog.count(*), coalesce(pg_catalog.mod(pg_catalog.sum({}), 18446744073709551616), 0)::text";

std::uint64_t number(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::uint64_t value = 0;
  std::from_chars(text.data() + (negative ? 1 : 0), text.data() + text.size(), value);
  return negative ? std::uint64_t{0} - value : value;
}

std::string part_of(const std::string& hash, int bits) {
  return fmt::format("({} OPERATOR(pg_catalog.&) {})", hash, (std::int64_t{1} << bits) - 1);
}

} // namespace

void Digest::add(std::int64_t times, std::uint64_t hash) {
  rows += times;
  sum += static_cast<std::uint64_t>(times) * hash;
}

Digest& Digest::operator+=(const Digest& more) {
  rows += more.rows;
  sum += more.sum;
  return *this;
}

Result<Digest> digest_of(pg::Session& session, const Hashed& rows, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const pg::Rows found,
      session.execute(SqlText("SELECT " + fmt::format(k_sums, rows.content) + rows.from), wait));
  return Digest{found.integer(0, 0), number(found.text(0, 1))};
}

Result<Digest> digest_of(pg::Session& session, const Hashed& rows, const std::string& row,
                         WrittenSince& since, const Wait& wait) {
  if (since.condition.empty()) return digest_of(session, rows, wait);
  const bool has_ranges = session.server_version() >= k_tid_ranges;
  const std::string ends = has_ranges
                               ? fmt::format("pg_catalog.min({0}.ctid) FILTER (WHERE {1})::text,"
                                             " pg_catalog.max({0}.ctid) FILTER (WHERE {1})::text",
                                             row, since.condition)
                               : "NULL, NULL";
  SLIPWAY_ASSIGN(
      const pg::Rows found,
      session.execute(
          SqlText(fmt::format("SELECT {}, pg_catalog.count(*) FILTER (WHERE {}), {}{}",
                              fmt::format(k_sums, rows.content), since.condition, ends, rows.from)),
          wait));
  if (found.integer(0, 2) == 0)
    since.condition = "false";
  else if (has_ranges)
    since.condition = fmt::format("{0}.ctid OPERATOR(pg_catalog.>=) '{1}'::tid AND {0}.ctid"
                                  " OPERATOR(pg_catalog.<=) '{2}'::tid AND {3}",
                                  row, found.text(0, 3), found.text(0, 4), since.condition);
  return Digest{found.integer(0, 0), number(found.text(0, 1))};
}

Result<std::vector<Digest>> digests_of(pg::Session& session, const Hashed& rows, int bits,
                                       const Wait& wait) {
  const std::string part = part_of(rows.key, bits);
  SLIPWAY_ASSIGN(const pg::Rows found, session.execute(SqlText("SELECT " + part + ", " +
                                                               fmt::format(k_sums, rows.content) +
                                                               rows.from + " GROUP BY 1"),
                                                       wait));
  std::vector<Digest> parts(std::size_t{1} << bits);
  for (std::size_t row = 0; row < found.size(); ++row) {
    // Rows without a hash are in no part; whoever asks sees to them.
    if (found.is_null(row, 0)) continue;
    parts[static_cast<std::size_t>(found.integer(row, 0))] = {found.integer(row, 1),
                                                              number(found.text(row, 2))};
  }
  return parts;
}

int bits_for(std::int64_t rows) {
  int bits = 0;
  while (bits < k_most_bits && (rows >> bits) > k_rows_in_part) ++bits;
  return bits;
}

std::vector<std::int64_t> differing(const std::vector<Digest>& one,
                                    const std::vector<Digest>& other) {
  std::vector<std::int64_t> parts;
  for (std::size_t part = 0; part < one.size(); ++part)
    if (!(one[part] == other[part])) parts.push_back(static_cast<std::int64_t>(part));
  return parts;
}

// A list of constants would be searched from its beginning for each row by servers before 14.
std::string is_in_parts(const std::string& key, const std::vector<std::int64_t>& parts, int bits) {
  return fmt::format("{} IN (SELECT pg_catalog.unnest('{{{}}}'::bigint[]))", part_of(key, bits),
                     fmt::join(parts, ","));
}

} // namespace slipway::replay
