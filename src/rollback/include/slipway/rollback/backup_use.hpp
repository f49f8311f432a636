#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/replay/relation_map.hpp"
#include "slipway/rollback/assessment.hpp"

#include <optional>
#include <string>

namespace slipway::rollback {

/// Why a backup cannot be what the safe path of a run goes over; nothing when it can. It must be of
/// the database and from before the run, by the run's number that it noted, and hold all rows, or
/// have been made for just the migrations of the run. Pure.
std::optional<std::string> why_no_use(const backup::Manifest& backup, const Assessment& assessment);

/// Whether the first of two backups of one database is the later one: by runs, by the place in the
/// write-ahead log where that is the same cluster's, and by their names at last.
bool is_later(const backup::Manifest& one, const backup::Manifest& other);

/// Whether every table without rows in the backup is whole in the live database, which then has its
/// rows: there by its number, with all of its columns as they were. Errors: check_failed with what
/// is missing.
Status check_live_rows(const backup::Manifest& backup, const replay::RelationMap& before,
                       const replay::RelationMap& now);

} // namespace slipway::rollback
