#pragma once

#include "slipway/backup/catalogue.hpp"

#include <set>
#include <string>

namespace slipway::backup {

/// Reads what is noted beside a backup's manifest. `files` are those of its folder.
Status read_marks(Store& store, const std::set<std::string>& files, Listed& listed,
                  const Wait& wait);

Status write_verified(Store& store, const std::string& name, const Verified& verified,
                      const Wait& wait);

} // namespace slipway::backup
