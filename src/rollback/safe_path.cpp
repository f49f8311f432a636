// The order of rollback by restore: everything slow happens while the database is still open.
#include "slipway/rollback/safe_path.hpp"

#include "carry_history.hpp"
#include "carry_writes.hpp"
#include "prepare_copy.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/locks/runner_lock.hpp"
#include "slipway/pg/fence.hpp"
#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/loosen.hpp"
#include "slipway/rollback/obstacles.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/redact.hpp"

#include <chrono>
#include <fmt/format.h>
#include <optional>

namespace slipway::rollback {

namespace {

/// The server's 63, and room for what a restore in progress adds.
constexpr std::size_t k_longest_name = 51;
constexpr std::size_t k_digest = 8;
constexpr std::size_t k_shown = 5;
constexpr Millis k_lock_patience{10'000};

std::string with_ending(const std::string& database, const std::string& ending) {
  if (database.size() + ending.size() <= k_longest_name) return database + ending;
  // Names that differ only where one is cut off are still two names.
  return database.substr(0, k_longest_name - ending.size() - k_digest - 1) + "_" +
         sha256_hex(database).substr(0, k_digest) + ending;
}

Millis passed_since(std::chrono::steady_clock::time_point moment) {
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - moment);
}

class SafePath {
public:
  SafePath(const SafePathRequest& request, const Wait& wait)
      : request_(request), wait_(wait),
        copy_name_(request.kept_copy.empty() ? copy_name(request.database, request.run)
                                             : request.kept_copy),
        run_text_(std::to_string(request.run)) {
    report_.broken = broken_name(request.database, request.run);
  }

  Result<SafePathReport> take() {
    SLIPWAY_ASSIGN(auto control, request_.open(request_.control, wait_));
    control_.emplace(std::move(control));
    SLIPWAY_TRY(reopen_after_crash());
    SLIPWAY_ASSIGN(const auto obstacles,
                   obstacles_to_safe_path(*control_, request_.database, wait_));
    SLIPWAY_TRY(heed(obstacles));
    SLIPWAY_TRY(check_rights());
    const auto began = std::chrono::steady_clock::now();
    SLIPWAY_TRY(make_copy());
    report_.restoring = passed_since(began);
    SLIPWAY_TRY(connect_both());
    SLIPWAY_TRY(make_ready());
    SLIPWAY_ASSIGN(const auto tables, tables_to_know_of(*origin_, request_.history_schema, wait_));
    SLIPWAY_TRY(heed(tables));
    // What takes long is done while the application still works; the second time there is little
    // left.
    say(request_.capture.empty()
            ? std::string("carrying over what was written since the backup")
            : fmt::format("replaying what {} has kept since the backup", request_.capture));
    const auto carrying = std::chrono::steady_clock::now();
    SLIPWAY_TRY(writes_->carry(report_));
    report_.carrying = passed_since(carrying);
    writes_->go_on_from_here(report_);
    reach(os::CrashPoint::writes_replayed);
    SLIPWAY_TRY(look());
    return behind_the_fence();
  }

private:
  void say(std::string message) {
    request_.events.on_event(event::Note{.message = std::move(message)});
  }

  Status heed(const std::vector<Obstacle>& obstacles) {
    for (const auto& one : obstacles) {
      if (one.stops_it)
        return fail(
            Error(one.code, one.message).with_hint(one.hint).with_state("nothing was changed"));
      request_.events.on_event(event::Warning{.message = one.message, .hint = one.hint});
    }
    return {};
  }

  // A restore may take an hour.
  Status check_rights() {
    SLIPWAY_ASSIGN(auto session, request_.open(request_.database, wait_));
    return replay::check_may_carry(session, wait_);
  }

  Status reopen_after_crash() {
    SLIPWAY_ASSIGN(const auto fenced, pg::fenced_databases(*control_, wait_));
    for (const auto& one : fenced) {
      if (one.database != request_.database) continue;
      say(fmt::format("{} was still closed ({}); it is open again", one.database, one.note));
      SLIPWAY_TRY(pg::lift_forgotten_fence(*control_, one.database, wait_));
    }
    return {};
  }

  Result<bool> is_there(const std::string& database) {
    SLIPWAY_ASSIGN(const auto rows,
                   control_->query(SqlText("SELECT EXISTS (SELECT FROM pg_catalog.pg_database AS d "
                                           "WHERE d.datname OPERATOR(pg_catalog.=) $1::name)"),
                                   {database}, wait_));
    return rows.boolean(0, 0);
  }

  Status make_copy() {
    SLIPWAY_ASSIGN(const bool kept, is_there(report_.broken));
    if (kept)
      return fail(Error(ErrorCode::check_failed,
                        fmt::format("{} is there already: run {} was taken back before",
                                    report_.broken, request_.run))
                      .with_state("nothing was changed")
                      .with_next("slipway status"));
    SLIPWAY_ASSIGN(const bool there, is_there(copy_name_));
    if (there) {
      report_.over_kept_copy = !request_.kept_copy.empty();
      say(fmt::format("going on with {}, which is {} already", copy_name_,
                      request_.kept_copy.empty() ? "restored" : "kept in step"));
      return {};
    }
    say(fmt::format("restoring the backup as {}", copy_name_));
    return request_.make_copy(copy_name_, wait_);
  }

  Status connect_both() {
    SLIPWAY_ASSIGN(auto origin, request_.open(request_.database, wait_));
    SLIPWAY_ASSIGN(auto copy, request_.open(copy_name_, wait_));
    origin_.emplace(std::move(origin));
    SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(*origin_, request_.history_schema,
                                                         k_lock_patience, request_.events, wait_));
    lock_.emplace(std::move(lock));
    copy_.emplace(std::move(copy));
    SLIPWAY_TRY(prepare_copy(request_, *copy_, wait_));
    parked_.emplace(*copy_, request_.history_schema, run_text_);
    SLIPWAY_TRY(parked_->create(wait_));
    writes_.emplace(request_, *origin_, *copy_, *parked_, wait_);
    return writes_->prepare();
  }

  // One that is loosened was looked at before.
  Status make_ready() {
    SLIPWAY_ASSIGN(const bool loosened,
                   replay::is_loosened(*copy_, request_.history_schema, wait_));
    if (!loosened) SLIPWAY_TRY(check_schema());
    SLIPWAY_ASSIGN(is_loosened_, replay::loosen(*copy_, request_.history_schema, wait_));
    return {};
  }

  Status tighten() {
    if (!is_loosened_) return {};
    say("putting triggers and foreign keys back");
    SLIPWAY_TRY(replay::tighten(*copy_, request_.history_schema, wait_));
    return check_schema();
  }

  // Before anything is carried: an old schema that is another one is no way back.
  Status check_schema() {
    auto scope = request_.scope;
    SLIPWAY_ASSIGN(auto schema, inspect::read_schema(*copy_, scope, wait_));
    const auto found = schema::fingerprint(schema::without_secrets(std::move(schema))).text();
    if (found == request_.wanted_fingerprint) return {};
    return fail(Error(ErrorCode::check_failed,
                      fmt::format("the schema of {} is not the one from before run {}", copy_name_,
                                  request_.run))
                    .with_hint("the backup is of another moment; `slipway backup list` shows "
                               "them")
                    .with_state(fmt::format("{} is as it was; {} stays to be looked at",
                                            request_.database, copy_name_)));
  }

  // What a look at every row takes, the database is not closed for.
  Status look() {
    say("comparing every row of both databases");
    const auto began = std::chrono::steady_clock::now();
    SLIPWAY_ASSIGN(auto witness, request_.open(request_.database, wait_));
    SLIPWAY_TRY(writes_->look(witness, report_));
    SLIPWAY_ASSIGN(ahead_, replay::reconcile_ahead(*origin_, *copy_, request_.snapshot, wait_));
    report_.comparing = passed_since(began);
    return {};
  }

  Result<SafePathReport> behind_the_fence() {
    const auto closed = std::chrono::steady_clock::now();
    const auto note = fmt::format("rollback of run {}", request_.run);
    say(fmt::format("closing {}", request_.database));
    SLIPWAY_ASSIGN(auto fence, pg::Fence::put_up(*control_, request_.database, note,
                                                 origin_->backend_pid(), wait_));
    reach(os::CrashPoint::database_closed);
    SLIPWAY_TRY(writes_->carry(report_));
    SLIPWAY_ASSIGN(report_.reconciled, replay::reconcile(*origin_, *copy_, *parked_, writes_->map(),
                                                         {.snapshot = request_.snapshot,
                                                          .seen = writes_->parked_until(),
                                                          .not_carried = &writes_->not_carried(),
                                                          .ahead = std::move(ahead_)},
                                                         wait_));
    SLIPWAY_TRY(compare());
    SLIPWAY_TRY(tighten());
    SLIPWAY_TRY(carry_history(*origin_, *copy_, request_.history_schema, request_.run,
                              request_.wanted_fingerprint, wait_));
    SLIPWAY_ASSIGN(report_.parked, parked_->count(wait_));
    SLIPWAY_TRY(swap());
    fence.forget();
    report_.closed = passed_since(closed);
    drop_slots();
    return std::move(report_);
  }

  Status compare() {
    say("comparing what changed since");
    SLIPWAY_ASSIGN(report_.verified, writes_->prove(report_));
    if (report_.verified.is_good()) return {};
    Error error(ErrorCode::check_failed,
                "the copy is not the broken database with the old schema: rows differ, and nothing "
                "says why");
    for (const auto& one : report_.verified.unexplained) {
      if (error.notes.size() == k_shown) break;
      error.notes.push_back(fmt::format("{} {}: {}", one.table.quoted(), one.key,
                                        one.in_copy && one.in_new ? "other values"
                                        : one.in_copy             ? "only in the copy"
                                                                  : "not in the copy"));
    }
    for (const auto& one : report_.verified.unchecked) error.notes.push_back(one);
    return fail(std::move(error).with_state(fmt::format(
        "{} is open and as it was; {} stays to be looked at", request_.database, copy_name_)));
  }

  // In one transaction, so that there is always a database of the name. Nobody is connected to
  // either when it begins: our own sessions go first.
  Status swap() {
    reach(os::CrashPoint::swap_ready);
    writes_.reset();
    parked_.reset();
    lock_.reset();
    origin_.reset();
    copy_.reset();
    const auto name = quote_identifier(request_.database);
    const auto broken = quote_identifier(report_.broken);
    const auto copy = quote_identifier(copy_name_);
    SLIPWAY_ASSIGN(const auto take_note_off,
                   pg::take_fence_note_off(*control_, request_.database, report_.broken, wait_));
    // Only a copy that a deploy keeps in step is marked, and who may not mark one may not do this.
    const auto take_mark_off = request_.kept_copy.empty()
                                   ? std::string()
                                   : fmt::format(" ALTER DATABASE {} RESET {};", copy, k_copy_mark);
    const SqlText text(fmt::format(
        "BEGIN;{4} ALTER DATABASE {0} RENAME TO {1}; ALTER DATABASE {2} RENAME TO {0}; "
        "ALTER DATABASE {1} SET default_transaction_read_only = on;{5} ALTER DATABASE {1} WITH "
        "ALLOW_CONNECTIONS true; COMMENT ON DATABASE {1} IS {3}; COMMIT",
        name, broken, copy,
        quote_literal(fmt::format("kept by slipway: what run {} broke", request_.run)),
        take_mark_off, take_note_off));
    auto swapped = control_->execute(text, wait_);
    if (swapped) {
      reach(os::CrashPoint::swapped);
      return {};
    }
    if (control_->usable()) SLIPWAY_TRY(control_->execute(SqlText("ROLLBACK"), wait_));
    return fail(std::move(swapped).error().with_hint(
        "renaming needs the ownership of the database and CREATEDB"));
  }

  // They would keep the write-ahead log for a database that nobody writes to any more.
  void drop_slots() {
    if (request_.capture.empty()) return;
    if (replay::is_key_capture(request_.capture))
      return drop_triggers(request_, report_.broken, wait_);
    // Also the one of a copy that was lost.
    for (const auto& slot : {replay::follower_name(request_.capture), request_.capture}) {
      if (const auto dropped = replay::drop_slot(*control_, slot, wait_); !dropped)
        request_.events.on_event(event::Warning{
            .message = fmt::format("the slot {} is still there: {}", slot, dropped.error().message),
            .hint = "slipway deploy confirm"});
    }
  }

  void reach(os::CrashPoint point) {
    if (request_.crash != nullptr) request_.crash->reach(point);
  }

  const SafePathRequest& request_;
  const Wait wait_;
  const std::string copy_name_;
  const std::string run_text_;
  std::optional<pg::Session> control_;
  std::optional<pg::Session> origin_;
  std::optional<locks::RunnerLock> lock_;
  std::optional<pg::Session> copy_;
  std::optional<replay::ParkedTable> parked_;
  std::optional<CarryWrites> writes_;
  replay::ReconciledAhead ahead_;
  bool is_loosened_ = false;
  SafePathReport report_;
};

} // namespace

std::string copy_name(const std::string& database, std::int64_t run) {
  return with_ending(database, fmt::format("__pre_{}", run));
}

std::string broken_name(const std::string& database, std::int64_t run) {
  return with_ending(database, fmt::format("__broken_{}", run));
}

std::string kept_copy_name(const std::string& database, const std::string& after_run) {
  return with_ending(database, "__warm_" + after_run);
}

Result<SafePathReport> take_safe_path(const SafePathRequest& request, const Wait& wait) {
  return SafePath(request, wait).take();
}

} // namespace slipway::rollback
