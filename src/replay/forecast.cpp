// The stream of a capture, counted.
#include "slipway/replay/forecast.hpp"

#include "kept_stream.hpp"
#include "slipway/replay/markers.hpp"
#include "slipway/replay/snapshot_text.hpp"

#include <algorithm>

namespace slipway::replay {

namespace {

class Counting {
public:
  Counting(const RelationMap& before, const ReplayRequest& request, Lsn have, SnapshotText snapshot)
      : before_(before), request_(request), have_(have), snapshot_(std::move(snapshot)) {}

  Status take(const pgoutput::Change& change) {
    if (const auto* begin = std::get_if<pgoutput::Begin>(&change)) {
      start(*begin);
    } else if (const auto* commit = std::get_if<pgoutput::Commit>(&change)) {
      finish(*commit);
    } else if (const auto* message = std::get_if<pgoutput::Message>(&change)) {
      if (message->prefix != k_marker_prefix) return {};
      SLIPWAY_ASSIGN(const Marker marker, marker_from_json(message->content));
      by_migration_ = by_migration_ || marker.run == request_.run;
    } else if (const auto* one = std::get_if<pgoutput::Insert>(&change)) {
      count(one->relation);
      ++inserted_[one->relation];
    } else if (const auto* updated = std::get_if<pgoutput::Update>(&change)) {
      count(updated->relation);
    } else if (const auto* removed = std::get_if<pgoutput::Delete>(&change)) {
      count(removed->relation);
    } else if (const auto* truncated = std::get_if<pgoutput::Truncate>(&change)) {
      for (const std::uint32_t id : truncated->relations) count(id);
    }
    return {};
  }
  const Forecast& forecast() const { return forecast_; }

private:
  void start(const pgoutput::Begin& begin) {
    rows_ = without_table_ = 0;
    inserted_.clear();
    there_ = snapshot_.sees(begin.transaction);
    const auto& own = request_.migration_transactions;
    by_migration_ = std::any_of(own.begin(), own.end(), [&](std::uint64_t one) {
      return static_cast<std::uint32_t>(one) == begin.transaction;
    });
  }
  void count(std::uint32_t id) {
    ++rows_;
    if (before_.relation(id) == nullptr) ++without_table_;
  }
  void finish(const pgoutput::Commit& commit) {
    if (by_migration_) {
      ++forecast_.by_migration;
    } else if (!there_) {
      if (rows_ > 0 && commit.end_lsn > have_) ++forecast_.transactions;
      if (commit.end_lsn > have_) forecast_.rows += rows_;
      forecast_.rows_without_table += without_table_;
      for (const auto& [id, rows] : inserted_) forecast_.inserted[id] += rows;
    }
  }

  const RelationMap& before_;
  const ReplayRequest& request_;
  const Lsn have_;
  SnapshotText snapshot_;
  Forecast forecast_;
  std::int64_t rows_ = 0;
  std::int64_t without_table_ = 0;
  std::map<std::uint32_t, std::int64_t> inserted_;
  bool there_ = false;
  bool by_migration_ = false;
};

} // namespace

Result<Forecast> forecast(pg::Session& origin, const RelationMap& before,
                          const ReplayRequest& request, Lsn have, const Wait& wait) {
  SLIPWAY_ASSIGN(SnapshotText snapshot, read_snapshot(request.snapshot));
  Counting counting(before, request, have, std::move(snapshot));
  SLIPWAY_ASSIGN(auto stream, KeptStream::open(origin, request, wait));
  SLIPWAY_TRY(
      stream.read([&](const pgoutput::Change& change) { return counting.take(change); }, wait));
  return counting.forecast();
}

Result<Lsn> replayed_up_to(pg::Session& copy, const std::string& schema, const std::string& run,
                           const Wait& wait) {
  const std::string table = quote_identifier(schema) + ".replayed";
  SLIPWAY_ASSIGN(
      const pg::Rows there,
      copy.query(SqlText("SELECT pg_catalog.to_regclass($1) IS NOT NULL"), {table}, wait));
  if (!there.boolean(0, 0)) return Lsn{0};
  SLIPWAY_ASSIGN(const pg::Rows rows, copy.query(SqlText("SELECT lsn::text FROM " + table +
                                                         " WHERE run OPERATOR(pg_catalog.=) $1"),
                                                 {run}, wait));
  return rows.size() == 0 ? Lsn{0} : lsn_from(rows.text(0, 0)).value_or(0);
}

} // namespace slipway::replay
