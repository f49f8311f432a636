#pragma once

#include "in_place_names.hpp"

#include "slipway/rollback/in_place.hpp"

namespace slipway::rollback {

/// Makes the restored schemas stand beside the broken ones, whole and compared with the backup, or
/// not at all: it is one transaction. Errors: check_failed when they are not what the backup says,
/// or their schema is not the one from before the run; as backup::SchemaRestore.
Status restore_beside(const InPlaceRequest& request, const InPlaceNames& names,
                      const backup::SchemaRestore& restore, const Wait& wait);

/// Reads the schema that the session sees, without what stands aside, and refuses another one than
/// the wanted. Errors: check_failed.
Status check_fingerprint(const InPlaceRequest& request, const InPlaceNames& names,
                         pg::Session& session, const Wait& wait);

/// Drops restored schemas that nobody can go on with. Errors: sql.
Status drop_beside(const InPlaceRequest& request, pg::Session& session,
                   const std::vector<history::SideSchema>& sides, const Wait& wait);

} // namespace slipway::rollback
