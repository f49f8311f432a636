// Parsers, templates, dictionaries and configurations of text search.
#include "readers.hpp"
#include "row_values.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

// SELECT of the objects of one catalog: oid, schema and name, then `fields`.
std::string objects_sql(const Reading& reading, const std::string& from, const std::string& prefix,
                        const std::string& fields) {
  return fmt::format("SELECT o.oid, o.{0}namespace, o.{0}name, {1} FROM pg_catalog.{2} WHERE {3}",
                     prefix, fields, from, reading.in_read_schemas("o." + prefix + "namespace"));
}

Handle add(Reading& reading, Kind kind, Catalog catalog, const CopiedRow& row) {
  const auto handle = reading.builder().add(kind, reading.schema_name(row.oid(1)), row.text(2));
  reading.remember(catalog, row.oid(0), handle);
  return handle;
}

std::string function_clause(const std::string& words, const std::string& column) {
  return clause(words, function_name(column));
}

Status read_parsers(Reading& reading) {
  return each_own(reading, Catalog::text_search_parser,
                  objects_sql(reading, "pg_ts_parser AS o", "prs",
                              clause_array({function_clause("START =", "o.prsstart"),
                                            function_clause("GETTOKEN =", "o.prstoken"),
                                            function_clause("END =", "o.prsend"),
                                            function_clause("HEADLINE =", "o.prsheadline"),
                                            function_clause("LEXTYPES =", "o.prslextype")})),
                  [&](const CopiedRow& row) {
                    set_values(
                        reading,
                        add(reading, Kind::text_search_parser, Catalog::text_search_parser, row),
                        row, 3, {Property::clauses});
                  });
}

Status read_templates(Reading& reading) {
  return each_own(
      reading, Catalog::text_search_template,
      objects_sql(reading, "pg_ts_template AS o", "tmpl",
                  clause_array({function_clause("INIT =", "o.tmplinit"),
                                function_clause("LEXIZE =", "o.tmpllexize")})),
      [&](const CopiedRow& row) {
        set_values(reading,
                   add(reading, Kind::text_search_template, Catalog::text_search_template, row),
                   row, 3, {Property::clauses});
      });
}

// The server keeps them as one text, NAME = VALUE and commas between, in the order in which they
// were last set, which means nothing. A quote within a value or a name is doubled.
std::vector<std::string> dictionary_options(std::string_view text) {
  std::vector<std::string> options;
  std::string option;
  char quote = '\0';
  for (const char c : text) {
    if (quote != '\0')
      quote = c == quote ? '\0' : quote;
    else if (c == '\'' || c == '"')
      quote = c;
    if (c == ',' && quote == '\0') {
      options.push_back(std::move(option));
      option.clear();
    } else if (c != ' ' || !option.empty()) {
      option += c;
    }
  }
  if (!option.empty()) options.push_back(std::move(option));
  return options;
}

Status read_dictionaries(Reading& reading) {
  return each_own(
      reading, Catalog::text_search_dictionary,
      objects_sql(reading,
                  "pg_ts_dict AS o JOIN pg_catalog.pg_ts_template AS t "
                  "ON t.oid OPERATOR(pg_catalog.=) o.dicttemplate",
                  "dict",
                  "pg_catalog.pg_get_userbyid(o.dictowner), " +
                      full_name("t.tmplnamespace", "t.tmplname") + ", o.dictinitoption"),
      [&](const CopiedRow& row) {
        const auto handle =
            add(reading, Kind::text_search_dictionary, Catalog::text_search_dictionary, row);
        set_values(reading, handle, row, 3, {Property::owner, Property::template_});
        reading.builder().set_list(handle, Property::options, dictionary_options(row.text(5)));
      });
}

// The names of tokens are known to the parser only.
Status read_configurations(Reading& reading) {
  const auto mappings = R"(
ARRAY(SELECT pg_catalog.concat(t.alias, ': ',
    pg_catalog.string_agg()" +
                        full_name("d.dictnamespace", "d.dictname") +
                        R"(, ', ' ORDER BY m.mapseqno))
  FROM pg_catalog.pg_ts_config_map AS m
  JOIN pg_catalog.ts_token_type(o.cfgparser) AS t ON t.tokid OPERATOR(pg_catalog.=) m.maptokentype
  JOIN pg_catalog.pg_ts_dict AS d ON d.oid OPERATOR(pg_catalog.=) m.mapdict
  WHERE m.mapcfg OPERATOR(pg_catalog.=) o.oid
  GROUP BY t.alias ORDER BY t.alias COLLATE pg_catalog."C"))";
  return each_own(reading, Catalog::text_search_configuration,
                  objects_sql(reading,
                              "pg_ts_config AS o JOIN pg_catalog.pg_ts_parser AS p "
                              "ON p.oid OPERATOR(pg_catalog.=) o.cfgparser",
                              "cfg",
                              "pg_catalog.pg_get_userbyid(o.cfgowner), " +
                                  full_name("p.prsnamespace", "p.prsname") + ", " + mappings),
                  [&](const CopiedRow& row) {
                    set_values(reading,
                               add(reading, Kind::text_search_configuration,
                                   Catalog::text_search_configuration, row),
                               row, 3, {Property::owner, Property::template_, Property::mappings});
                  });
}

} // namespace

Status read_text_search(Reading& reading) {
  SLIPWAY_TRY(read_parsers(reading));
  SLIPWAY_TRY(read_templates(reading));
  SLIPWAY_TRY(read_dictionaries(reading));
  return read_configurations(reading);
}

} // namespace slipway::inspect
