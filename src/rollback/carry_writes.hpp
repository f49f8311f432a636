#pragma once

#include "slipway/replay/capture_keys.hpp"
#include "slipway/replay/capture_slot.hpp"
#include "slipway/replay/captured_keys.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <set>

namespace slipway::rollback {

/// What was written since the backup, from the broken database into the copy: from the slot that
/// kept it, or by the keys that triggers noted, where there is one or the other; by comparing the
/// two databases else, and for tables that neither can tell of.
class CarryWrites {
public:
  /// All must outlive this.
  CarryWrites(const SafePathRequest& request, pg::Session& origin, pg::Session& copy,
              replay::ParkedTable& parked, const Wait& wait)
      : request_(request), origin_(origin), copy_(copy), parked_(parked), wait_(wait),
        follower_(request.follower) {}

  /// Errors: as replay::make_carry_map; check_failed for what no rule can carry.
  Status prepare();
  /// To be called again: a later time finds only what came since. Errors: as replay::apply_changes
  /// and replay::sync_state.
  Status carry(SafePathReport& report);
  /// Carries over once more and compares every row, while others may write: what they do meanwhile
  /// shows as a difference, which is looked at again by `prove`. `witness` is another session in
  /// the broken database. Errors: as carry, and replay::verify.
  Status look(pg::Session& witness, SafePathReport& report);
  /// Compares what changed since `look`, when nobody writes any more. What triggers did not see is
  /// found here, and then carried over by comparing. Errors: as carry, and replay::verify.
  Result<replay::VerifyReport> prove(SafePathReport& report);
  /// Lets the next time decode only what comes from here on: with a second slot of the same stream,
  /// where the server has one to give; without it the next time takes longer, and no more.
  void go_on_from_here(const SafePathReport& report);
  /// What the slot has, and nothing else; then the follower is moved on. Errors: as carry.
  Result<replay::ReplayReport> follow();
  const replay::CarryMap& map() const { return map_; }
  /// What the migration itself wrote.
  const replay::MigrationRows& not_carried() const { return explained_.migration_rows; }
  /// Until when tables of the new schema alone have been parked; empty: not yet.
  const std::string& parked_until() const { return compared_until_; }

private:
  Status carry(const replay::ReadView& origin, SafePathReport& report);
  Status replay_slot(SafePathReport& report);
  replay::ReplayRequest replay_request() const;
  Result<replay::ReplayReport> replay(replay::ReplayRequest& request);
  Status compare(const replay::ReadView& origin, const replay::CarryMap& some,
                 SafePathReport& report);
  Result<replay::CarryMap> not_in_stream();
  Status carry_keys(const replay::ReadView& origin, SafePathReport& report);
  Status compare_late(const replay::ReadView& origin, const replay::CarryMap& rest,
                      SafePathReport& report);
  Result<bool> compare_unseen(const replay::ReadView& origin, const replay::VerifyReport& verified,
                              SafePathReport& report);
  static void count(const replay::SyncReport& carried, SafePathReport& report);
  bool has_no_rows(const replay::CarriedTable& table) const;

  const SafePathRequest& request_;
  pg::Session& origin_;
  pg::Session& copy_;
  replay::ParkedTable& parked_;
  const Wait& wait_;
  std::string follower_; ///< the second slot; empty: there is none
  replay::Maps maps_;
  replay::CarryMap map_;
  replay::VerifyRequest explained_;
  bool from_slot_ = false;
  bool from_keys_ = false;
  std::string noted_until_;          ///< the view until which keys have been carried
  std::set<QualifiedName> compared_; ///< tables that are not carried by their keys
  std::string compared_until_;       ///< the view of the last comparison; empty: there was none
  replay::Seen seen_;
};

} // namespace slipway::rollback
