// The safe path where there is only one database. The order is that of safe_path.cpp; a change of
// names that nobody else sees yet stands for the copy.
#include "slipway/rollback/in_place.hpp"

#include "carry_history.hpp"
#include "carry_writes.hpp"
#include "in_place_fence.hpp"
#include "in_place_names.hpp"
#include "in_place_restore.hpp"

#include "slipway/history/store.hpp"
#include "slipway/locks/runner_lock.hpp"
#include "slipway/rollback/in_place_obstacles.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slipway::rollback {

namespace {

constexpr std::size_t k_shown = 5;
constexpr Millis k_lock_patience{10'000};
constexpr const char* k_sides_there = R"sql(
SELECT pg_catalog.count(*) FROM pg_catalog.pg_namespace AS n
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[])
)sql";

using Clock = std::chrono::steady_clock;

Millis passed_since(Clock::time_point moment) {
  return std::chrono::duration_cast<Millis>(Clock::now() - moment);
}

bool is_same(const std::vector<PlacedSchema>& one, const std::vector<PlacedSchema>& other) {
  return std::is_permutation(one.begin(), one.end(), other.begin(), other.end(),
                             [](const PlacedSchema& a, const PlacedSchema& b) {
                               return a.name == b.name && a.now == b.now && a.before == b.before;
                             });
}

class PathInPlace {
public:
  PathInPlace(const InPlaceRequest& request, const Wait& wait)
      : request_(request), path_(carrying(request)), wait_(wait), sides_(path_.history_schema) {
    report_.in_place = true;
  }

  Result<SafePathReport> take() {
    SLIPWAY_ASSIGN(auto origin, path_.open(path_.database, wait_));
    origin_.emplace(std::move(origin));
    SLIPWAY_TRY(look_around());
    SLIPWAY_ASSIGN(auto lock, locks::RunnerLock::acquire(*origin_, path_.history_schema,
                                                         k_lock_patience, path_.events, wait_));
    lock_.emplace(std::move(lock));
    SLIPWAY_TRY(history::Store(path_.history_schema).prepare(*origin_, wait_));
    SLIPWAY_TRY(sides_.prepare(*origin_, wait_));
    const auto began = Clock::now();
    SLIPWAY_TRY(restore());
    report_.restoring = passed_since(began);
    SLIPWAY_TRY(open_sessions());
    SLIPWAY_TRY(carry_ahead());
    path_reached(os::CrashPoint::writes_replayed);
    SLIPWAY_TRY(look());
    return behind_the_fence();
  }

private:
  // No slot is replayed: its stream tells of tables under the names that both sets have.
  static SafePathRequest carrying(const InPlaceRequest& request) {
    auto path = request.path;
    path.capture.clear();
    path.follower.clear();
    return path;
  }

  void say(std::string message) {
    path_.events.on_event(event::Note{.message = std::move(message)});
  }
  void warn(std::string message, std::string hint) {
    path_.events.on_event(event::Warning{.message = std::move(message), .hint = std::move(hint)});
  }
  void path_reached(os::CrashPoint point) {
    if (path_.crash != nullptr) path_.crash->reach(point);
  }

  Status look_around() {
    SLIPWAY_ASSIGN(const auto before, sides_.all(*origin_, wait_));
    for (const auto& one : before)
      if (one.run == path_.run && one.swapped)
        return fail(Error(ErrorCode::check_failed,
                          fmt::format("{} is there already: run {} was taken back before",
                                      one.kept_as.empty() ? one.name : one.kept_as, path_.run))
                        .with_state("nothing was changed")
                        .with_next("slipway status"));
    path_.leave_out = history::names_aside(before);
    for (const auto& one : path_.leave_out) path_.scope.leave_out.push_back(one);
    SLIPWAY_ASSIGN(
        const auto obstacles,
        obstacles_in_place(*origin_,
                           {.scope = path_.scope, .before = request_.before, .now = request_.now},
                           wait_));
    for (const auto& one : obstacles) {
      if (one.stops_it)
        return fail(
            Error(one.code, one.message).with_hint(one.hint).with_state("nothing was changed"));
      warn(one.message, one.hint);
    }
    SLIPWAY_ASSIGN(auto placed, placed_schemas(*origin_, path_.scope, *request_.before, wait_));
    names_.emplace(std::move(placed), path_.run);
    for (const auto& one : names_->kept_names()) path_.leave_out.push_back(one);
    for (const auto& one : names_->beside_names()) path_.leave_out.push_back(one);
    report_.broken = fmt::format("{}", fmt::join(names_->kept_names(), ", "));
    return {};
  }

  Status restore() {
    backup::SchemaRestoreRequest wanted{.schemas = names_before(names_->schemas()),
                                        .server_version = origin_->server_version()};
    for (const auto& one : names_->schemas())
      if (one.before && !one.now) wanted.to_make.push_back(one.name);
    SLIPWAY_ASSIGN(auto restored, request_.restore(wanted, wait_));
    restore_.emplace(std::move(restored));
    SLIPWAY_ASSIGN(auto there, sides_.of(*origin_, path_.run, wait_));
    SLIPWAY_ASSIGN(const bool whole, is_to_be_gone_on_with(there));
    if (whole) {
      say(fmt::format("going on with {}, which is restored already",
                      fmt::join(names_->beside_names(), ", ")));
    } else {
      if (!there.empty()) SLIPWAY_TRY(drop_beside(request_, *origin_, there, wait_));
      say(fmt::format("restoring the backup as {}", fmt::join(names_->beside_names(), ", ")));
      SLIPWAY_TRY(restore_beside(in_scope(), *names_, *restore_, wait_));
      SLIPWAY_ASSIGN(there, sides_.of(*origin_, path_.run, wait_));
    }
    if (!there.empty()) foreign_keys_ = there.front().foreign_keys;
    return {};
  }

  // The schemas that there are may be others than when it was interrupted.
  Result<bool> is_to_be_gone_on_with(const std::vector<history::SideSchema>& there) {
    if (there.empty() || !is_same(placed_schemas(there), names_->schemas())) return false;
    if (there.front().backup != request_.backup) return false;
    const auto names = names_->beside_names();
    SLIPWAY_ASSIGN(const auto rows,
                   origin_->query(SqlText(k_sides_there), {text_array(names)}, wait_));
    return rows.integer(0, 0) == static_cast<std::int64_t>(names.size());
  }

  InPlaceRequest in_scope() const {
    return {.path = path_,
            .backup = request_.backup,
            .before = request_.before,
            .now = request_.now,
            .restore = request_.restore};
  }

  Status open_sessions() {
    SLIPWAY_ASSIGN(auto work, path_.open(path_.database, wait_));
    work_.emplace(std::move(work));
    parked_.emplace(*work_, path_.history_schema, std::to_string(path_.run));
    SLIPWAY_TRY(parked_->create(wait_));
    writes_.emplace(path_, *origin_, *work_, *parked_, wait_);
    return {};
  }

  /// Between begin and commit the restored schemas have the names, for this session alone.
  template<class Act>
  Status with_names(Act act) {
    SLIPWAY_TRY(names_->begin(*work_, wait_));
    auto done = act();
    if (done) done = names_->give_back(*work_, wait_);
    return finish(std::move(done));
  }

  Status finish(Status done) {
    if (done) {
      SLIPWAY_TRY(work_->execute(SqlText("COMMIT"), wait_));
      return {};
    }
    if (work_->usable()) {
      [[maybe_unused]] const auto ended = work_->execute(SqlText("ROLLBACK"), wait_);
    }
    return done;
  }

  // What takes long is done while the application still works.
  Status carry_ahead() {
    say("carrying over what was written since the backup");
    const auto began = Clock::now();
    const auto carry = [&]() -> Status {
      SLIPWAY_TRY(writes_->prepare());
      SLIPWAY_TRY(writes_->carry(report_));
      return settle();
    };
    SLIPWAY_TRY(with_names(carry));
    report_.carrying = passed_since(began);
    return {};
  }

  Status look() {
    say("comparing every row of both schemas");
    const auto began = Clock::now();
    SLIPWAY_ASSIGN(auto witness, path_.open(path_.database, wait_));
    SLIPWAY_TRY(with_names([&] { return writes_->look(witness, report_); }));
    report_.comparing = passed_since(began);
    return {};
  }

  Status settle() {
    SLIPWAY_ASSIGN(report_.reconciled, replay::reconcile(*origin_, *work_, *parked_, writes_->map(),
                                                         {.snapshot = path_.snapshot,
                                                          .seen = writes_->parked_until(),
                                                          .not_carried = &writes_->not_carried(),
                                                          .in_one_database = true,
                                                          .foreign_keys = foreign_keys_,
                                                          .leave_out = path_.leave_out},
                                                         wait_));
    return {};
  }

  Result<SafePathReport> behind_the_fence() {
    const auto closed = Clock::now();
    say("locking all tables against writing");
    SLIPWAY_ASSIGN(auto session, path_.open(path_.database, wait_));
    SLIPWAY_ASSIGN(auto fence,
                   InPlaceFence::put_up(std::move(session), names_now(names_->schemas()), wait_));
    path_reached(os::CrashPoint::database_closed);
    SLIPWAY_TRY(names_->begin(*work_, wait_));
    SLIPWAY_TRY(finish(last_steps()));
    path_reached(os::CrashPoint::swapped);
    SLIPWAY_TRY(end_those_from_before());
    fence.take_away();
    report_.closed = passed_since(closed);
    return std::move(report_);
  }

  Status last_steps() {
    SLIPWAY_TRY(writes_->carry(report_));
    SLIPWAY_TRY(settle());
    SLIPWAY_TRY(compare());
    say("putting back foreign keys and triggers");
    SLIPWAY_TRY(restore_->add_rest(*work_, wait_));
    SLIPWAY_TRY(check_fingerprint(in_scope(), *names_, *work_, wait_));
    SLIPWAY_TRY(take_back_history(*work_, path_.history_schema, path_.run, path_.wanted_fingerprint,
                                  wait_));
    SLIPWAY_TRY(sides_.set_swapped(*work_, path_.run, wait_));
    SLIPWAY_ASSIGN(report_.parked, parked_->count(wait_));
    path_reached(os::CrashPoint::swap_ready);
    SLIPWAY_ASSIGN(const auto left, end_older_sessions(*origin_, {}, wait_));
    if (left > 0)
      warn(fmt::format("{} session{} of other roles could not be asked to go", left,
                       left == 1 ? "" : "s"),
           "a transaction of theirs in isolation level REPEATABLE READ should be ended by hand");
    return {};
  }

  // Whoever came while the last one went was too early as well.
  Status end_those_from_before() {
    SLIPWAY_ASSIGN(const auto now,
                   origin_->query(SqlText("SELECT pg_catalog.clock_timestamp()::text"), {}, wait_));
    SLIPWAY_TRY(end_older_sessions(*origin_, std::string(now.text(0, 0)), wait_));
    return {};
  }

  Status compare() {
    say("comparing what changed since");
    SLIPWAY_ASSIGN(report_.verified, writes_->prove(report_));
    if (report_.verified.is_good()) return {};
    Error error(ErrorCode::check_failed,
                "what was restored is not the broken database with the old schema: rows differ, "
                "and nothing says why");
    for (const auto& one : report_.verified.unexplained) {
      if (error.notes.size() == k_shown) break;
      error.notes.push_back(fmt::format("{} {}: {}", one.table.quoted(), one.key,
                                        one.in_copy && one.in_new ? "other values"
                                        : one.in_copy             ? "only in what was restored"
                                                                  : "not in what was restored"));
    }
    for (const auto& one : report_.verified.unchecked) error.notes.push_back(one);
    return fail(std::move(error).with_state(
        fmt::format("{} is open and as it was; {} stay to be looked at", path_.database,
                    fmt::join(names_->beside_names(), ", "))));
  }

  const InPlaceRequest& request_;
  SafePathRequest path_;
  const Wait wait_;
  const history::SideSchemas sides_;
  std::optional<InPlaceNames> names_;
  std::optional<backup::SchemaRestore> restore_;
  std::string foreign_keys_;
  std::optional<pg::Session> origin_;
  std::optional<locks::RunnerLock> lock_;
  std::optional<pg::Session> work_;
  std::optional<replay::ParkedTable> parked_;
  std::optional<CarryWrites> writes_;
  SafePathReport report_;
};

} // namespace

Result<SafePathReport> take_path_in_place(const InPlaceRequest& request, const Wait& wait) {
  return PathInPlace(request, wait).take();
}

} // namespace slipway::rollback
