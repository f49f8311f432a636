#pragma once

#include "rules.hpp"

#include <string>
#include <utility>
#include <vector>

namespace slipway::diff {

/// What needs the object, by the schema that it is of.
std::vector<schema::Object> dependents_of(const schema::Schema& schema,
                                          const schema::Object& object);

/// Whether it is a column of a table or foreign table, where rows may be.
bool is_table_column(const schema::Object& object);

/// Columns of tables that are of the type, or of arrays of it.
std::vector<schema::Object> columns_of_type(const schema::Schema& schema,
                                            const schema::Object& type);
/// The same with the columns of domains over the type, and so on.
std::vector<schema::Object> columns_under_type(const schema::Schema& schema,
                                               const schema::Object& type);

/// Whether columns hold the domain within something else: in arrays, composite values or ranges.
/// Then the server does not look whether a rule of it holds.
bool is_held_within(const schema::Schema& schema, const schema::Object& domain);

/// Whether columns hold values of the type in any way.
bool is_stored(const schema::Schema& schema, const schema::Object& type);

/// Whether the text of a type means an array.
bool is_array(std::string_view type);
/// Whether the text of a type means `type` or an array of it.
bool is_of_type(std::string_view text, const schema::Object& type);

/// A query of one number: how many rows there are in all columns for which `condition` holds, in
/// which each VALUE is the column's name.
std::string count_rows(const std::vector<schema::Object>& columns, std::string_view condition);

} // namespace slipway::diff
