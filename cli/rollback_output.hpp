#pragma once

#include "slipway/app/rollback.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slipway::cli {

/// The assessment and the branches of the decision tree, for somebody who is asked to agree.
std::string outlook_text(const app::RollbackOutlook& outlook);
/// What was done and what shows it.
std::string rollback_text(const app::RollbackOutlook& outlook, const app::RollbackReport& report);

/// The whole as a document; `report` is null when nothing was carried out.
nlohmann::ordered_json rollback_json(const app::RollbackOutlook& outlook,
                                     const app::RollbackReport* report);

} // namespace slipway::cli
