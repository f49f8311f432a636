// One table on both sides, from a sum over all rows down to the rows that differ.
#include "verify_table.hpp"

#include "both_sides.hpp"
#include "key_digest.hpp"
#include "row_texts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <optional>
#include <set>

namespace slipway::replay {

namespace {

/// Rows that are held at a time.
constexpr std::int64_t k_most_held = 300'000;
/// Keys that are asked for at a time, and at all: from there on a look at every row is cheaper.
constexpr std::size_t k_keys_at_a_time = 10'000;
constexpr std::size_t k_most_keys = 200'000;
constexpr std::int64_t k_most_told = 100;

std::string hash_of(const std::string& known, int seed = 0) {
  return fmt::format("pg_catalog.hashtextextended({}, {})", known, seed);
}

/// How the rows of a side are asked for.
struct Side {
  pg::Session& session;
  std::string known;
  std::string key;
  std::string key_hash;
  std::string from;
  std::string row;        ///< what a row is called there
  std::string is;         ///< a condition: it is the row of key k.value
  std::string written_by; ///< a condition: written last by the migration
  WrittenSince since;

  Hashed hashed() const { return {from, key_hash, hash_of(known)}; }
  Hashed keys() const { return {from, key_hash, key_hash}; }
};

/// Two sums of independent hashes: one alone could hide a pair of changes, an XOR hides pairs of
/// equal rows.
struct Sum {
  std::int64_t rows = 0;
  std::string hashes;
  bool operator==(const Sum&) const = default;
};

/// The rows under one key.
struct Rows {
  std::multiset<std::string> in_copy;
  std::multiset<std::string> in_new;
  std::uint64_t hash = 0; ///< of the key
  bool by_migration = false;
};

using RowsByKey = std::map<std::string, Rows>;
using Keys = std::set<std::string>;

class TableVerification {
public:
  TableVerification(Side copy, Side origin, const VerifyScene& scene,
                    const std::vector<ParkedRow>& parked, const CarriedTable& table,
                    const Wait& wait)
      : copy_(std::move(copy)), origin_(std::move(origin)), scene_(scene), table_(table),
        wait_(wait) {
    for (const ParkedRow& row : parked) ++parked_[row.key];
  }

  Status run() {
    SLIPWAY_ASSIGN(const bool settled, compare_changed());
    if (!settled) SLIPWAY_TRY(compare_whole());
    found_.table = table_.target.name;
    return {};
  }

  const VerifiedTable& found() const { return found_; }
  const std::vector<Unexplained>& unexplained() const { return unexplained_; }
  /// None: too many to be told.
  const std::optional<std::vector<std::string>>& differing() const { return differing_; }

private:
  template<class Ask>
  auto on_both(const Ask& ask) {
    return on_both_sides([&] { return ask(origin_); }, [&] { return ask(copy_); });
  }

  /// False: it takes a comparison of all rows to know.
  Result<bool> compare_changed() {
    if (scene_.seen == nullptr || table_.key.empty()) return false;
    const auto before = scene_.seen->differing.find(table_.target.name);
    if (before == scene_.seen->differing.end()) return false;
    if (origin_.since.condition.empty() || copy_.since.condition.empty()) return false;
    Keys keys(before->second.begin(), before->second.end());
    for (const auto& [key, times] : parked_)
      if (!key.empty()) keys.insert(key);
    const auto look = [this](Side& side) {
      return digest_of(side.session, side.keys(), side.row, side.since, wait_);
    };
    SLIPWAY_ASSIGN(const auto digests, on_both(look));
    SLIPWAY_ASSIGN(const auto written, on_both([this](Side& side) { return written_keys(side); }));
    for (const auto* some : {&written.first, &written.second})
      keys.insert(some->begin(), some->end());
    if (keys.size() > k_most_keys) return false;
    RowsByKey rows;
    SLIPWAY_TRY(look_up(keys, rows));
    Digest expected;
    for (const auto& [key, one] : rows) {
      expected.add(static_cast<std::int64_t>(one.in_new.size()), one.hash);
      expected.add(-static_cast<std::int64_t>(one.in_copy.size()), one.hash);
    }
    const auto& [in_new, in_copy] = digests;
    expected += in_copy;
    if (!(expected == in_new)) return false;
    compare_rows(rows);
    found_.rows_in_new = in_new.rows;
    found_.rows_in_copy = in_copy.rows;
    if (found_.unexplained == 0) return true;
    forget();
    return false;
  }

  Result<Keys> written_keys(const Side& side) {
    SLIPWAY_ASSIGN(
        const pg::Rows rows,
        side.session.execute(SqlText(fmt::format("SELECT {}::text{}{} LIMIT {}", side.key,
                                                 side.from, side.since.where(), k_most_keys + 1)),
                             wait_));
    Keys keys;
    for (std::size_t row = 0; row < rows.size(); ++row) keys.insert(std::string(rows.text(row, 0)));
    return keys;
  }

  Status look_up(const Keys& keys, RowsByKey& rows) {
    for (auto at = keys.begin(); at != keys.end();) {
      std::string some;
      for (std::size_t count = 0; at != keys.end() && count < k_keys_at_a_time; ++at, ++count)
        some += (some.empty() ? "[" : ",") + *at;
      some += "]";
      SLIPWAY_TRY(read(
          [&](const Side& side) {
            return fmt::format(
                ", (SELECT DISTINCT e.value FROM"
                " pg_catalog.jsonb_array_elements({}::jsonb) AS e(value)) AS k WHERE {}",
                quote_literal(some), side.is);
          },
          rows));
    }
    return {};
  }

  Status compare_whole() {
    SLIPWAY_ASSIGN(const auto both, on_both([this](const Side& side) { return sum(side); }));
    const auto& [in_new, in_copy] = both;
    found_.rows_in_copy = in_copy.rows;
    found_.rows_in_new = in_new.rows;
    return in_copy == in_new ? Status()
                             : compare_parts(bits_for(std::max(in_new.rows, in_copy.rows)));
  }

  Result<Sum> sum(const Side& side) {
    SLIPWAY_ASSIGN(
        const pg::Rows rows,
        side.session.execute(
            SqlText(fmt::format("SELECT pg_catalog.count(*), coalesce(pg_catalog.sum({}), 0)::text"
                                " || ' ' || coalesce(pg_catalog.sum({}), 0)::text{}",
                                hash_of(side.known), hash_of(side.known, 7), side.from)),
            wait_));
    return Sum{rows.integer(0, 0), std::string(rows.text(0, 1))};
  }

  Status compare_parts(int bits) {
    SLIPWAY_ASSIGN(const auto both, on_both([&](const Side& side) {
                     return digests_of(side.session, side.hashed(), bits, wait_);
                   }));
    const auto& [in_new, in_copy] = both;
    std::vector<std::int64_t> parts;
    std::int64_t held = 0;
    for (const std::int64_t part : replay::differing(in_new, in_copy)) {
      const auto at = static_cast<std::size_t>(part);
      parts.push_back(part);
      held += in_new[at].rows + in_copy[at].rows;
      if (held < k_most_held) continue;
      SLIPWAY_TRY(compare_rows_in(parts, bits));
      parts.clear();
      held = 0;
    }
    return parts.empty() ? Status() : compare_rows_in(parts, bits);
  }

  Status compare_rows_in(const std::vector<std::int64_t>& parts, int bits) {
    RowsByKey rows;
    SLIPWAY_TRY(
        read([&](const Side& side) { return " WHERE " + is_in_parts(side.key_hash, parts, bits); },
             rows));
    compare_rows(rows);
    return {};
  }

  /// `some` says which rows of a side.
  template<class Some>
  Status read(const Some& some, RowsByKey& rows) {
    const auto ask = [&](const Side& side) {
      return side.session.execute(
          SqlText(fmt::format("SELECT {}::text, {}::text, {}, coalesce({}, 0)::text{}{}", side.key,
                              hash_of(side.known), side.written_by, side.key_hash, side.from,
                              some(side))),
          wait_);
    };
    SLIPWAY_ASSIGN(const auto both, on_both(ask));
    const auto take = [&](const pg::Rows& found, bool in_new) {
      for (std::size_t row = 0; row < found.size(); ++row) {
        Rows& one = rows[std::string(found.text(row, 0))];
        (in_new ? one.in_new : one.in_copy).insert(std::string(found.text(row, 1)));
        one.by_migration = one.by_migration || found.boolean(row, 2);
        one.hash = static_cast<std::uint64_t>(found.integer(row, 3));
      }
    };
    take(both.first, true);
    take(both.second, false);
    return {};
  }

  void compare_rows(const RowsByKey& rows) {
    for (const auto& [key, one] : rows) {
      if (one.in_copy == one.in_new) continue;
      if (differing_ && differing_->size() == k_most_keys) differing_.reset();
      if (differing_) differing_->push_back(key);
      judge(key, one);
    }
  }

  void judge(const std::string& key, const Rows& rows) {
    if (is_parked(key, rows)) {
      ++found_.parked;
    } else if (rows.by_migration || was_written_by_migration(key, rows)) {
      ++found_.by_migration;
    } else if (++found_.unexplained <= k_most_told) {
      unexplained_.push_back(
          {table_.target.name, key, !rows.in_copy.empty(), !rows.in_new.empty()});
    }
  }

  void forget() {
    found_ = {};
    unexplained_.clear();
    differing_.emplace();
  }

  /// Without a key each row that the copy lacks must be parked, and it may have none too many.
  bool is_parked(const std::string& key, const Rows& rows) const {
    const auto parked = parked_.find(key);
    if (parked == parked_.end()) return false;
    return !table_.key.empty() || rows.in_new.size() <= rows.in_copy.size() + parked->second;
  }

  bool was_written_by_migration(const std::string& key, const Rows& rows) const {
    const MigrationRows& written = scene_.request.migration_rows;
    if (written.has(table_.target.name, key)) return true;
    return rows.in_new.empty() && written.emptied.contains(table_.target.name);
  }

  Side copy_;
  Side origin_;
  const VerifyScene& scene_;
  const CarriedTable& table_;
  const Wait& wait_;
  std::map<std::string, std::size_t> parked_;
  VerifiedTable found_;
  std::vector<Unexplained> unexplained_;
  std::optional<std::vector<std::string>> differing_{std::in_place};
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

/// What only the migration wrote may differ when `new_type`.
Result<TableVerification> compare(const VerifyScene& scene, const std::vector<ParkedRow>& parked,
                                  const CarriedTable& table, bool new_type, const Wait& wait) {
  const RowTexts texts(table);
  for (const std::string& function : texts.functions())
    SLIPWAY_TRY(scene.copy.execute(SqlText(function), wait));
  const bool keyed = !table.key.empty();
  TableVerification verification(
      {scene.copy, texts.known_of_old(), texts.key_of_old(),
       keyed ? texts.key_hash_of_old() : hash_of(texts.known_of_old()),
       " FROM " + texts.target() + " AS o", "o", texts.old_is("k.value"), "false",
       scene.written_in_copy},
      {scene.origin, texts.known_of_origin(), texts.key_of_origin(),
       keyed ? texts.key_hash_of_origin() : hash_of(texts.known_of_origin()), texts.read_from(),
       "slipway_row", texts.origin_is("k.value"),
       new_type ? written_by(scene.request.migration_transactions) : "false", scene.written_in_new},
      scene, parked, table, wait);
  SLIPWAY_TRY(verification.run());
  return verification;
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

Status verify_table(const VerifyScene& scene, const std::vector<ParkedRow>& parked,
                    const CarriedTable& table, VerifyReport& report, const Wait& wait) {
  const bool retyped = std::any_of(table.columns.begin(), table.columns.end(), is_retyped);
  SLIPWAY_ASSIGN(const auto all, compare(scene, parked, table, retyped, wait));
  VerifiedTable found = all.found();
  report.unexplained.insert(report.unexplained.end(), all.unexplained().begin(),
                            all.unexplained().end());
  if (all.differing()) report.seen.differing[table.target.name] = *all.differing();
  if (retyped && found.by_migration > 0) {
    // A new type writes every row anew, so that each is the migration's: what it had no reason to
    // change counts all the same.
    const CarriedTable columns = without_retyped(table);
    SLIPWAY_ASSIGN(const auto rest, compare(scene, parked, columns, false, wait));
    found.unexplained += rest.found().unexplained;
    report.unexplained.insert(report.unexplained.end(), rest.unexplained().begin(),
                              rest.unexplained().end());
  }
  report.tables.push_back(std::move(found));
  return {};
}

} // namespace slipway::replay
