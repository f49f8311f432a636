#include "slipway/schema/property.hpp"

#include <algorithm>
#include <array>

namespace slipway::schema {

namespace {

struct Named {
  Property property;
  std::string_view name;
  Shape shape;
  std::string_view meaning;
};

constexpr auto k_properties = std::to_array<Named>({
    {Property::owner, "owner", Shape::text,
     "role that owns it, when not the owner of the database; of a sequence that belongs to a column absent, since it is the "
     "table's"},
    {Property::acl, "acl", Shape::set,
     "privileges, see acl.hpp; empty text: none at all; absent: those that a new object of this owner has. Of default "
     "privileges: all that new objects get, or with a schema all that they get besides; <owner> is the role"},
    {Property::revoked_acl, "revoked_acl", Shape::set,
     "of grants on a member of an extension: privileges that it began with and has no longer; acl: those that it has "
     "got since"},
    {Property::comment, "comment", Shape::text, "text of COMMENT ON"},
    {Property::security_labels, "security_labels", Shape::set, "PROVIDER=LABEL each"},
    {Property::options, "options", Shape::set,
     "storage parameters or options, NAME=VALUE each; of a dictionary as its command writes them: NAME = 'VALUE'"},
    {Property::tablespace, "tablespace", Shape::text, "tablespace, when not the database's"},
    {Property::depends_on_extensions, "depends_on_extensions", Shape::set,
     "extensions that it is dropped with: ALTER ... DEPENDS ON EXTENSION"},
    {Property::definition, "definition", Shape::text,
     "the whole as the server writes it, for kinds that have no better parts"},
    {Property::enabled, "enabled", Shape::text,
     "of a trigger, event trigger or rule: 'disabled', 'replica' or 'always', of a subscription: 'disabled'; absent: enabled "
     "as usual"},
    {Property::columns, "columns", Shape::list,
     "of a constraint: names of its columns; of an index: its keys as CREATE INDEX writes them, with collation, operator "
     "class and order where they are not the usual ones; of statistics: columns and expressions"},
    {Property::persistence, "persistence", Shape::text, "'unlogged', else absent"},
    {Property::table_access_method, "access_method", Shape::text, "when not heap"},
    {Property::toast_options, "toast_options", Shape::set,
     "storage parameters of the TOAST table, without toast."},
    {Property::of_type, "of_type", Shape::text, "composite type of a typed table"},
    {Property::inherits, "inherits", Shape::list, "parents, but not of a partition"},
    {Property::partition_by, "partition_by", Shape::text,
     "key as in PARTITION BY: RANGE (created_at)"},
    {Property::partition_of, "partition_of", Shape::text, "parent of a partition"},
    {Property::partition_bound, "partition_bound", Shape::text, "FOR VALUES ... or DEFAULT"},
    {Property::detach_pending, "detach_pending", Shape::flag,
     "half-done DETACH PARTITION CONCURRENTLY"},
    {Property::row_security, "row_security", Shape::flag, "row level security is on"},
    {Property::force_row_security, "force_row_security", Shape::flag, "also for the owner"},
    {Property::replica_identity, "replica_identity", Shape::text,
     "'full', 'nothing' or 'index NAME'; absent: default"},
    {Property::cluster_on, "cluster_on", Shape::text, "name of the index marked for CLUSTER"},
    {Property::query, "query", Shape::text,
     "of a view or materialized view, without the semicolon"},
    {Property::not_populated, "not_populated", Shape::flag, "materialized view without data"},
    {Property::type, "type", Shape::text,
     "type with its modifiers; of a sequence absent when bigint"},
    {Property::collation, "collation", Shape::text, "when not the one of the type"},
    {Property::not_null, "not_null", Shape::flag, "column or domain refuses NULL"},
    {Property::not_null_name, "not_null_name", Shape::text,
     "name of the NOT NULL constraint: of a column from 18 on, when not TABLE_COLUMN_not_null; of a domain from 17 on, when "
     "not DOMAIN_not_null"},
    {Property::not_null_not_valid, "not_null_not_valid", Shape::flag,
     "from 18 on: NOT NULL was not checked against old rows"},
    {Property::not_null_no_inherit, "not_null_no_inherit", Shape::flag, "from 18 on: NO INHERIT"},
    {Property::not_null_comment, "not_null_comment", Shape::text,
     "comment on the NOT NULL constraint"},
    {Property::default_value, "default", Shape::text, "expression of the default"},
    {Property::identity, "identity", Shape::text, "'always' or 'by default'"},
    {Property::identity_options, "identity_options", Shape::list,
     "of the identity's sequence, as CREATE SEQUENCE writes them, only those that are not usual"},
    {Property::identity_acl, "identity_acl", Shape::set,
     "privileges on the identity's sequence, as acl"},
    {Property::identity_comment, "identity_comment", Shape::text,
     "comment on the identity's sequence"},
    {Property::generated, "generated", Shape::text,
     "expression and kind: 'stored EXPR' or 'virtual EXPR'"},
    {Property::storage, "storage", Shape::text,
     "plain, external, extended or main, when not the type's own"},
    {Property::compression, "compression", Shape::text, "pglz or lz4"},
    {Property::statistics_target, "statistics_target", Shape::number, "when set"},
    {Property::foreign_options, "foreign_options", Shape::set,
     "options of a foreign object without the secret ones, NAME=VALUE each"},
    {Property::inherited, "inherited", Shape::flag,
     "column or constraint that comes from a parent only"},
    {Property::position, "position", Shape::number,
     "rank of a column of a table, from 1; not compared"},
    {Property::ordinal, "ordinal", Shape::number,
     "rank of a column of a view, composite type or typed table, from 1; compared"},
    {Property::constraint_type, "constraint_type", Shape::text,
     "'primary key', 'unique', 'foreign key', 'check', 'exclude' or 'trigger'"},
    {Property::expression, "expression", Shape::text, "of a check, without CHECK and parentheses"},
    {Property::referenced_table, "referenced_table", Shape::text, "other end of a foreign key"},
    {Property::referenced_columns, "referenced_columns", Shape::list, "columns of the other end"},
    {Property::match, "match", Shape::text, "'full'; absent: simple"},
    {Property::on_update, "on_update", Shape::text,
     "'cascade', 'restrict', 'set null', 'set default'; absent: no action"},
    {Property::on_delete, "on_delete", Shape::text, "the same"},
    {Property::on_delete_columns, "on_delete_columns", Shape::set, "of SET NULL (columns)"},
    {Property::deferrable, "deferrable", Shape::flag, "DEFERRABLE"},
    {Property::initially_deferred, "initially_deferred", Shape::flag, "INITIALLY DEFERRED"},
    {Property::not_valid, "not_valid", Shape::flag, "old rows were not checked"},
    {Property::not_enforced, "not_enforced", Shape::flag, "from 18 on: NOT ENFORCED"},
    {Property::no_inherit, "no_inherit", Shape::flag, "NO INHERIT"},
    {Property::nulls_not_distinct, "nulls_not_distinct", Shape::flag, "NULLS NOT DISTINCT"},
    {Property::without_overlaps, "without_overlaps", Shape::flag,
     "from 18 on: WITHOUT OVERLAPS, or PERIOD of a foreign key"},
    {Property::index_comment, "index_comment", Shape::text, "comment on the index of a constraint"},
    {Property::parent, "parent", Shape::text,
     "of an index, constraint or trigger of a partition: the parent table's one that it is attached to or cloned from, by "
     "its name without schema"},
    {Property::method, "method", Shape::text,
     "access method of an index, or 'btree'; of a cast: 'inout' or 'without function', absent: its function"},
    {Property::include, "include", Shape::list, "columns of INCLUDE"},
    {Property::unique, "unique", Shape::flag, "UNIQUE"},
    {Property::predicate, "predicate", Shape::text, "of WHERE"},
    {Property::invalid, "invalid", Shape::flag, "an index that a failed build left behind"},
    {Property::column_statistics, "column_statistics", Shape::list,
     "statistics targets of an index: NUMBER=TARGET each"},
    {Property::start, "start", Shape::number, "START WITH, when not usual for type and direction"},
    {Property::increment, "increment", Shape::number, "when not 1"},
    {Property::minimum, "minimum", Shape::number, "MINVALUE, when not usual"},
    {Property::maximum, "maximum", Shape::number, "MAXVALUE, when not usual"},
    {Property::cache, "cache", Shape::number, "when not 1"},
    {Property::cycle, "cycle", Shape::flag, "CYCLE"},
    {Property::owned_by, "owned_by", Shape::text, "column: SCHEMA.TABLE.COLUMN, quoted as need be"},
    {Property::arguments, "arguments", Shape::text,
     "names, modes, types and defaults, without parentheses; absent when there are none"},
    {Property::result, "result", Shape::text,
     "what RETURNS says; absent for procedures and aggregates"},
    {Property::language, "language", Shape::text, "language of a routine"},
    {Property::volatility, "volatility", Shape::text, "'immutable' or 'stable'; absent: volatile"},
    {Property::strict, "strict", Shape::flag, "STRICT"},
    {Property::security_definer, "security_definer", Shape::flag, "SECURITY DEFINER"},
    {Property::leakproof, "leakproof", Shape::flag, "LEAKPROOF"},
    {Property::parallel, "parallel", Shape::text, "'safe' or 'restricted'; absent: unsafe"},
    {Property::cost, "cost", Shape::number, "when not usual: 1 for C and internal, else 100"},
    {Property::rows, "rows", Shape::number, "of a function that returns a set, when not 1000"},
    {Property::support, "support", Shape::text, "planner support function"},
    {Property::transforms, "transforms", Shape::list, "types of TRANSFORM FOR TYPE"},
    {Property::settings, "settings", Shape::set,
     "settings of a routine, NAME=VALUE each with the value as it is kept"},
    {Property::body, "body", Shape::text,
     "source text between AS's quotes; of a C routine its symbol; absent when there is an SQL body"},
    {Property::sql_body, "sql_body", Shape::text, "BEGIN ATOMIC ... END or RETURN ..."},
    {Property::library, "library", Shape::text, "object file of a C routine"},
    {Property::window, "window", Shape::flag, "window function"},
    {Property::identity_arguments, "identity_arguments", Shape::text,
     "of an aggregate, as ALTER AGGREGATE wants them, when not the ones of the path: '*' when there are none"},
    {Property::function, "function", Shape::text, "function that is called, with argument types"},
    {Property::events, "events", Shape::text, "event of an event trigger or rule"},
    {Property::tags, "tags", Shape::set, "command tags of an event trigger"},
    {Property::command, "command", Shape::text,
     "of a policy: 'select', 'insert', 'update', 'delete'; absent: all"},
    {Property::restrictive, "restrictive", Shape::flag, "AS RESTRICTIVE"},
    {Property::roles, "roles", Shape::set, "of a policy; absent: public"},
    {Property::using_expression, "using", Shape::text, "USING"},
    {Property::check_expression, "with_check", Shape::text, "WITH CHECK"},
    {Property::labels, "labels", Shape::list, "of an enum, in their order"},
    {Property::base_type, "base_type", Shape::text, "of a domain"},
    {Property::subtype, "subtype", Shape::text, "of a range type"},
    {Property::subtype_operator_class, "subtype_operator_class", Shape::text,
     "when not the default one of a type"},
    {Property::canonical_function, "canonical_function", Shape::text, "CANONICAL"},
    {Property::subtype_difference, "subtype_difference", Shape::text, "SUBTYPE_DIFF"},
    {Property::multirange, "multirange", Shape::text,
     "its multirange type, from 14 on, when not named as the server does"},
    {Property::clauses, "clauses", Shape::list,
     "what its CREATE command lists, in a fixed order and as it writes it: NAME = VALUE or a bare word each. Of a base type: "
     "none when it is a shell. Of a transform: FROM SQL WITH FUNCTION f(internal), TO SQL the same. Of an operator class: "
     "FAMILY name and STORAGE type. Of a subscription: what WITH lists"},
    {Property::members, "members", Shape::set,
     "of an operator class its operators and functions as CREATE OPERATOR CLASS writes them, of a family those of no class as "
     "ALTER OPERATOR FAMILY ADD does; of a subscription its publications, quoted as need be"},
    {Property::handler, "handler", Shape::text, "handler function"},
    {Property::inline_handler, "inline_handler", Shape::text, "INLINE"},
    {Property::validator, "validator", Shape::text, "VALIDATOR"},
    {Property::trusted, "trusted", Shape::flag, "TRUSTED"},
    {Property::version, "version", Shape::text, "of an extension or foreign server"},
    {Property::in_schema, "in_schema", Shape::text, "schema of an extension's objects"},
    {Property::not_relocatable, "not_relocatable", Shape::flag,
     "extension that cannot change schema"},
    {Property::wrapper, "wrapper", Shape::text, "foreign data wrapper"},
    {Property::server, "server", Shape::text, "of a foreign table"},
    {Property::server_type, "server_type", Shape::text, "TYPE of a foreign server"},
    {Property::secret_digest, "secret_digest", Shape::set,
     "of what must not be written down the name and the salted SHA-256 of the value, NAME=DIGEST each, or NAME= where no more "
     "than that there is one is to be known; of a subscription: conninfo, where the role may read it"},
    {Property::all_tables, "all_tables", Shape::flag, "FOR ALL TABLES"},
    {Property::operations, "operations", Shape::set,
     "what a publication publishes, when not everything; empty text: nothing"},
    {Property::via_root, "via_root", Shape::flag, "publish_via_partition_root"},
    {Property::tables, "tables", Shape::set,
     "of a publication, as FOR TABLE ONLY lists them: NAME (COLUMN, COLUMN) WHERE (EXPRESSION)"},
    {Property::schemas, "schemas", Shape::set, "of a publication"},
    {Property::generated_columns, "generated_columns", Shape::text,
     "publish_generated_columns, when not none"},
    {Property::source_function, "source_function", Shape::text,
     "function of a cast, with argument types"},
    {Property::context, "context", Shape::text,
     "of a cast: 'assignment' or 'implicit'; absent: explicit"},
    {Property::is_default, "default_object", Shape::flag, "DEFAULT conversion or operator class"},
    {Property::provider, "provider", Shape::text, "of a collation: libc, icu or builtin"},
    {Property::locale, "locale", Shape::text,
     "LOCALE, or LC_COLLATE and LC_CTYPE with ' / ' between"},
    {Property::nondeterministic, "nondeterministic", Shape::flag, "DETERMINISTIC = false"},
    {Property::rules_text, "rules", Shape::text, "RULES of an ICU collation"},
    {Property::template_, "template", Shape::text, "of a dictionary; parser of a configuration"},
    {Property::mappings, "mappings", Shape::list, "TOKEN: DICTIONARY, DICTIONARY each, by token"},
    {Property::role, "role", Shape::text, "role whose new objects get the privileges"},
    {Property::object_type, "object_type", Shape::text,
     "of default privileges: TABLES, SEQUENCES, FUNCTIONS, TYPES, SCHEMAS or LARGE OBJECTS; of an access method: INDEX or "
     "TABLE"},
});

} // namespace

std::string_view property_name(Property property) {
  return k_properties[static_cast<std::size_t>(property)].name;
}

std::optional<Property> property_named(std::string_view name) {
  const auto* found = std::find_if(k_properties.begin(), k_properties.end(),
                                   [&](const Named& one) { return one.name == name; });
  if (found == k_properties.end()) return std::nullopt;
  return found->property;
}

Shape property_shape(Property property) {
  return k_properties[static_cast<std::size_t>(property)].shape;
}

std::string_view property_meaning(Property property) {
  return k_properties[static_cast<std::size_t>(property)].meaning;
}

bool is_compared(Property property) {
  return property != Property::position && property != Property::not_relocatable;
}

const std::vector<Property>& all_properties() {
  static const std::vector<Property> properties = [] {
    std::vector<Property> all;
    for (const auto& one : k_properties) all.push_back(one.property);
    return all;
  }();
  return properties;
}

std::string join_list(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) {
    if (&value != &values.front()) text += '\n';
    for (const char c : value) {
      if (c == '\\')
        text += "\\\\";
      else if (c == '\n')
        text += "\\n";
      else
        text += c;
    }
  }
  return text;
}

std::string join_set(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return join_list(values);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> values;
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      values.push_back(std::move(value));
      value.clear();
    } else if (text[at] == '\\' && at + 1 < text.size()) {
      value += text[++at] == 'n' ? '\n' : text[at];
    } else {
      value += text[at];
    }
  }
  values.push_back(std::move(value));
  return values;
}

} // namespace slipway::schema
