#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/deploy.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/plan/plan.hpp"
#include "slipway/replay/capture_record.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// How what is written after a deploy's backup is kept for its rollback.
struct ArmedCapture {
  std::string name; ///< of slot and publication, or of triggers; empty: nothing is kept, and a
                    ///< rollback compares
  std::string why;  ///< it is none
  std::vector<std::string> left_out; ///< tables that it does not see
};

/// What deploy.capture says, carried out: slot and publication, or triggers, for exactly the tables
/// of now, under the runner lock. What a deploy before left is dropped first. `auto` takes none
/// where a slot cannot be had, and says why. Errors: with deploy.capture = slot or warm whatever
/// stands in the way; lock_timeout; connection.
Result<ArmedCapture> arm_capture(const Context& context, pg::Session& session,
                                 const plan::Plan& plan, const Wait& wait);

/// What arm_capture would do, as far as that can be known without doing it; nothing is changed.
/// Errors: connection, and of questions that fail for another reason than that there is no way.
Result<CaptureOutlook> look_at_capture(const Context& context, pg::Session& session,
                                       const Wait& wait);

/// Drops what one capture has: the copy that is kept in step, both slots, publication, triggers and
/// record. Yields the names of databases, slots and triggers. Errors: part_way when somebody reads
/// from one.
Result<std::vector<std::string>> drop_capture_of_deploy(const Context& context,
                                                        pg::Session& session,
                                                        const std::string& name, const Wait& wait);

/// The same for each capture of this database, slots that no record knows, and those of databases
/// that a rollback has put aside.
Result<std::vector<std::string>> drop_captures(const Context& context, pg::Session& session,
                                               const Wait& wait);

} // namespace slipway::app
