#pragma once

#include "slipway/inspect/read_trash.hpp"
#include "slipway/plan/history.hpp"
#include "slipway/replay/relation_map.hpp"
#include "slipway/rollback/assessment.hpp"

#include <string>
#include <vector>

namespace slipway::rollback {

/// Which of the losses are none, since a soft drop has put the very table or column aside and the
/// stored scripts take it back: by number it is the one that `before` has under that name, it is in
/// the trash now, and the up and the down of one of the migrations name its place there. Pure.
std::vector<KeptInTrash> kept_in_trash(const std::vector<diff::Finding>& losses,
                                       const std::vector<plan::AppliedMigration>& migrations,
                                       const replay::RelationMap& before,
                                       const inspect::Trash& trash);

/// Of these, the ones that are not there again under the name that they had: a script that makes
/// something new in their place brings the schema back and nothing that was in it. Pure.
std::vector<KeptInTrash> not_taken_back(const std::vector<KeptInTrash>& kept,
                                        const replay::RelationMap& now);

} // namespace slipway::rollback
