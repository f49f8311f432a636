#pragma once

#include "reading.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>

namespace slipway::inspect {

/// The first OID that the server gives to an object of users.
inline constexpr Oid k_first_user_oid = 16384;

/// Sets the fields of `row` from `first` on as `properties`, one each: by the property's shape as
/// text, as a flag (t or f), or as the elements of an array. NULL is absent; so is an empty array,
/// but not for privileges and operations, of which having none is something else.
void set_fields(Reading& reading, Handle handle, const CopiedRow& row, std::size_t first,
                std::initializer_list<schema::Property> properties);

/// A condition: the object with this OID is neither a member of an extension nor something that
/// the server made as a part of another object.
std::string is_own(Catalog catalog, const std::string& oid);

/// A condition over a column of schema OIDs: objects in it may be referred to, as it is read or is
/// the system's.
std::string is_within_reach(const Reading& reading, const std::string& column);

/// SQL for the name of a function without arguments; NULL when there is none.
std::string function_name(const std::string& oid);
/// SQL for the name with its schema, from a column of schema OIDs and one of names.
std::string full_name(const std::string& schema, const std::string& name);
/// SQL for "`words` VALUE" with the value of `sql`; NULL when that is NULL.
std::string clause(const std::string& words, const std::string& sql);
/// SQL for `words` when `condition` is true, else NULL.
std::string clause_if(const std::string& words, const std::string& condition);
/// SQL for the array of all `clauses` that are not NULL.
std::string clause_array(std::initializer_list<std::string> clauses);

} // namespace slipway::inspect
