#pragma once

#include "rules.hpp"
#include "type_text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::diff {

/// What ALTER COLUMN ... TYPE does to the rows.
/// https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
struct TypeChange {
  enum class Work { none, indexes, rewrite } work = Work::rewrite;
  std::string using_expression; ///< empty: the server converts by itself
  std::string doubt;            ///< why it depends on the rows, a sentence without its end
  std::string doubt_count_sql;  ///< rows that stop it, where that can be asked
  std::string loss;             ///< what is lost of the values
  std::string loss_count_sql;
  bool new_meaning = false; ///< operators over the column may be others
};
TypeChange type_change(const Scene& scene, const schema::Object& from, const schema::Object& to);

} // namespace slipway::diff
