#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/doctor.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/capture_record.hpp"
#include "slipway/spool/spool.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// deploy.spool_folder, from the root.
std::string folder_for_spools(const Context& context);

/// The place for the spool of that capture, which is written down in its record, so that nobody
/// spools it to another place. Errors: check_failed when that was done already; sql.
Result<spool::Place> claim_spool(const Context& context, pg::Session& session,
                                 const replay::CaptureRecord& capture, const Wait& wait);

/// Whether a capture was spooled, and can be read here from its beginning on.
struct UsableSpool {
  bool there = false;
  std::string obstacle; ///< empty: none
};
/// Reads all of it. Errors: sql.
Result<UsableSpool> usable_spool(const Context& context, pg::Session& session,
                                 const replay::CaptureRecord& capture, const Wait& wait);

/// Drops the spools of this database that are here and belong to no capture. Yields their folders.
/// Errors: sql; io.
Result<std::vector<std::string>> drop_spools_of_nobody(const Context& context, pg::Session& session,
                                                       const Wait& wait);
/// Before the record of a capture goes: says where a spool of it is that is not here.
void tell_spools_elsewhere(const Context& context, const replay::CaptureRecord& capture);

/// What `doctor` says of them. Errors: sql.
Result<std::vector<Diagnosis>> find_spools(const Context& context, pg::Session& session,
                                           const std::vector<replay::CaptureRecord>& captures,
                                           const Wait& wait);

} // namespace slipway::app
