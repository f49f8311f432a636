#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// What can be said of an object. A property that has its default is absent, so that two schemas
/// differ only where somebody meant them to. What each one holds is in property_meaning(); the
/// values are what PostgreSQL deparses with an empty search_path: names with their schema, quoted
/// where they must be.
enum class Property : std::uint8_t {
  // of many kinds
  owner,
  acl,
  revoked_acl,
  comment,
  security_labels,
  options,
  tablespace,
  depends_on_extensions,
  definition,
  enabled,
  columns,
  // relations
  persistence,
  table_access_method,
  toast_options,
  of_type,
  inherits,
  partition_by,
  partition_of,
  partition_bound,
  detach_pending,
  row_security,
  force_row_security,
  replica_identity,
  cluster_on,
  query,
  not_populated,
  // columns
  type,
  collation,
  not_null,
  not_null_name,
  not_null_not_valid,
  not_null_no_inherit,
  not_null_comment,
  default_value,
  identity,
  identity_options,
  identity_acl,
  identity_comment,
  generated,
  storage,
  compression,
  statistics_target,
  foreign_options,
  inherited,
  position,
  ordinal,
  // constraints
  constraint_type,
  expression,
  referenced_table,
  referenced_columns,
  match,
  on_update,
  on_delete,
  on_delete_columns,
  deferrable,
  initially_deferred,
  not_valid,
  not_enforced,
  no_inherit,
  nulls_not_distinct,
  without_overlaps,
  index_comment,
  parent,
  // indexes
  method,
  include,
  unique,
  predicate,
  invalid,
  column_statistics,
  // sequences
  start,
  increment,
  minimum,
  maximum,
  cache,
  cycle,
  owned_by,
  // routines
  arguments,
  result,
  language,
  volatility,
  strict,
  security_definer,
  leakproof,
  parallel,
  cost,
  rows,
  support,
  transforms,
  settings,
  body,
  sql_body,
  library,
  window,
  identity_arguments,
  // triggers, rules and policies
  function,
  events,
  tags,
  command,
  restrictive,
  roles,
  using_expression,
  check_expression,
  // types
  labels,
  base_type,
  subtype,
  subtype_operator_class,
  canonical_function,
  subtype_difference,
  multirange,
  // other objects: their clauses, in the order in which they are written
  clauses,
  members,
  handler,
  inline_handler,
  validator,
  trusted,
  version,
  in_schema,
  not_relocatable,
  wrapper,
  server,
  server_type,
  secret_digest,
  all_tables,
  operations,
  via_root,
  tables,
  schemas,
  generated_columns,
  source_function,
  context,
  is_default,
  provider,
  locale,
  nondeterministic,
  rules_text,
  template_,
  mappings,
  role,
  object_type,
};

/// How a value is to be read.
enum class Shape : std::uint8_t {
  text,
  flag,   ///< present means yes; the value is "yes"
  number, ///< a decimal integer or real
  list,   ///< see List; the order means something
  set,    ///< see List; kept sorted, so that the order in the catalog does not count
};

std::string_view property_name(Property property);
std::optional<Property> property_named(std::string_view name);
Shape property_shape(Property property);
/// One sentence for docs and developers: what the value holds.
std::string_view property_meaning(Property property);
/// Whether two objects that differ only in this are different. What is not compared is told only:
/// the order of columns in a table, which nobody can change.
bool is_compared(Property property);
const std::vector<Property>& all_properties();

/// The text of several values: one a line, with backslash and newline escaped as \\ and \n. No
/// values have no text: then the property is absent.
std::string join_list(const std::vector<std::string>& values);
/// The same, sorted bytewise and without repetition.
std::string join_set(std::vector<std::string> values);
std::vector<std::string> split_list(std::string_view text);

} // namespace slipway::schema
