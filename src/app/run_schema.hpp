#pragma once

#include "slipway/app/context.hpp"
#include "slipway/history/snapshots.hpp"

#include <cstdint>

namespace slipway::app {

/// Notes on a run that begins what the schema is, and tells when somebody else has changed it since
/// the run before. Never fails the run: what does not work is a warning.
void note_schema_before(const Context& context, pg::Session& session, std::int64_t run,
                        const Wait& wait);

/// Keeps a snapshot of the schema as the run leaves it. Never fails the run, either.
void keep_schema_after(const Context& context, pg::Session& session, std::int64_t run,
                       const Wait& wait);

} // namespace slipway::app
