#pragma once

#include "slipway/app/rollback.hpp"

#include "slipway/backup/catalogue.hpp"
#include "slipway/os/crash_plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <memory>
#include <optional>

namespace slipway::app {

/// The newest whole backup of the database from before the run. Nothing when there is none, or the
/// store cannot be read; that is told as a warning.
std::optional<backup::Listed> backup_before(const Context& context,
                                            const rollback::Assessment& assessment);

/// All that the safe path needs to know; it must outlive whoever takes it, and the context must
/// outlive it.
struct SafePathScene {
  pg::ConnectOptions options;
  std::string control;
  os::CrashPlan crash;
  backup::Manifest backup;
  std::optional<rollback::SafePathRequest> request;
};
/// Errors: as take_safe_path.
Result<std::unique_ptr<SafePathScene>> set_safe_path(const Context& context,
                                                     const rollback::Assessment& assessment,
                                                     const backup::Manifest& backup,
                                                     EventSink& events);

struct WhereFrom {
  pg::ConnectOptions options; ///< of the target
  std::string control;        ///< another database of its server
};
/// Makes a database of a backup, with the settings that the manifest says; it has the name when it
/// is whole. Errors: as backup::restore and backup::restore_from_copy.
Status make_copy_of_backup(const Context& context, const backup::Manifest& backup,
                           const WhereFrom& from, const std::string& name, const Wait& wait);

/// Takes the safe path over that backup. Errors: as rollback::take_safe_path; check_failed when the
/// history does not hold what is needed to follow renames.
Result<rollback::SafePathReport> take_safe_path(const Context& context,
                                                const rollback::Assessment& assessment,
                                                const backup::Manifest& backup);

/// Opens the target, and where a rollback was killed while it was closed opens it again for all.
Result<pg::Session> open_or_reopen(const Context& context, const Wait& wait);

} // namespace slipway::app
