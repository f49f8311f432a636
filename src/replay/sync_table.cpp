// One table from the new schema into the old one: what is gone is removed, what was written is
// filled in anew. All changed rows are taken away before any is put in, so that values of a unique
// column may change places.
#include "sync_table.hpp"

#include "both_sides.hpp"
#include "fill.hpp"
#include "key_digest.hpp"
#include "quiet_session.hpp"
#include "row_texts.hpp"
#include "stage.hpp"

#include <fmt/format.h>
#include <limits>

namespace slipway::replay {

namespace {

class TableSync {
public:
  TableSync(const SyncScene& scene, const CarriedTable& table, const Wait& wait,
            const NamedKeys* named = nullptr)
      : scene_(scene), table_(table), texts_(table), wait_(wait), named_(named) {}

  Result<SyncCounts> run() {
    SLIPWAY_TRY(begin_filling(scene_.copy, scene_.time_zone, wait_));
    const Status done = carry();
    if (done) return counts_;
    roll_back(scene_.copy, depth_);
    Error error = done.error();
    return fail(
        std::move(error).with_note("while " + table_.target.name.quoted() + " was carried over"));
  }

private:
  Status carry() {
    SLIPWAY_TRY(know_parked());
    SLIPWAY_TRY(scene_.parked.forget(table_.target.name, wait_));
    SLIPWAY_ASSIGN(const std::vector<SqlText> loud_again,
                   silence(scene_.copy, table_.target, wait_));
    for (const std::string& function : texts_.functions()) SLIPWAY_TRY(run_on_copy(function));
    if (named_ != nullptr) {
      SLIPWAY_TRY(match_named());
      SLIPWAY_TRY(put_in());
      SLIPWAY_TRY(park_unknown());
    } else if (table_.key.empty()) {
      SLIPWAY_ASSIGN(const bool same, is_same_heap());
      if (!same) {
        SLIPWAY_TRY(match_whole_rows());
        SLIPWAY_TRY(put_in());
      }
    } else {
      SLIPWAY_TRY(match_by_key());
      SLIPWAY_TRY(put_in());
    }
    for (const SqlText& statement : loud_again) SLIPWAY_TRY(scene_.copy.execute(statement, wait_));
    return commit(scene_.copy, wait_, depth_);
  }

  Status know_parked() {
    SLIPWAY_ASSIGN(const auto rows, scene_.parked.of(table_.target.name, wait_));
    for (const ParkedRow& row : rows)
      if (!row.key.empty()) parked_keys_ += (parked_keys_.empty() ? "" : ",") + row.key;
    if (!parked_keys_.empty()) parked_keys_ = "[" + parked_keys_ + "]";
    return {};
  }

  Status match_by_key() {
    SLIPWAY_TRY(check_followed_key());
    WrittenSince since = scene_.since;
    SLIPWAY_ASSIGN(
        const auto keys,
        on_both_sides(
            [&] { return digest_of(scene_.origin, keys_in_new(), "slipway_row", since, wait_); },
            [&] { return digest_of(scene_.copy, keys_in_copy(), wait_); }));
    SLIPWAY_ASSIGN(counts_.looked_at, stage_rows(scene_.origin, scene_.copy, texts_, since, wait_));
    // What kept a row out may be gone although the row itself was not written again.
    if (!parked_keys_.empty())
      SLIPWAY_TRY(
          stage_more(scene_.origin, scene_.copy, texts_, scene_.since, parked_keys_, wait_));
    SLIPWAY_TRY(remove_gone(keys.first, keys.second));
    return take_away_changed();
  }

  /// What is named and not staged is gone.
  Status match_named() {
    std::string keys = "(" + named_->to_carry + ")";
    // What kept a row out may be gone although the row itself was not written again.
    if (!parked_keys_.empty())
      keys += fmt::format(" UNION (SELECT e.value FROM pg_catalog.jsonb_array_elements({}::jsonb)"
                          " AS e(value) EXCEPT ({}))",
                          quote_literal(parked_keys_), named_->unknown);
    SLIPWAY_ASSIGN(counts_.looked_at, stage_named(scene_.origin, scene_.copy, texts_, keys,
                                                  "(" + named_->to_remove + ")", wait_));
    SLIPWAY_ASSIGN(counts_.removed,
                   change(fmt::format("DELETE FROM {} AS o USING {} AS k WHERE {} AND NOT EXISTS "
                                      "(SELECT FROM {} AS s WHERE {})",
                                      texts_.target(), Stage::k_named, texts_.old_is("k.value"),
                                      Stage::k_rows, texts_.same_key())));
    return take_away_changed();
  }

  Status take_away_changed() {
    SLIPWAY_TRY(put_doubtful_last());
    SLIPWAY_TRY(run_on_copy(fmt::format(
        "CREATE TEMPORARY TABLE slipway_old ON COMMIT DROP AS SELECT s.slipway_n, o.ctid AS slipway_at,"
        " o.tableoid AS slipway_in, o.* FROM {} AS o JOIN {} AS s ON {}",
        texts_.target(), Stage::k_rows, texts_.same_key())));
    SLIPWAY_ASSIGN(counts_.unchanged, change(drop_unchanged()));
    SLIPWAY_TRY(run_on_copy(fmt::format("DELETE FROM {} AS o WHERE NOT EXISTS (SELECT FROM {} AS s"
                                        " WHERE s.slipway_n OPERATOR(pg_catalog.=) o.slipway_n)",
                                        k_old_rows, Stage::k_rows)));
    SLIPWAY_TRY(run_on_copy(fmt::format("ANALYZE {}", k_old_rows)));
    return take_away(k_old_rows);
  }

  Hashed keys_in_new() const {
    const std::string hash = texts_.key_hash_of_origin();
    return {texts_.read_from(), hash, hash};
  }
  Hashed keys_in_copy() const {
    const std::string hash = texts_.key_hash_of_old();
    return {" FROM " + texts_.target() + " AS o", hash, hash};
  }
  Hashed keys_to_come() const {
    const std::string hash = texts_.key_hash_of_stage();
    return {fmt::format(" FROM {} AS s WHERE NOT EXISTS (SELECT FROM {} AS o WHERE {})",
                        Stage::k_rows, texts_.target(), texts_.same_key()),
            hash, hash};
  }

  /// What the copy has and what is staged are the keys of the new schema, but for those that are
  /// gone there. Digests tell so without a key being sent.
  Status remove_gone(const Digest& in_new, Digest in_copy) {
    SLIPWAY_ASSIGN(const Digest to_come, digest_of(scene_.copy, keys_to_come(), wait_));
    in_copy += to_come;
    if (in_new == in_copy) return {};
    return find_gone(bits_for(std::max(in_new.rows, in_copy.rows)));
  }

  Status find_gone(int bits) {
    SLIPWAY_ASSIGN(
        const auto both,
        on_both_sides(
            [&] { return digests_of(scene_.origin, keys_in_new(), bits, wait_); },
            [&]() -> Result<std::vector<Digest>> {
              SLIPWAY_ASSIGN(auto sums, digests_of(scene_.copy, keys_in_copy(), bits, wait_));
              SLIPWAY_ASSIGN(const auto more, digests_of(scene_.copy, keys_to_come(), bits, wait_));
              for (std::size_t part = 0; part < sums.size(); ++part) sums[part] += more[part];
              return sums;
            }));
    const auto parts = differing(both.first, both.second);
    // Where most differ, or only keys without a hash, choosing among them costs more than it saves.
    const bool all = parts.empty() || parts.size() > both.first.size() / 2;
    const auto in_parts = [&](const std::string& hash) {
      return all ? std::string() : is_in_parts(hash, parts, bits);
    };
    SLIPWAY_TRY(stage_keys(scene_.origin, scene_.copy, texts_,
                           in_parts(texts_.key_hash_of_origin()), wait_));
    const auto and_in_parts = [&](const std::string& hash) {
      return all ? std::string() : " AND " + in_parts(hash);
    };
    SLIPWAY_TRY(stage_missing(and_in_parts(texts_.key_hash_of_stage())));
    SLIPWAY_ASSIGN(
        counts_.removed,
        change(fmt::format("DELETE FROM {} AS o WHERE NOT EXISTS (SELECT FROM {} AS s WHERE {}){}",
                           texts_.target(), Stage::k_keys, texts_.same_key(),
                           and_in_parts(texts_.key_hash_of_old()))));
    return {};
  }

  /// A row of the new schema that the copy lacks although it seems older than the backup is not
  /// left behind: then everything is looked at.
  Status stage_missing(const std::string& and_in_parts) {
    if (scene_.since.condition.empty()) return {};
    const auto not_in_copy = [&](const char* rows) {
      return number(fmt::format("SELECT pg_catalog.count(*) FROM {} AS s"
                                " WHERE NOT EXISTS (SELECT FROM {} AS o WHERE {}){}",
                                rows, texts_.target(), texts_.same_key(), and_in_parts));
    };
    SLIPWAY_ASSIGN(const std::int64_t missing, not_in_copy(Stage::k_keys));
    SLIPWAY_ASSIGN(const std::int64_t staged, not_in_copy(Stage::k_rows));
    if (missing <= staged) return {};
    SLIPWAY_TRY(run_on_copy("DROP TABLE pg_temp.slipway_rows"));
    SLIPWAY_ASSIGN(counts_.looked_at, stage_rows(scene_.origin, scene_.copy, texts_, {}, wait_));
    return {};
  }

  /// What was refused the last time most likely is again. Halving around each of a thousand such
  /// rows would keep the database closed for a minute.
  Status put_doubtful_last() {
    if (parked_keys_.empty()) return {};
    SLIPWAY_ASSIGN(doubtful_, number(fmt::format("SELECT coalesce(pg_catalog.max(slipway_n), 0)"
                                                 " OPERATOR(pg_catalog.+) 1 FROM {}",
                                                 Stage::k_rows)));
    SLIPWAY_TRY(scene_.copy.query(
        SqlText(fmt::format("UPDATE {} AS s SET slipway_n = DEFAULT WHERE {}::text"
                            " OPERATOR(pg_catalog.=) ANY (SELECT k.value::text FROM"
                            " pg_catalog.jsonb_array_elements($1::jsonb) AS k(value))",
                            Stage::k_rows, texts_.key_of_stage())),
        {parked_keys_}, wait_));
    return {};
  }

  /// Where no value of the key can be found again in its new type, every row would seem to be gone.
  Status check_followed_key() {
    if (texts_.followed_key().empty()) return {};
    SLIPWAY_ASSIGN(const std::int64_t lost,
                   number(fmt::format("SELECT pg_catalog.count(*) FROM {} AS o"
                                      " WHERE pg_catalog.num_nulls({}) OPERATOR(pg_catalog.>) 0",
                                      texts_.target(), texts_.followed_key())));
    if (lost == 0) return {};
    return fail(
        Error(
            ErrorCode::check_failed,
            fmt::format("the key of {} has values that its new type cannot hold, so its rows cannot"
                        " be told apart",
                        table_.target.name.quoted()))
            .with_hint("give a reverse expression for the columns of the key"));
  }

  std::string drop_unchanged() const {
    return fmt::format(
        "DELETE FROM {} AS s USING {} AS o WHERE o.slipway_n OPERATOR(pg_catalog.=) s.slipway_n"
        " AND {} OPERATOR(pg_catalog.=) {}",
        Stage::k_rows, k_old_rows, texts_.known_of_old(), texts_.known_of_stage());
  }

  Result<bool> is_same_heap() {
    const auto hash = [](const std::string& known) {
      return "pg_catalog.hashtextextended(" + known + ", 0)";
    };
    const Hashed in_new{texts_.read_from(), {}, hash(texts_.known_of_origin())};
    const Hashed in_copy{" FROM " + texts_.target() + " AS o", {}, hash(texts_.known_of_old())};
    SLIPWAY_ASSIGN(const auto both,
                   on_both_sides([&] { return digest_of(scene_.origin, in_new, wait_); },
                                 [&] { return digest_of(scene_.copy, in_copy, wait_); }));
    return both.first == both.second;
  }

  /// Without a key each side is a heap of rows; equal ones are paired off, as many as there are on
  /// both sides.
  Status match_whole_rows() {
    SLIPWAY_ASSIGN(counts_.looked_at, stage_rows(scene_.origin, scene_.copy, texts_, {}, wait_));
    SLIPWAY_TRY(run_on_copy(fmt::format(
        "CREATE TEMPORARY TABLE slipway_heap ON COMMIT DROP AS SELECT s.slipway_n, {0} AS known,"
        " pg_catalog.row_number() OVER (PARTITION BY {0} ORDER BY s.slipway_n) AS nth FROM {1} AS s",
        texts_.known_of_stage(), Stage::k_rows)));
    SLIPWAY_TRY(run_on_copy(fmt::format(
        "CREATE TEMPORARY TABLE slipway_gone ON COMMIT DROP AS SELECT o.ctid AS slipway_at, o.tableoid AS slipway_in,"
        " {0} AS known, pg_catalog.row_number() OVER (PARTITION BY {0} ORDER BY o.ctid) AS nth FROM {1} AS o",
        texts_.known_of_old(), texts_.target())));
    const char* same =
        "h.known OPERATOR(pg_catalog.=) g.known AND h.nth OPERATOR(pg_catalog.=) g.nth";
    SLIPWAY_ASSIGN(counts_.unchanged,
                   change(fmt::format("DELETE FROM {} AS s USING pg_temp.slipway_heap AS h JOIN"
                                      " pg_temp.slipway_gone AS g ON {} WHERE h.slipway_n"
                                      " OPERATOR(pg_catalog.=) s.slipway_n",
                                      Stage::k_rows, same)));
    SLIPWAY_TRY(run_on_copy(fmt::format(
        "DELETE FROM pg_temp.slipway_gone AS g USING pg_temp.slipway_heap AS h WHERE {}", same)));
    SLIPWAY_ASSIGN(counts_.removed, number("SELECT pg_catalog.count(*) FROM pg_temp.slipway_gone"));
    SLIPWAY_TRY(take_away("pg_temp.slipway_gone"));
    return run_on_copy(
        fmt::format("CREATE TEMPORARY TABLE slipway_old ON COMMIT DROP AS"
                    " SELECT CAST(NULL AS bigint) AS slipway_n, o.* FROM {} AS o LIMIT 0",
                    texts_.target()));
  }

  Status take_away(const char* rows) {
    return run_on_copy(
        fmt::format("DELETE FROM {} AS o USING {} AS r WHERE o.ctid OPERATOR(pg_catalog.=)"
                    " r.slipway_at AND o.tableoid OPERATOR(pg_catalog.=) r.slipway_in",
                    texts_.target(), rows));
  }

  Status put_in() {
    SLIPWAY_ASSIGN(counts_.updated,
                   number(fmt::format("SELECT pg_catalog.count(*) FROM {}", k_old_rows)));
    SLIPWAY_ASSIGN(const std::int64_t staged,
                   number(fmt::format("SELECT pg_catalog.count(*) FROM {}", Stage::k_rows)));
    counts_.inserted = std::max<std::int64_t>(staged - counts_.updated, 0);
    SLIPWAY_ASSIGN(const std::vector<Refused> refused, fill(scene_.copy, texts_, doubtful_, wait_));
    SLIPWAY_TRY(park(refused));
    if (table_.has_dropped_columns()) counts_.unknown_filled = counts_.inserted;
    return {};
  }

  Status park(const std::vector<Refused>& refused) {
    std::vector<ParkedRow> rows;
    for (const Refused& one : refused) {
      SLIPWAY_ASSIGN(ParkedRow row, parked_row(one));
      --(row.operation == ParkedOperation::insert ? counts_.inserted : counts_.updated);
      ++counts_.parked;
      rows.push_back(std::move(row));
    }
    return scene_.parked.add(rows, wait_);
  }

  Status park_unknown() {
    SLIPWAY_ASSIGN(const pg::Rows keys,
                   scene_.origin.execute(SqlText("SELECT u.value::text FROM (" + named_->unknown +
                                                 ") AS u(value) ORDER BY 1"),
                                         wait_));
    std::vector<ParkedRow> rows;
    for (std::size_t row = 0; row < keys.size(); ++row)
      rows.push_back({.table = table_.target.name,
                      .operation = ParkedOperation::update,
                      .key = std::string(keys.text(row, 0)),
                      .row = {},
                      .sqlstate = "02000",
                      .message = "the migration removed the row after it was written, and only its "
                                 "key was kept",
                      .position = {}});
    counts_.parked += static_cast<std::int64_t>(rows.size());
    return scene_.parked.add(rows, wait_);
  }

  Result<ParkedRow> parked_row(const Refused& refused) {
    const std::string text = fmt::format(
        "SELECT {}::text, s.slipway_at::text, s.slipway_in::text,"
        " EXISTS (SELECT FROM {} AS o WHERE o.slipway_n OPERATOR(pg_catalog.=) s.slipway_n)"
        " FROM {} AS s WHERE s.slipway_n OPERATOR(pg_catalog.=) $1::bigint",
        texts_.key_of_stage(), k_old_rows, Stage::k_rows);
    SLIPWAY_ASSIGN(const pg::Rows staged,
                   scene_.copy.query(SqlText(text), {std::to_string(refused.number)}, wait_));
    const SqlText full(
        "SELECT pg_catalog.to_jsonb(slipway_row.*)::text" + texts_.read_from() +
        " WHERE slipway_row.ctid OPERATOR(pg_catalog.=) $1::tid AND slipway_row.tableoid"
        " OPERATOR(pg_catalog.=) $2::oid");
    SLIPWAY_ASSIGN(
        const pg::Rows row,
        scene_.origin.query(full, {std::string(staged.text(0, 1)), std::string(staged.text(0, 2))},
                            wait_));
    return ParkedRow{.table = table_.target.name,
                     .operation =
                         staged.boolean(0, 3) ? ParkedOperation::update : ParkedOperation::insert,
                     .key = std::string(staged.text(0, 0)),
                     .row = row.size() == 1 ? std::string(row.text(0, 0)) : std::string(),
                     .sqlstate = refused.sqlstate,
                     .message = refused.message,
                     .position = {}};
  }

  Status run_on_copy(const std::string& sql) {
    SLIPWAY_TRY(scene_.copy.execute(SqlText(sql), wait_));
    return {};
  }
  Result<std::int64_t> change(const std::string& sql) {
    SLIPWAY_ASSIGN(const pg::Rows rows, scene_.copy.execute(SqlText(sql), wait_));
    return rows.affected();
  }
  Result<std::int64_t> number(const std::string& sql) {
    SLIPWAY_ASSIGN(const pg::Rows rows, scene_.copy.execute(SqlText(sql), wait_));
    return rows.integer(0, 0);
  }

  const SyncScene& scene_;
  const CarriedTable& table_;
  RowTexts texts_;
  const Wait& wait_;
  const NamedKeys* named_; ///< none: all rows
  const Depth depth_ = depth_of(scene_.copy);
  SyncCounts counts_;
  /// Of the rows that were parked the last time: a JSON array, or empty.
  std::string parked_keys_;
  /// The staged rows from this number on.
  std::int64_t doubtful_ = std::numeric_limits<std::int64_t>::max();
};

std::string rows_of(const Relation& table) {
  return fmt::format(" FROM {}{} AS slipway_row", table.partitioned ? "" : "ONLY ",
                     table.name.quoted());
}

Result<bool> is_parked_already(const SyncScene& scene, const Relation& table, const Wait& wait) {
  if (scene.since.condition.empty()) return false;
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      scene.origin.execute(
          SqlText(fmt::format("SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE {}){}",
                              scene.since.condition, rows_of(table))),
          wait));
  SLIPWAY_ASSIGN(const std::int64_t parked, scene.parked.count_of(table.name, wait));
  return rows.integer(0, 1) == 0 && rows.integer(0, 0) == parked;
}

} // namespace

Result<SyncCounts> sync_table(const SyncScene& scene, const CarriedTable& table, const Wait& wait) {
  return TableSync(scene, table, wait).run();
}

Result<SyncCounts> sync_named_rows(const SyncScene& scene, const CarriedTable& table,
                                   const NamedKeys& keys, const Wait& wait) {
  return TableSync(scene, table, wait, &keys).run();
}

Result<SyncCounts> park_created_table(const SyncScene& scene, const Relation& table,
                                      const Wait& wait) {
  constexpr int k_group = 2'000;
  SLIPWAY_ASSIGN(const bool parked_already, is_parked_already(scene, table, wait));
  if (parked_already) return SyncCounts();
  SLIPWAY_TRY(scene.parked.forget(table.name, wait));
  const SqlText declare("DECLARE slipway_created NO SCROLL CURSOR FOR"
                        " SELECT pg_catalog.to_jsonb(slipway_row.*)::text" +
                        rows_of(table));
  SLIPWAY_TRY(scene.origin.execute(declare, wait));
  SyncCounts counts;
  for (;;) {
    SLIPWAY_ASSIGN(
        const pg::Rows rows,
        scene.origin.execute(SqlText(fmt::format("FETCH {} FROM slipway_created", k_group)), wait));
    std::vector<ParkedRow> parked;
    for (std::size_t row = 0; row < rows.size(); ++row)
      parked.push_back(
          {.table = table.name,
           .operation = ParkedOperation::insert,
           .key = {},
           .row = std::string(rows.text(row, 0)),
           .sqlstate = "42P01",
           .message = "table " + table.name.quoted() + " does not exist in the old schema",
           .position = {}});
    SLIPWAY_TRY(scene.parked.add(parked, wait));
    counts.parked += static_cast<std::int64_t>(rows.size());
    counts.looked_at = counts.parked;
    if (rows.size() < k_group) break;
  }
  SLIPWAY_TRY(scene.origin.execute(SqlText("CLOSE slipway_created"), wait));
  return counts;
}

} // namespace slipway::replay
