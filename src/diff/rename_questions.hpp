#pragma once

#include "tasks.hpp"

namespace slipway::diff {

/// Finds things with data in them that go while something that could be the same comes: tables,
/// columns, types, sequences, schemas. They are taken out of the tasks and asked for, since a wrong
/// guess loses the data.
void ask_for_renames(const Scene& scene, Tasks& tasks);

} // namespace slipway::diff
