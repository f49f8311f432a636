#pragma once

#include "slipway/app/migrations.hpp"
#include "slipway/app/rollback.hpp"
#include "slipway/app/way_back_outlook.hpp"
#include "slipway/backup/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

struct DeployReport {
  std::optional<std::string>
      backup; ///< its name; none when deploy.backup is off, or nothing is pending
  RunReport run;
  /// The slot, or the triggers, that stay armed; empty: there is none, or none any more.
  std::string capture;
  bool by_triggers = false;       ///< it is no slot
  std::string copy;               ///< the database that was kept in step with it, likewise
  std::string capture_why;        ///< nothing was captured
  bool confirmed = false;         ///< the bake has passed
  std::int64_t health_checks = 0; ///< made; 0 when none is configured
  WayBackOutlook outlook;         ///< from before anything was done; empty without deploy.predict
};

/// How what is written after the backup would be kept.
struct CaptureOutlook {
  std::string kind; ///< "none", "slot", "spool", "warm", "trigger"
  std::string why;  ///< there is none, or what the deploy would be refused for
  std::string hint;
  std::string room; ///< what it takes: a copy on the disk, triggers on tables
  bool is_refused = false;
};

/// What a deploy would do, and what of it could not be taken back.
struct DeployOutlook {
  plan::Plan plan;
  CaptureOutlook capture; ///< of nothing pending: none
  WayBackOutlook way_back;
};
/// Looks, and changes nothing. Errors: as plan_of_up and look_at_way_back.
Result<DeployOutlook> look_before_deploy(const Context& context);

/// Whether the backup holds everything, or what the plan could take away.
enum class Full { no, yes };

/// Capture of writes, backup, `up`, the hook that brings the new version of the application, health
/// checks, the bake; when anything after the backup fails, a rollback of just this run, the hook
/// that brings the previous version back, and the alert. A bake that is stopped on request is no
/// reason to roll back. Errors: lock_timeout when another deploy is under way; rolled_back when the
/// database is as it was; part_way when the rollback failed, too, or a person must do something
/// first; before anything was changed as create_backup and up.
Result<DeployReport> deploy(const Context& context, Full full = Full::no);

/// What confirming did.
struct Confirmed {
  std::vector<std::string> dropped; ///< names of databases, slots and triggers
  /// The newest run that has something in the trash; 0: there is nothing in it.
  std::int64_t trash_run = 0;
  std::vector<std::string> trash;   ///< what that run has put aside, and is still there
  std::vector<std::string> emptied; ///< likewise, and was dropped now
};

/// Ends what a deploy left armed: nobody will go back over it. With trash.empty_at_confirm what its
/// run has put aside is dropped, too, as empty_trash does. Errors: lock_timeout while a deploy
/// or another runner is under way; part_way when somebody reads from the slot; sql, connection.
Result<Confirmed> confirm_deploy(const Context& context);

/// A capture that is still wanted, or may be.
struct KeptCapture {
  std::string name;
  std::string why;
};

/// What deploys have left on the server, and what became of it.
struct CaptureWatch {
  std::string busy; ///< why nothing was looked at: another slipway is at work; empty: it was
  std::vector<KeptCapture> kept;
  std::vector<std::string> dropped; ///< names of databases, slots and triggers
  std::vector<std::string> alarms;  ///< slots that are lost, or soon will be
};

/// Drops slots and copies that a deploy left and that nobody confirmed for deploy.grace. To be
/// called by a timer; one that another slipway keeps from looking has nothing to complain of.
/// Errors: part_way when somebody reads from a slot; sql, connection.
Result<CaptureWatch> watch_captures(const Context& context);

} // namespace slipway::app
