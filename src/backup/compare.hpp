#pragma once

#include "slipway/backup/restore.hpp"

namespace slipway::backup {

/// As compare_with_manifest; `model` is the text of the part with the schema.
Result<Comparison> compare_database(const Manifest& manifest, const std::string& model,
                                    const pg::ConnectOptions& database, int jobs, const Wait& wait);

} // namespace slipway::backup
