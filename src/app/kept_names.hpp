#pragma once

#include "diff_plan.hpp"
#include "ways_back.hpp"

#include "slipway/app/context.hpp"
#include "slipway/diff/migration_text.hpp"

namespace slipway::app {

/// Files of a plan whose renames come in two steps.
struct KeptDrafts {
  std::vector<diff::MigrationDraft> drafts; ///< with how their views come and go on the way back
  Renames renames_now;                      ///< those of the first file
  std::vector<OpenQuestion> refusals;
};

/// Whether a table or a column of one is among them, which programs name.
bool renames_what_is_used(const schema::Schema& from, const Renames& renames);

/// The views under the old names first, then the rest of the plan, then the files that take the
/// views away. Whether that leads there has to be proven.
KeptDrafts drafts_that_keep_names(const schema::Schema& from, const TriedPlan& plan);

/// What all files do, each in transactions of its own.
std::vector<diff::Statement> statements_of(const std::vector<diff::MigrationDraft>& drafts);

} // namespace slipway::app
