#pragma once

#include "slipway/schema/schema.hpp"

namespace slipway::schema {

/// The schema with the names of secrets and without their digests: for what leaves the database,
/// where a digest could be tried out at leisure, and for fingerprints, which must not depend on a
/// salt.
Schema without_secrets(Schema schema);

} // namespace slipway::schema
