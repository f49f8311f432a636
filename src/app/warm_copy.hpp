#pragma once

#include "slipway/app/context.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// A database of the server that a deploy has made to go back to.
struct WarmCopy {
  std::string name;
  std::string database; ///< that it is a copy of
  std::string capture;  ///< that it follows
};

/// What stands in the way of a second database and a second slot, before anything is made; those
/// `slots` that slipway has and will drop before are as good as free. Yields how much room the copy
/// takes, and whether there is so much, in words. Errors: unsupported, check_failed, with what to
/// do.
Result<std::string> check_warm_copy(pg::Session& session, std::int64_t slots, const Wait& wait);

/// Makes the copy of the backup, and the slot that follows it. Yields the copy's name. Errors: as
/// make_copy_of_backup; check_failed when there is a database of that name, which is not touched.
Result<std::string> make_warm_copy(const Context& context, pg::Session& session,
                                   const std::string& capture, const std::string& backup,
                                   const Wait& wait);

/// All of the server, by the setting that only they have.
Result<std::vector<WarmCopy>> warm_copies(pg::Session& session, const Wait& wait);
/// Empty when there is none.
Result<std::string> find_warm_copy(pg::Session& session, const std::string& capture,
                                   const Wait& wait);

/// Drops the one of that capture, whole or half made. A database that does not carry the mark is
/// none of ours, whatever its name is. Yields its name, if there was a whole one. Errors: sql.
Result<std::vector<std::string>> drop_warm_copy(pg::Session& session, const std::string& capture,
                                                const Wait& wait);
/// The same for all of this database, and what is half made of these captures.
Result<std::vector<std::string>>
drop_warm_copies(pg::Session& session, const std::vector<std::string>& captures, const Wait& wait);

} // namespace slipway::app
