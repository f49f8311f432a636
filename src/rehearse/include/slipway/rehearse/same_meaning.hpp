#pragma once

#include "slipway/rehearse/materialise.hpp"
#include "slipway/schema/difference.hpp"

namespace slipway::rehearse {

/// Whether all that differs is the text of expressions that are there on both sides.
bool differ_in_text_only(const std::vector<schema::Difference>& differences);

/// Whether two schemas that differ only in the text of expressions mean the same: each is made anew
/// from what it says, and then the texts are equal. What the server writes for an expression may
/// change when it reads that again, so texts of different age cannot be compared as they are.
/// Anything that cannot be made anew counts as different. Errors: connection, cancelled.
Result<bool> mean_the_same(const Workshop& workshop, const schema::Schema& one,
                           const schema::Schema& other, const Wait& wait);

/// "column public.users.name: type integer -> bigint", one a line of a list, at most `most` of them
/// and then how many more there are.
std::vector<std::string> told(const std::vector<schema::Difference>& differences, std::size_t most);

} // namespace slipway::rehearse
