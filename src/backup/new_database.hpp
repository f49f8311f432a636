#pragma once

#include "slipway/backup/manifest.hpp"
#include "slipway/backup/restore.hpp"

namespace slipway::backup {

/// What must be so of a server before a backup is restored there. Errors: check_failed, each by
/// name; then nothing was touched.
Status check_server(const Manifest& manifest, const RestoreRequest& request, pg::Session& server,
                    const Wait& wait);

/// Removes what an interrupted restore left, and makes the new database, empty, under its passing
/// name.
Status make_passing_database(const Manifest& manifest, const RestoreRequest& request,
                             pg::Session& server, const Wait& wait);

/// Gives it the settings of the backup's database and its name, in one transaction.
Status give_name(const Manifest& manifest, const RestoreRequest& request, pg::Session& server,
                 const Wait& wait);

/// Removes it, with the sessions in it.
Status drop_passing_database(const RestoreRequest& request, pg::Session& server, const Wait& wait);

} // namespace slipway::backup
