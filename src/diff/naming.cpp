#include "naming.hpp"

#include "slipway/base/sha256.hpp"
#include "slipway/base/sql_text.hpp"

#include <algorithm>
#include <array>

namespace slipway::diff {

namespace {

using schema::Kind;

constexpr std::size_t k_longest_name = 63;

// What cannot stand as a name without quotes: all keywords of PostgreSQL 13 to 18 that are not
// unreserved, as quote_ident() has it.
// https://www.postgresql.org/docs/current/sql-keywords-appendix.html
constexpr auto k_keywords = std::to_array<std::string_view>({
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
});
static_assert(std::is_sorted(k_keywords.begin(), k_keywords.end()));

bool is_plain(std::string_view name) {
  constexpr std::string_view k_first = "abcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view k_rest = "abcdefghijklmnopqrstuvwxyz_0123456789$";
  return !name.empty() && k_first.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(k_rest) == std::string_view::npos &&
         !std::binary_search(k_keywords.begin(), k_keywords.end(), name);
}

std::string on_relation(std::string_view word, const schema::Identity& identity) {
  return std::string(word) + " " + ident(identity.part) + " ON " + qualified(identity);
}

std::string word_of(Kind kind) {
  switch (kind) {
  case Kind::enum_type:
  case Kind::composite_type:
  case Kind::range_type:
  case Kind::base_type:
    return "TYPE";
  default:
    break;
  }
  std::string word(schema::kind_name(kind));
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return word;
}

} // namespace

std::string ident(std::string_view name) {
  return is_plain(name) ? std::string(name) : quote_identifier(name);
}

std::string ident_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + ident(name);
  return text;
}

std::string qualified(std::string_view schema, std::string_view name) {
  return ident(schema) + "." + ident(name);
}

std::string qualified(const schema::Object& object) {
  return object.schema().empty() ? ident(object.name()) : qualified(object.schema(), object.name());
}

std::string qualified(const schema::Identity& identity) {
  return identity.schema.empty() ? ident(identity.name) : qualified(identity.schema, identity.name);
}

SplitName split_name(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' && quoted && at + 1 < text.size() && text[at + 1] == '"') {
      parts.back() += '"';
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  SplitName name;
  if (parts.size() == 1) return {{}, parts[0], {}};
  name.schema = parts[0];
  name.name = parts[1];
  if (parts.size() > 2) name.column = parts[2];
  return name;
}

std::string sql_name(const schema::Identity& identity) {
  switch (identity.kind) {
  case Kind::column:
    return "COLUMN " + qualified(identity) + "." + ident(identity.part);
  case Kind::constraint:
  case Kind::rule:
  case Kind::trigger:
  case Kind::policy:
    return on_relation(word_of(identity.kind), identity);
  case Kind::domain_constraint:
    return "CONSTRAINT " + ident(identity.part) + " ON DOMAIN " + qualified(identity);
  case Kind::index:
    return "INDEX " + qualified(identity.schema, identity.part);
  case Kind::function:
  case Kind::procedure:
    return word_of(identity.kind) + " " + qualified(identity) + "(" + identity.part + ")";
  case Kind::aggregate:
    return "AGGREGATE " + qualified(identity) + "(" +
           (identity.part.empty() ? "*" : identity.part) + ")";
  case Kind::operator_:
    return "OPERATOR " + ident(identity.schema) + "." + identity.name + " (" + identity.part + ")";
  case Kind::operator_class:
  case Kind::operator_family:
    return word_of(identity.kind) + " " + qualified(identity) + " USING " + ident(identity.part);
  case Kind::cast:
    return "CAST " + identity.name;
  case Kind::transform:
    return "TRANSFORM " + identity.name;
  case Kind::user_mapping:
    return "USER MAPPING FOR " + (identity.part == "public" ? "PUBLIC" : ident(identity.part)) +
           " SERVER " + ident(identity.name);
  default:
    return word_of(identity.kind) + " " + qualified(identity);
  }
}

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

std::string dollar_quoted(std::string_view text) {
  std::string tag = "$$";
  for (int number = 0; text.find(tag.substr(0, tag.size() - 1)) != std::string_view::npos; ++number)
    tag = "$body" + (number == 0 ? std::string() : std::to_string(number)) + "$";
  return tag + std::string(text) + tag;
}

std::string temporary_name(std::string_view name) {
  constexpr std::string_view k_mark = "_slipway_";
  constexpr std::size_t k_digits = 8;
  auto kept = name.substr(0, k_longest_name - k_mark.size() - k_digits);
  // A character of several bytes is not cut in two.
  while (!kept.empty() && kept.size() < name.size() &&
         (static_cast<unsigned char>(name[kept.size()]) & 0xc0U) == 0x80U)
    kept.remove_suffix(1);
  return std::string(kept) + std::string(k_mark) + sha256_hex(name).substr(0, k_digits);
}

} // namespace slipway::diff
