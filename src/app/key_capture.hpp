#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/deploy.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/capture_keys.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// What triggers note from now on.
struct ArmedKeys {
  replay::Lsn since = 0;
  std::vector<std::string> left_out; ///< tables that they do not see
};

/// Makes the triggers of deploy.capture = trigger. Errors: unsupported when there is no table for
/// them; as replay::arm_key_capture.
Result<ArmedKeys> arm_triggers(const Context& context, pg::Session& session, const Wait& wait);

/// What arm_triggers would do; nothing is changed. Errors: sql.
Result<CaptureOutlook> look_at_triggers(const Context& context, pg::Session& session,
                                        const Wait& wait);

/// Drops triggers and what they noted, of any deploy of this project. Yields whether there were
/// any. Errors: as replay::drop_key_capture.
Result<bool> drop_triggers(const Context& context, pg::Session& session, const Wait& wait);

/// Locks as `up` takes them.
replay::LockPatience lock_patience(const Context& context);

/// "and has noted about 120 changes of 3 tables, 1 MB"; what is wrong with it.
std::string told(const replay::KeyCaptureState& state);

} // namespace slipway::app
