#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// What CREATE TABLE cannot say: row level security and replica identity without an index.
void set_of_new_table(const schema::Object& table, Draft& draft);
/// Those of its TOAST table count when there is one, which the new columns may bring: for the end.
void change_toast_options(const Alteration& alteration, Draft& draft);
/// All settings of a table that stays, but those that change_index_marks makes.
void change_settings(const Scene& scene, const Alteration& alteration, Draft& draft);

// REPLICA IDENTITY USING INDEX and CLUSTER ON: for the end, when the index is there. So is
// user_catalog_table, which forbids rewrites.
bool marks_an_index(const schema::Object& table);
void set_index_marks(const schema::Object& table, Draft& draft);
void change_index_marks(const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
