#pragma once

#include "slipway/schema/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// An identifier as it is written for people: in quotes only where it must be.
std::string ident(std::string_view name);
/// The same for several, with ", " between.
std::string ident_list(const std::vector<std::string>& names);
/// "schema.name".
std::string qualified(std::string_view schema, std::string_view name);
/// The object's own qualified name; of a part the one of what it is a part of.
std::string qualified(const schema::Object& object);
std::string qualified(const schema::Identity& identity);
/// The reverse of `qualified`: schema and name of a text such as app."Order".
struct SplitName {
  std::string schema;
  std::string name;
  std::string column; ///< when there is a third part
};
SplitName split_name(std::string_view text);

/// How ALTER, DROP and COMMENT ON name the object: "TABLE app.t", "FUNCTION app.f(integer)",
/// "CONSTRAINT c ON app.t", "COLUMN app.t.a".
std::string sql_name(const schema::Identity& identity);

/// A string constant, readable: 'it''s'; with a backslash it stays plain, since
/// standard_conforming_strings is on wherever a plan runs.
std::string literal(std::string_view text);

/// Text between dollar quotes whose tag does not occur in it.
std::string dollar_quoted(std::string_view text);

/// A name for something that lives for a while only, made from another name and no longer than
/// PostgreSQL lets it be.
std::string temporary_name(std::string_view name);

} // namespace slipway::diff
