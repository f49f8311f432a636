#pragma once

#include "slipway/replay/verify.hpp"
#include "stage.hpp"

namespace slipway::replay {

/// Both sides of a comparison; each session is inside of a transaction.
struct VerifyScene {
  pg::Session& origin;
  pg::Session& copy;
  const VerifyRequest& request;
  /// What an earlier comparison saw, with what has been written since: on `slipway_row`, and on
  /// `o`. None: every row is compared.
  const Seen* seen = nullptr;
  WrittenSince written_in_new = {};
  WrittenSince written_in_copy = {};
};

/// Compares one table into the report.
Status verify_table(const VerifyScene& scene, const std::vector<ParkedRow>& parked,
                    const CarriedTable& table, VerifyReport& report, const Wait& wait);

} // namespace slipway::replay
