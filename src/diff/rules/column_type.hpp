#pragma once

#include "rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// A type as the server writes it, taken apart: "numeric(10,2)[]".
struct TypeText {
  std::string base; ///< "numeric", "timestamp without time zone", "app.mood"
  std::vector<int> modifiers;
  bool array = false;
};
TypeText parse_type(std::string_view text);

/// What ALTER COLUMN ... TYPE does to the rows.
/// https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
struct TypeChange {
  enum class Work { none, indexes, rewrite } work = Work::rewrite;
  std::string using_expression; ///< empty: the server converts by itself
  std::string doubt;            ///< why it depends on the rows, a sentence without its end
  std::string loss;             ///< what is lost of the values
  std::string count_sql;        ///< rows that stop it or lose something
  bool new_meaning = false;     ///< operators over the column may be others
};
TypeChange type_change(const Scene& scene, const schema::Object& from, const schema::Object& to);

} // namespace slipway::diff
