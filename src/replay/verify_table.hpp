#pragma once

#include "slipway/replay/verify.hpp"

namespace slipway::replay {

/// Compares one table into the report. Both sessions are inside of a transaction.
Status verify_table(pg::Session& origin, pg::Session& copy, const std::vector<ParkedRow>& parked,
                    const CarriedTable& table, const VerifyRequest& request, VerifyReport& report,
                    const Wait& wait);

} // namespace slipway::replay
