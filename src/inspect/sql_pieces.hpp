#pragma once

#include "reading.hpp"

#include <functional>
#include <initializer_list>
#include <string>

namespace slipway::inspect {

/// Reads as Reading::each does, but not the members of extensions. The first field is the OID of a
/// row of `catalog`.
Status each_own(Reading& reading, Catalog catalog, const std::string& select,
                const std::function<void(const CopiedRow&)>& on_row);

/// A condition: the server did not make the object with this OID as a part of another one.
std::string is_made_itself(Catalog catalog, const std::string& oid);

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
