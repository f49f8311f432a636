// The stream of a slot onto the copy, in groups of whole transactions.
#include "slipway/replay/apply_changes.hpp"

#include "change_statements.hpp"
#include "fill.hpp"
#include "follower_slot.hpp"
#include "kept_stream.hpp"
#include "quiet_session.hpp"
#include "replay_state.hpp"
#include "row_texts.hpp"
#include "slipway/replay/markers.hpp"
#include "slipway/replay/snapshot_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace slipway::replay {

namespace {

constexpr std::string_view k_progress_table =
    "CREATE TABLE IF NOT EXISTS {}.replayed (run text PRIMARY KEY, lsn pg_lsn NOT NULL)";

constexpr std::string_view k_done =
    "SELECT lsn::text FROM {}.replayed WHERE run OPERATOR(pg_catalog.=) $1";

constexpr std::string_view k_progress = "INSERT INTO {}.replayed (run, lsn) VALUES ($1, $2::pg_lsn)"
                                        " ON CONFLICT (run) DO UPDATE SET lsn = excluded.lsn";

/// Stands in the place of a capture. With the run, since a backup may hold what an earlier rollback
/// has noted.
std::string compared(std::int64_t run) {
  return fmt::format("compared for run {}", run);
}

class Replayer {
public:
  Replayer(pg::Session& copy, ParkedTable& parked, const Maps& maps, const CarryMap& map,
           const ReplayRequest& request, std::string time_zone, const Wait& wait)
      : copy_(copy), parked_(parked), map_(map), request_(request),
        time_zone_(std::move(time_zone)), wait_(wait), statements_(maps, map), now_(maps.now),
        state_(parked.schema(), request.run) {}

  Status prepare() {
    SLIPWAY_ASSIGN(snapshot_, read_snapshot(request_.snapshot));
    SLIPWAY_TRY(parked_.create(wait_));
    const std::string schema = quote_identifier(parked_.schema());
    progress_ = fmt::format(k_progress, schema);
    SLIPWAY_TRY(copy_.execute(SqlText(fmt::format(k_progress_table, schema)), wait_));
    SLIPWAY_ASSIGN(const pg::Rows rows,
                   copy_.query(SqlText(fmt::format(k_done, schema)), {request_.run}, wait_));
    if (rows.size() == 1) done_ = lsn_from(rows.text(0, 0)).value_or(0);
    report_.up_to = done_;
    SLIPWAY_TRY(state_.create(copy_, wait_));
    for (const CarriedTable& table : map_.tables)
      for (const std::string& function : RowTexts(table).functions())
        SLIPWAY_TRY(copy_.execute(SqlText(function), wait_));
    return {};
  }

  /// From how far the copy is, instead of from the beginning. False: that is not known.
  Result<bool> go_on() {
    SLIPWAY_ASSIGN(auto known, state_.read(copy_, wait_));
    if (!known) return false;
    if (known->map) statements_.use_map(std::move(*known->map));
    report_.by_migration_rows = std::move(known->by_migration);
    return true;
  }
  Lsn done() const { return done_; }

  Status take(const pgoutput::Change& change) {
    if (const auto* begin = std::get_if<pgoutput::Begin>(&change)) return start(*begin);
    if (const auto* commit = std::get_if<pgoutput::Commit>(&change)) return finish(*commit);
    if (const auto* relation = std::get_if<pgoutput::Relation>(&change)) {
      statements_.announce(*relation);
      return {};
    }
    if (const auto* message = std::get_if<pgoutput::Message>(&change)) return mark(*message);
    if (in_copy_ || is_passed_over(change)) return {};
    if (by_migration_) return statements_.note_rows(change, found_);
    SLIPWAY_ASSIGN(std::vector<RowStatement> made, statements_.statements(change));
    std::move(made.begin(), made.end(), std::back_inserter(transaction_));
    return {};
  }

  Result<ReplayReport> end() {
    SLIPWAY_TRY(flush());
    report_.by_migration_rows.add(found_);
    return report_;
  }

private:
  bool is_passed_over(const pgoutput::Change& change) const {
    const auto has = [this](std::uint32_t id) { return request_.passed_over.contains(id); };
    if (const auto* one = std::get_if<pgoutput::Insert>(&change)) return has(one->relation);
    if (const auto* one = std::get_if<pgoutput::Update>(&change)) return has(one->relation);
    if (const auto* one = std::get_if<pgoutput::Delete>(&change)) return has(one->relation);
    // The comparison that follows sees to those of several tables that are passed over.
    if (const auto* one = std::get_if<pgoutput::Truncate>(&change))
      return std::all_of(one->relations.begin(), one->relations.end(), has);
    return false;
  }

  Status start(const pgoutput::Begin& begin) {
    transaction_.clear();
    marker_.reset();
    number_ = begin.transaction;
    const auto& own = request_.migration_transactions;
    by_migration_ = std::any_of(own.begin(), own.end(), [&](std::uint64_t one) {
      return static_cast<std::uint32_t>(one) == number_;
    });
    in_copy_ = snapshot_.sees(number_);
    return {};
  }

  Status mark(const pgoutput::Message& message) {
    if (!message.transactional || message.prefix != k_marker_prefix) return {};
    SLIPWAY_ASSIGN(Marker marker, marker_from_json(message.content));
    if (marker.run != request_.run) return {};
    marker_ = std::move(marker);
    by_migration_ = true;
    // Where nobody wrote its number down, that it was the migration shows only now.
    for (const RowStatement& statement : transaction_) {
      if (statement.row.operation == ParkedOperation::truncate)
        found_.emptied.insert(statement.row.table);
      else if (!statement.row.key.empty())
        found_.add(statement.row.table, statement.row.key);
    }
    transaction_.clear();
    return {};
  }

  Status finish(const pgoutput::Commit& commit) {
    if (by_migration_) use_map(marker_ ? std::move(marker_->map) : now_);
    if (by_migration_) {
      ++report_.by_migration;
      return {};
    }
    if (in_copy_ || commit.end_lsn <= done_) {
      ++report_.already_there;
      return {};
    }
    for (RowStatement& statement : transaction_) {
      statement.row.position = lsn_text(commit.end_lsn);
      group_.push_back(std::move(statement));
    }
    if (!transaction_.empty()) ++transactions_;
    group_end_ = commit.end_lsn;
    transaction_.clear();
    return group_.size() >= request_.group ? flush() : Status();
  }

  void use_map(RelationMap map) {
    map_text_ = to_json(map);
    statements_.use_map(std::move(map));
  }

  Status flush() {
    if (group_end_ <= done_) return {};
    SLIPWAY_ASSIGN(const bool at_once, apply_at_once());
    if (!at_once) SLIPWAY_TRY(apply_one_by_one());
    report_.transactions += transactions_;
    report_.rows += static_cast<std::int64_t>(group_.size());
    report_.up_to = done_ = group_end_;
    group_.clear();
    transactions_ = 0;
    report_.by_migration_rows.add(found_);
    found_ = {};
    map_text_.reset();
    return {};
  }

  /// To be made in the transaction of the rows.
  std::vector<pg::Query> progress() const {
    auto queries = state_.changes(map_text_, found_);
    queries.push_back({SqlText(progress_), {request_.run, lsn_text(group_end_)}});
    return queries;
  }

  /// False: nothing was changed, and a row of the group needs to be looked at by itself.
  Result<bool> apply_at_once() {
    std::vector<pg::Query> batch;
    for (const RowStatement& statement : group_) {
      if (statement.homeless) return false;
      batch.push_back(statement.query);
    }
    for (pg::Query& query : progress()) batch.push_back(std::move(query));
    SLIPWAY_TRY(begin_filling(copy_, time_zone_, wait_));
    SLIPWAY_ASSIGN(const std::vector<SqlText> loud_again, silence_touched());
    const Result<std::vector<pg::Rows>> applied = copy_.pipeline(batch, wait_);
    if (!applied && !is_about_the_row(applied.error())) return give_up(applied.error());
    bool good = applied.has_value();
    for (std::size_t at = 0; good && at < group_.size(); ++at)
      good = !group_[at].touches || (*applied)[at].affected() == 1;
    if (!good) {
      roll_back(copy_);
      return false;
    }
    for (const SqlText& statement : loud_again) SLIPWAY_TRY(copy_.execute(statement, wait_));
    SLIPWAY_TRY(commit(copy_, wait_));
    return true;
  }

  Status apply_one_by_one() {
    SLIPWAY_TRY(begin_filling(copy_, time_zone_, wait_));
    SLIPWAY_ASSIGN(const std::vector<SqlText> loud_again, silence_touched());
    std::vector<ParkedRow> refused;
    for (RowStatement& statement : group_) {
      SLIPWAY_ASSIGN(const bool applied, apply_one(statement));
      if (!applied) refused.push_back(statement.row);
    }
    SLIPWAY_TRY(parked_.add(refused, wait_));
    report_.parked += static_cast<std::int64_t>(refused.size());
    for (const pg::Query& query : progress())
      SLIPWAY_TRY(copy_.query(query.sql, query.params, wait_));
    for (const SqlText& statement : loud_again) SLIPWAY_TRY(copy_.execute(statement, wait_));
    return commit(copy_, wait_);
  }

  Result<bool> apply_one(RowStatement& statement) {
    if (statement.homeless) return false;
    SLIPWAY_TRY(copy_.execute(SqlText("SAVEPOINT slipway_row"), wait_));
    const Result<pg::Rows> applied =
        copy_.query(statement.query.sql, statement.query.params, wait_);
    if (!applied) {
      if (!is_about_the_row(applied.error())) return give_up(applied.error());
      statement.row.sqlstate = applied.error().sql->sqlstate;
      statement.row.message = applied.error().sql->message;
      SLIPWAY_TRY(copy_.execute(SqlText("ROLLBACK TO SAVEPOINT slipway_row"), wait_));
    } else if (statement.touches && applied->affected() == 0) {
      statement.row.sqlstate = "02000";
      statement.row.message = "the row is not in the old schema";
    }
    SLIPWAY_TRY(copy_.execute(SqlText("RELEASE SAVEPOINT slipway_row"), wait_));
    return applied && (!statement.touches || applied->affected() > 0);
  }

  tl::unexpected<Error> give_up(Error error) {
    roll_back(copy_);
    return fail(std::move(error));
  }

  Result<std::vector<SqlText>> silence_touched() {
    std::set<QualifiedName> touched;
    for (const RowStatement& statement : group_) touched.insert(statement.row.table);
    std::vector<SqlText> again;
    for (const CarriedTable& table : map_.tables) {
      if (!touched.contains(table.target.name)) continue;
      SLIPWAY_ASSIGN(const std::vector<SqlText> some, silence(copy_, table.target, wait_));
      again.insert(again.end(), some.begin(), some.end());
    }
    return again;
  }

  pg::Session& copy_;
  ParkedTable& parked_;
  const CarryMap& map_;
  const ReplayRequest& request_;
  std::string time_zone_;
  const Wait& wait_;
  ChangeStatements statements_;
  const RelationMap& now_;
  ReplayState state_;
  /// What was found since it was last written down.
  std::optional<std::string> map_text_;
  MigrationRows found_;
  SnapshotText snapshot_;
  std::string progress_;
  Lsn done_ = 0;

  std::uint32_t number_ = 0;
  bool in_copy_ = false;
  bool by_migration_ = false;
  std::optional<Marker> marker_;
  std::vector<RowStatement> transaction_;

  std::vector<RowStatement> group_;
  Lsn group_end_ = 0;
  std::int64_t transactions_ = 0;
  ReplayReport report_;
};

} // namespace

Result<Lsn> end_of_writes(pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(
      session.execute(SqlText("BEGIN READ WRITE; SET LOCAL synchronous_commit = local;"
                              "SELECT pg_catalog.pg_logical_emit_message(true, 'slipway end', '')"),
                      wait));
  SLIPWAY_TRY(commit(session, wait));
  SLIPWAY_ASSIGN(
      const pg::Rows rows,
      session.query(SqlText("SELECT pg_catalog.pg_current_wal_flush_lsn()::text"), {}, wait));
  return lsn_from(rows.text(0, 0)).value_or(0);
}

Result<ReplayReport> apply_changes(pg::Session& origin, pg::Session& copy, ParkedTable& parked,
                                   const Maps& maps, const CarryMap& map,
                                   const ReplayRequest& request, const Wait& wait) {
  SLIPWAY_ASSIGN(const std::string time_zone, time_zone_of(origin, wait));
  Replayer replayer(copy, parked, maps, map, request, time_zone, wait);
  SLIPWAY_TRY(replayer.prepare());
  SLIPWAY_ASSIGN(auto stream, KeptStream::open(origin, request, wait));
  SLIPWAY_ASSIGN(const bool follows,
                 follows_copy(origin, request.follower, stream.reached(replayer.done()), wait));
  bool goes_on = false;
  if (follows || stream.has_spooled(replayer.done())) {
    SLIPWAY_ASSIGN(goes_on, replayer.go_on());
  }
  const TakeChange take = [&](const pgoutput::Change& change) { return replayer.take(change); };
  const Status read = goes_on
                          ? stream.read_slot(follows ? request.follower : request.slot, take, wait)
                          : stream.read(take, wait);
  Result<ReplayReport> report = read ? replayer.end() : Result<ReplayReport>(read.error());
  if (!report && copy.transaction_status() != pg::TransactionStatus::idle) roll_back(copy);
  if (report) report->from_follower = goes_on && follows;
  return report;
}

Status move_follower(pg::Session& origin, const ReplayRequest& request,
                     const ReplayReport& replayed, const Wait& wait) {
  if (request.follower.empty() || replayed.up_to == 0) return {};
  return advance_follower(origin, request.follower, replayed.up_to, wait);
}

Status note_compared(pg::Session& copy, const std::string& schema, std::int64_t run,
                     const Wait& wait) {
  const std::string place = quote_identifier(schema);
  SLIPWAY_TRY(copy.execute(SqlText(fmt::format(k_progress_table, place)), wait));
  SLIPWAY_TRY(copy.query(SqlText(fmt::format(k_progress, place)), {compared(run), "0/0"}, wait));
  return {};
}

Result<bool> was_compared(pg::Session& copy, const std::string& schema, std::int64_t run,
                          const Wait& wait) {
  const std::string place = quote_identifier(schema);
  SLIPWAY_TRY(copy.execute(SqlText(fmt::format(k_progress_table, place)), wait));
  SLIPWAY_ASSIGN(const pg::Rows rows,
                 copy.query(SqlText(fmt::format(k_done, place)), {compared(run)}, wait));
  return rows.size() == 1;
}

} // namespace slipway::replay
