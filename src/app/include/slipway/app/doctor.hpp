#pragma once

#include "slipway/app/context.hpp"

#include <string>
#include <vector>

namespace slipway::app {

enum class Health { ok, note, warning, problem, unknown };

/// One thing `doctor` looked at.
struct Diagnosis {
  std::string what;
  Health health = Health::unknown;
  std::string found;
  std::string remedy; ///< the exact command or statement that mends it
};

/// Looks at connection, server, pooler, privileges, history layout, half-done migrations, runs that
/// never ended, invalid indexes, half-detached partitions and unvalidated constraints, and what
/// interrupted backups, copies and rollbacks left. Changes
/// nothing. Never fails: what cannot be looked at is `unknown` with the reason.
std::vector<Diagnosis> diagnose(const Context& context);

} // namespace slipway::app
