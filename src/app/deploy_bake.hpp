#pragma once

#include "slipway/app/context.hpp"
#include "slipway/pg/session.hpp"

#include <map>
#include <string>

namespace slipway::app {

class WarmKeeper;

/// What is watched beside the application.
struct Baking {
  std::string capture;                ///< empty: there is none
  const WarmKeeper* keeper = nullptr; ///< of the copy that is kept in step
};

/// Watches for `length`: the health check has to succeed on and on, deploy.health_times failures in
/// a row are too many; and how much the capture's slot keeps is told when it comes near to what the
/// server allows; and when the copy is not in step. Errors: check_failed when the application is no
/// longer healthy; cancelled on a stop request, with what stays.
Status bake(const Context& context, pg::Session& session, const Baking& baking,
            const std::map<std::string, std::string>& environment, Millis length);

} // namespace slipway::app
