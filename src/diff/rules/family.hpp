#pragma once

#include "rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

// Tables and what they inherit from: parents of INHERITS and the parent of a partition.

/// Whether the relation of a part, or the relation itself, is there before the plan runs.
bool existed(const Scene& scene, const schema::Object& object);
/// The same, and it is there after that.
bool existed_and_stays(const Scene& scene, const schema::Object& object);
/// The relation that a text such as app.t names.
std::optional<schema::Object> relation_of(const schema::Schema& schema, std::string_view text);
/// All parents of a table, by their texts.
std::vector<std::string> parents_of(const schema::Object& table);
/// The partitions and children of a table, one level down.
std::vector<schema::Object> children_of(const schema::Schema& schema, const schema::Object& table);
/// The parents that the table has before and after; what is done to these reaches it, too.
std::vector<std::string> lasting_parents(const Scene& scene, const schema::Object& table);
/// The partitions and children of a table, at all levels.
std::vector<schema::Object> all_below(const schema::Schema& schema, const schema::Object& table);
/// Whether the plan makes the table, which may be new, a partition of what it was none of.
bool is_to_be_attached(const Scene& scene, const schema::Object& table);

/// A new index of a partitioned table that some partition has no part of: it is made when the
/// partitions are there, since they would get parts of it.
bool lacks_parts(const Scene& scene, const schema::Object& index);

/// A column or CHECK of `part`'s name in a lasting parent, on the side of `schema`.
std::optional<schema::Object> in_parent(const Scene& scene, const schema::Schema& schema,
                                        const schema::Object& part);
/// "ALTER TABLE app.t ", or "ALTER TABLE ONLY app.t " when the table has children, each of which
/// has steps of its own.
std::string alter_only(const Scene& scene, const schema::Object& part);
/// "ALTER TABLE app.t " for the table and all below it.
std::string alter_table(const schema::Object& part);

/// Says of tables that inherit the column what has been said of it. Partitions are known by their
/// root.
void tell_loss_below(const Scene& scene, const schema::Object& column, const std::string& loss,
                     Draft& draft);

} // namespace slipway::diff
