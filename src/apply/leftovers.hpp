#pragma once

#include "slipway/apply/step.hpp"

namespace slipway::apply {

/// What the catalog says of an index by name.
enum class IndexState { absent, invalid, valid };

Result<IndexState> look_at_index(pg::Session& session, const QualifiedName& index,
                                 const Wait& wait);

/// Before a concurrent index operation that an earlier attempt of ours began: a valid index means
/// the attempt finished after all (returns true); an invalid one is what it left behind and is
/// dropped. Nothing else is touched.
Result<bool> settle_earlier_attempt(const RunContext& context,
                                    const plan::PlannedStatement& statement, const Wait& wait);

/// Drops the invalid index a failed CREATE INDEX CONCURRENTLY left. Best effort: true when nothing
/// of it is left.
bool drop_leftover(const RunContext& context, const plan::PlannedStatement& statement);

} // namespace slipway::apply
