#pragma once

#include "rules.hpp"

#include <string>

namespace slipway::diff {

/// Whether the column is an identity column by itself; from 17 on partitions have their parent's.
bool has_own_identity(const Scene& scene, const schema::Object& column);
/// " GENERATED ALWAYS AS IDENTITY (...)".
std::string identity_clause(const schema::Object& column);
/// Name with schema of the sequence of an identity column.
std::string identity_sequence(const schema::Object& column);
/// What cannot be said where the column is made: the sequence's type, persistence and privileges.
void complete_identity(const Scene& scene, const schema::Object& column, Draft& draft);

/// ALTER COLUMN ... ADD GENERATED, SET GENERATED, DROP IDENTITY and the sequence's options. What
/// becomes an identity goes on counting where the old sequence or the rows left off.
void change_identity(const Scene& scene, const Alteration& alteration, Draft& draft);
/// The sequence that a column of rows takes its values from by its default, when the sequence is
/// the column's own, in the given schema.
std::optional<schema::Object> serial_sequence(const schema::Schema& schema,
                                              const schema::Object& column);

/// After a column got a default that counts by a new sequence: lets that begin behind the rows.
void count_past_rows(const Scene& scene, const Alteration& alteration, Draft& draft);

/// Where a sequence of that name must stand aside, since an identity column gets its name: the
/// name that it has until it goes. Empty: it keeps its own.
std::string stands_aside_for_identity(const Scene& scene, const schema::Object& sequence);
/// Where a new sequence gets the name of an identity column's that becomes a plain one: the column.
std::optional<schema::Object> identity_in_the_way(const Scene& scene,
                                                  const schema::Object& sequence);

} // namespace slipway::diff
