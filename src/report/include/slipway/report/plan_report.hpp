#pragma once

#include "slipway/plan/plan.hpp"

#include <string>

namespace slipway::report {

/// The exact statements in order, which of them commit together, and the locks they take.
std::string plan_text(const plan::Plan& plan);

/// {"schema":1,"steps":[{"version","name","direction","path","resumed","groups":[{"transactional","statements":[...]}]}],"warnings":[...]}
std::string plan_json(const plan::Plan& plan);

} // namespace slipway::report
