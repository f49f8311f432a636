#pragma once

#include "slipway/diff/plan.hpp"

#include <string>

namespace slipway::test {

/// Whether a rule of a case holds of a plan. `empty`: there is no statement; `stop`: there are
/// questions or refusals; `flag:KIND`: a finding of that kind; `re:PATTERN`: found in the joined
/// text of the statements, whatever its case; `nontx:PATTERN`: found in a statement that runs
/// outside of transactions; `order:A << B`: A is found, and before B is for the first time. Throws
/// std::runtime_error for what is none of these.
bool holds(const std::string& rule, const diff::Plan& plan);

/// The statements, one below the other, and what there is to know about them.
std::string told(const diff::Plan& plan);

} // namespace slipway::test
