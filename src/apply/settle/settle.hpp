#pragma once

#include "settle/finding.hpp"

#include "slipway/apply/step.hpp"

#include <string>

namespace slipway::apply::settle {

/// Decides what became of a statement that an earlier run began, from the catalog, and cleans up
/// what that left half done. Yields whether the statement took effect. Errors: part_way, with the
/// commands by which a person decides, when the catalog cannot tell; lock_timeout when another
/// session is at it. Precondition: statement.earlier.
Result<bool> decide(const RunContext& context, const plan::Step& step,
                    const plan::PlannedStatement& statement, const Wait& wait);

/// Removes what a statement left that has just failed, where that takes no lock anybody waits for,
/// and names in error.notes what stays, with the command that cleans it. True when nothing stays.
bool clean_after_failure(const RunContext& context, const plan::PlannedStatement& statement,
                         const std::string& witness, Error& error);

/// "whether statement 3 ... took effect nobody can tell", with both commands.
Error ask(const plan::Step& step, const plan::PlannedStatement& statement,
          const std::string& evidence);

} // namespace slipway::apply::settle
