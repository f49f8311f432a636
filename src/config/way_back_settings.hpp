#pragma once

#include "slipway/config/config.hpp"

#include <vector>

namespace slipway::config {

std::vector<Setting> backup_settings();
/// Those of `slipway deploy` and of the runbook.
std::vector<Setting> deploy_settings();
std::vector<Setting> rollback_settings();

} // namespace slipway::config
