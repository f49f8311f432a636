#pragma once

#include "rules.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// Name and type of a column with all that its definition can say: collation, default, identity,
/// NOT NULL.
std::string column_definition(const Scene& scene, const schema::Object& column);
/// What ADD CONSTRAINT name and CREATE TABLE say, without the name. `not_valid`: as NOT VALID,
/// whatever the constraint is in the end.
enum class Validity { as_it_is, not_valid };
std::string constraint_definition(const schema::Object& constraint,
                                  Validity validity = Validity::as_it_is);
/// The column without one of its properties: object 1 of the schema.
schema::Schema column_without(const schema::Object& column, schema::Property property);
/// " DEFERRABLE INITIALLY DEFERRED" as far as it is said of it.
std::string deferrability(const schema::Object& constraint);
/// CREATE INDEX. `name` is the index's own or a temporary one; `words` is put after INDEX.
std::string create_index(const schema::Object& index, std::string_view name, bool concurrently,
                         bool only);
/// The index of a primary key or unique constraint as an index of its own.
std::string create_constraint_index(const schema::Object& constraint, std::string_view name,
                                    bool concurrently);
/// ADD CONSTRAINT name UNIQUE USING INDEX index, with deferrability.
std::string using_index(const schema::Object& constraint, std::string_view index);

/// Whether CREATE TABLE itself makes the constraint, so that it has no statement of its own.
bool is_inline(const Scene& scene, const schema::Object& constraint);

} // namespace slipway::diff
