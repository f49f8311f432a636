// One table on both sides, from a sum over all rows down to the rows that differ.
#include "verify_table.hpp"

#include "row_texts.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <future>
#include <map>
#include <set>

namespace slipway::replay {

namespace {

constexpr int k_buckets = 4096;
/// Buckets whose rows are held at a time.
constexpr std::size_t k_at_a_time = 64;
constexpr std::int64_t k_most_told = 100;

/// Two sums of independent hashes: one alone could hide a pair of changes, an XOR hides pairs of
/// equal rows.
std::string sums_of(const std::string& known) {
  return fmt::format(
      "pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended({0}, 0)::numeric), 0)::text"
      " || ' ' || coalesce(pg_catalog.sum(pg_catalog.hashtextextended({0}, 7)::numeric), 0)::text",
      known);
}

std::string bucket_of(const std::string& key) {
  return fmt::format("(pg_catalog.hashtextextended({}::text, 3) OPERATOR(pg_catalog.&) {})", key,
                     k_buckets - 1);
}

/// How the rows of a side are asked for.
struct Side {
  pg::Session& session;
  std::string known;
  std::string key;
  std::string from;
  std::string written_by; ///< a condition: written last by the migration
};

struct Sum {
  std::int64_t rows = 0;
  std::string hashes;
  bool operator==(const Sum&) const = default;
};

using Buckets = std::map<std::int64_t, Sum>;

/// The rows under one key.
struct Rows {
  std::multiset<std::string> in_copy;
  std::multiset<std::string> in_new;
  bool by_migration = false;
};

class TableVerification {
public:
  TableVerification(Side copy, Side origin, const std::vector<ParkedRow>& parked,
                    const MigrationRows& written, const CarriedTable& table, VerifyReport& report,
                    const Wait& wait)
      : copy_(std::move(copy)), origin_(std::move(origin)), written_(written), table_(table),
        report_(report), wait_(wait) {
    for (const ParkedRow& row : parked) ++parked_[row.key];
  }

  Status run() {
    SLIPWAY_ASSIGN(const auto both, on_both<Sum>([this](const Side& side) { return sum(side); }));
    const auto& [in_copy, in_new] = both;
    found_.table = table_.target.name;
    found_.rows_in_copy = in_copy.rows;
    found_.rows_in_new = in_new.rows;
    if (!(in_copy == in_new)) SLIPWAY_TRY(compare_buckets());
    report_.tables.push_back(found_);
    return {};
  }

private:
  // Both sides at the same time: nobody can write meanwhile, and each has a session of its own.
  template<class T, class Ask>
  Result<std::pair<T, T>> on_both(const Ask& ask) {
    auto other = std::async(std::launch::async, [&] { return ask(copy_); });
    auto in_new = ask(origin_);
    auto in_copy = other.get();
    if (!in_copy) return fail(std::move(in_copy).error());
    if (!in_new) return fail(std::move(in_new).error());
    return std::pair<T, T>(std::move(*in_copy), std::move(*in_new));
  }

  Result<Sum> sum(const Side& side) {
    SLIPWAY_ASSIGN(
        const pg::Rows rows,
        side.session.execute(SqlText("SELECT " + sums_of(side.known) + side.from), wait_));
    return Sum{rows.integer(0, 0), std::string(rows.text(0, 1))};
  }

  Result<Buckets> buckets(const Side& side) {
    SLIPWAY_ASSIGN(const pg::Rows rows,
                   side.session.execute(SqlText("SELECT " + bucket_of(side.key) + ", " +
                                                sums_of(side.known) + side.from + " GROUP BY 1"),
                                        wait_));
    Buckets sums;
    for (std::size_t row = 0; row < rows.size(); ++row)
      sums[rows.integer(row, 0)] = {rows.integer(row, 1), std::string(rows.text(row, 2))};
    return sums;
  }

  Status compare_buckets() {
    SLIPWAY_ASSIGN(auto both, on_both<Buckets>([this](const Side& side) { return buckets(side); }));
    auto& [in_copy, in_new] = both;
    std::vector<std::int64_t> differing;
    for (std::int64_t bucket = 0; bucket < k_buckets; ++bucket)
      if (!(in_copy[bucket] == in_new[bucket])) differing.push_back(bucket);
    for (std::size_t first = 0; first < differing.size(); first += k_at_a_time) {
      const auto begin = differing.begin() + static_cast<std::ptrdiff_t>(first);
      const auto end = differing.begin() +
                       static_cast<std::ptrdiff_t>(std::min(first + k_at_a_time, differing.size()));
      SLIPWAY_TRY(compare_rows({begin, end}));
    }
    return {};
  }

  Status compare_rows(const std::vector<std::int64_t>& some) {
    std::map<std::string, Rows> rows;
    SLIPWAY_TRY(read(copy_, some, [&](const std::string& key, std::string hash, bool) {
      rows[key].in_copy.insert(std::move(hash));
    }));
    SLIPWAY_TRY(
        read(origin_, some, [&](const std::string& key, std::string hash, bool by_migration) {
          rows[key].in_new.insert(std::move(hash));
          rows[key].by_migration = rows[key].by_migration || by_migration;
        }));
    for (const auto& [key, one] : rows)
      if (one.in_copy != one.in_new) judge(key, one);
    return {};
  }

  template<class Take>
  Status read(const Side& side, const std::vector<std::int64_t>& some, const Take& take) {
    const SqlText question(
        fmt::format("SELECT {0}::text, pg_catalog.hashtextextended({1}, 0)::text, {2}{3} WHERE {4}"
                    " OPERATOR(pg_catalog.=) ANY ('{{{5}}}'::bigint[])",
                    side.key, side.known, side.written_by, side.from, bucket_of(side.key),
                    fmt::join(some, ",")));
    SLIPWAY_ASSIGN(const pg::Rows rows, side.session.execute(question, wait_));
    for (std::size_t row = 0; row < rows.size(); ++row)
      take(std::string(rows.text(row, 0)), std::string(rows.text(row, 1)), rows.boolean(row, 2));
    return {};
  }

  void judge(const std::string& key, const Rows& rows) {
    if (is_parked(key, rows)) {
      ++found_.parked;
    } else if (rows.by_migration || was_written_by_migration(key, rows)) {
      ++found_.by_migration;
    } else if (++found_.unexplained <= k_most_told) {
      report_.unexplained.push_back(
          {table_.target.name, key, !rows.in_copy.empty(), !rows.in_new.empty()});
    }
  }

  /// Without a key each row that the copy lacks must be parked, and it may have none too many.
  bool is_parked(const std::string& key, const Rows& rows) const {
    const auto parked = parked_.find(key);
    if (parked == parked_.end()) return false;
    return !table_.key.empty() || rows.in_new.size() <= rows.in_copy.size() + parked->second;
  }

  bool was_written_by_migration(const std::string& key, const Rows& rows) const {
    if (written_.has(table_.target.name, key)) return true;
    return rows.in_new.empty() && written_.emptied.contains(table_.target.name);
  }

  Side copy_;
  Side origin_;
  const MigrationRows& written_;
  const CarriedTable& table_;
  VerifyReport& report_;
  const Wait& wait_;
  std::map<std::string, std::size_t> parked_;
  VerifiedTable found_;
};

/// Transaction numbers in rows have 32 bits.
std::string written_by(const std::vector<std::uint64_t>& transactions) {
  if (transactions.empty()) return "false";
  std::vector<std::uint32_t> short_ones;
  for (const std::uint64_t one : transactions)
    short_ones.push_back(static_cast<std::uint32_t>(one));
  return fmt::format("slipway_row.xmin::text OPERATOR(pg_catalog.=) ANY ('{{{}}}'::text[])",
                     fmt::join(short_ones, ","));
}

Status compare(pg::Session& origin, pg::Session& copy, const std::vector<ParkedRow>& parked,
               const CarriedTable& table, const VerifyRequest& request, VerifyReport& report,
               const Wait& wait) {
  const RowTexts texts(table);
  for (const std::string& function : texts.functions())
    SLIPWAY_TRY(copy.execute(SqlText(function), wait));
  return TableVerification({copy, texts.known_of_old(), texts.key_of_old(),
                            " FROM " + texts.target() + " AS o", "false"},
                           {origin, texts.known_of_origin(), texts.key_of_origin(),
                            texts.read_from(), written_by(request.migration_transactions)},
                           parked, request.migration_rows, table, report, wait)
      .run();
}

bool is_retyped(const CarriedColumn& column) {
  return column.is_retyped();
}

/// Without the columns that the migration gave another type, but for those of the key.
CarriedTable without_retyped(const CarriedTable& table) {
  CarriedTable rest = table;
  rest.columns.clear();
  rest.key.clear();
  for (std::size_t place = 0; place < table.columns.size(); ++place) {
    const bool in_key = std::find(table.key.begin(), table.key.end(), place) != table.key.end();
    if (!in_key && is_retyped(table.columns[place])) continue;
    if (in_key) rest.key.push_back(rest.columns.size());
    rest.columns.push_back(table.columns[place]);
  }
  return rest;
}

} // namespace

Status verify_table(pg::Session& origin, pg::Session& copy, const std::vector<ParkedRow>& parked,
                    const CarriedTable& table, const VerifyRequest& request, VerifyReport& report,
                    const Wait& wait) {
  const bool retyped = std::any_of(table.columns.begin(), table.columns.end(), is_retyped);
  VerifyRequest strict = request;
  strict.migration_transactions.clear();
  SLIPWAY_TRY(compare(origin, copy, parked, table, retyped ? request : strict, report, wait));
  if (!retyped || report.tables.back().by_migration == 0) return {};
  // A new type writes every row anew, so that each is the migration's: what it had no reason to
  // change counts all the same.
  VerifyReport rest;
  const CarriedTable columns = without_retyped(table);
  SLIPWAY_TRY(compare(origin, copy, parked, columns, strict, rest, wait));
  report.tables.back().unexplained += rest.tables.back().unexplained;
  report.unexplained.insert(report.unexplained.end(), rest.unexplained.begin(),
                            rest.unexplained.end());
  return {};
}

} // namespace slipway::replay
