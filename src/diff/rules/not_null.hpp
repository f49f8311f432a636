#pragma once

#include "rules.hpp"

#include <string>

namespace slipway::diff {

/// What SET NOT NULL and all about it need, from 18 on also its name and state. `at_once`: not in
/// steps, since what follows wants the column to be so.
enum class Pace { in_steps, at_once };
void change_not_null(const Scene& scene, const Alteration& alteration, Pace pace, Draft& draft);
/// ADD CONSTRAINT ... NOT NULL ... NOT VALID, which a column definition cannot say.
void add_unchecked_not_null(const schema::Object& column, Draft& draft);

} // namespace slipway::diff
