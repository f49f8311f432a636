#pragma once

#include <string>

#include <pg_query/pg_query.pb-c.h>

namespace slipway::sql {

/// The server's word for a kind of object, lower case: "materialized view".
std::string object_word(PgQuery__ObjectType type);
/// The word that stands in the tag of an ALTER of it: a column's is its table's.
std::string altered_word(PgQuery__ObjectType type);
/// Whether the object is a relation with locks of its own.
bool is_relation(PgQuery__ObjectType type);
/// Whether the object lives on a relation and is named NAME ON relation: trigger, rule, policy.
bool lives_on_relation(PgQuery__ObjectType type);

} // namespace slipway::sql
