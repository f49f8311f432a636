#pragma once

#include "slipway/app/context.hpp"
#include "slipway/pg/session.hpp"

#include <map>
#include <string>

namespace slipway::app {

/// Watches for `length`: the health check has to succeed on and on, deploy.health_times failures in
/// a row are too many; and how much the capture's slot keeps is told when it comes near to what the
/// server allows. Errors: check_failed when the application is no longer healthy; cancelled on a
/// stop request, with what stays.
Status bake(const Context& context, pg::Session& session, const std::string& capture,
            const std::map<std::string, std::string>& environment, Millis length);

} // namespace slipway::app
