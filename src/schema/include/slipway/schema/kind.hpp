#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// What an object of a schema is. The order is the one in which objects of one schema are listed;
/// the kinds from `column` on are parts of another object.
enum class Kind : std::uint8_t {
  extension,
  schema,
  language,
  access_method,
  foreign_data_wrapper,
  server,
  user_mapping,
  collation,
  conversion,
  enum_type,
  domain,
  composite_type,
  range_type,
  base_type,
  sequence,
  function,
  procedure,
  aggregate,
  operator_,
  operator_family,
  operator_class,
  cast,
  transform,
  text_search_parser,
  text_search_template,
  text_search_dictionary,
  text_search_configuration,
  table,
  foreign_table,
  view,
  materialized_view,
  statistics,
  event_trigger,
  publication,
  subscription,
  default_privileges,
  member_grants,
  column,
  domain_constraint,
  constraint,
  index,
  rule,
  trigger,
  policy,
};

/// All kinds, in their order.
const std::vector<Kind>& all_kinds();

/// The name in paths, JSON and messages, which is also what COMMENT ON calls it where it can be
/// commented on: "materialized view".
std::string_view kind_name(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

/// Whether objects of this kind are parts of another one (a column, an index).
bool is_part(Kind kind);
/// Table, foreign table, view or materialized view.
bool is_relation(Kind kind);
/// Whether a name of this kind stands alone or within a schema.
bool is_in_schema(Kind kind);

} // namespace slipway::schema
