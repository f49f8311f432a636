// CREATE INDEX CONCURRENTLY. Its witness are the indexes the table had before, by oid: one that was
// there already is not what the statement made, whatever its name.
#include "settle/look.hpp"

#include <fmt/format.h>

namespace slipway::apply::settle {

namespace {

constexpr std::string_view k_witness = "indexes";

struct Found {
  std::string name; ///< quoted, with its schema
  bool is_named = false;
  bool valid = false;
  bool was_there = false;
  bool fits = false;
  std::string builder; ///< a process id, or empty
};

// "indexes 123 456" as an array for the server; nothing when no witness was taken.
std::optional<std::string> known_indexes(const plan::EarlierAttempt& earlier) {
  if (!earlier.witness || earlier.witness->rfind(k_witness, 0) != 0) return std::nullopt;
  std::string array = "{";
  for (const char c : earlier.witness->substr(k_witness.size()))
    if (c != ' ')
      array += c;
    else if (array.size() > 1)
      array += ',';
  return array + "}";
}

// A shape as one text, made alike here and on the server. The columns' names are put between line
// ends.
std::string shape_text(const sql::IndexShape& shape) {
  std::string text = fmt::format("{} {} {} {}", shape.method, shape.unique ? "unique" : "plain",
                                 shape.partial ? "partial" : "whole", shape.keys);
  for (const auto& column : shape.columns) text += "\n" + column;
  return text;
}

SqlText candidates_query() {
  return SqlText(fmt::format(
      R"(SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
  c.relname OPERATOR(pg_catalog.=) $2::text,
  i.indisvalid AND i.indisready AND i.indislive,
  i.indexrelid OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.oid[]),
  pg_catalog.format('%s %s %s %s', m.amname, CASE WHEN i.indisunique THEN 'unique' ELSE 'plain' END,
    CASE WHEN i.indpred IS NULL THEN 'whole' ELSE 'partial' END, i.indnkeyatts)
    OPERATOR(pg_catalog.||) (SELECT pg_catalog.string_agg(E'\n' OPERATOR(pg_catalog.||) coalesce(a.attname::text, ''), '' ORDER BY k.place)
      FROM pg_catalog.unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
      LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid
        AND a.attnum OPERATOR(pg_catalog.=) k.number AND k.number OPERATOR(pg_catalog.<>) 0),
  {}
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_am AS m ON m.oid OPERATOR(pg_catalog.=) c.relam
WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)::pg_catalog.oid
  AND c.relkind OPERATOR(pg_catalog.=) 'i' ORDER BY i.indexrelid)",
      builder_expression()));
}

Result<std::vector<Found>> candidates(const Question& question, const std::string& known) {
  const auto& statement = question.statement;
  SLIPWAY_ASSIGN(const auto rows,
                 question.session.query(candidates_query(),
                                        {statement.table.quoted(), statement.object.name, known},
                                        question.wait));
  std::vector<Found> all;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto shape = statement.shape ? shape_text(*statement.shape) : std::string();
    all.push_back({.name = std::string(rows.text(row, 0)),
                   .is_named = rows.boolean(row, 1),
                   .valid = rows.boolean(row, 2),
                   .was_there = rows.boolean(row, 3),
                   .fits = statement.shape && rows.text(row, 4) == shape,
                   .builder = std::string(rows.text(row, 5))});
  }
  return all;
}

Finding judge_named(const Question& question, const std::vector<Found>& all) {
  for (const auto& one : all) {
    if (!one.is_named) continue;
    if (one.was_there)
      return {.verdict = Verdict::not_done,
              .evidence = fmt::format("the index {} was there before", one.name),
              .cleanups = {}};
    if (one.valid)
      return {.verdict = question.interrupted() ? Verdict::done : Verdict::not_done,
              .evidence = fmt::format("the index {} is there and valid", one.name),
              .cleanups = {}};
    if (!one.builder.empty())
      return {.verdict = Verdict::busy,
              .evidence = fmt::format("the index {} is INVALID and {}", one.name,
                                      describe_builder(one.builder)),
              .cleanups = {}};
    return {.verdict = Verdict::not_done,
            .evidence = fmt::format("the index {} is there, but INVALID", one.name),
            .cleanups = {drop_invalid_index(one.name)}};
  }
  return {.verdict = Verdict::not_done,
          .evidence = fmt::format("there is no index {}", question.statement.object.quoted()),
          .cleanups = {}};
}

// The server chose the name, so the one that is new and looks like it is meant.
Finding judge_unnamed(const Question& question, const std::vector<Found>& all) {
  std::vector<const Found*> fitting;
  for (const auto& one : all)
    if (!one.was_there && one.fits) fitting.push_back(&one);
  const auto table = question.statement.table.quoted();
  Finding finding{.verdict = Verdict::not_done,
                  .evidence = fmt::format("there is no new index like it on {}", table),
                  .cleanups = {}};
  std::size_t valid = 0;
  for (const auto* one : fitting) {
    if (one->valid) {
      ++valid;
      finding.evidence = fmt::format("the index {} is new, valid and just like it", one->name);
      continue;
    }
    if (!one->builder.empty())
      return {.verdict = Verdict::busy,
              .evidence = fmt::format("the index {} is INVALID and {}", one->name,
                                      describe_builder(one->builder)),
              .cleanups = {}};
    finding.cleanups.push_back(drop_invalid_index(one->name));
    if (valid == 0) finding.evidence = fmt::format("the index {} is there, but INVALID", one->name);
  }
  if (!question.interrupted() || valid == 0) return finding;
  finding.verdict = valid == 1 ? Verdict::done : Verdict::cannot_tell;
  if (valid > 1)
    finding.evidence = fmt::format("several new indexes on {} are just like it", table);
  return finding;
}

} // namespace

Result<std::string> witness_of_built_index(pg::Session& session, const sql::Interruption& statement,
                                           const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT pg_catalog.string_agg(' ' OPERATOR(pg_catalog.||) i.indexrelid::text, '' ORDER BY i.indexrelid) "
              "FROM pg_catalog.pg_index AS i "
              "WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::text)::pg_catalog.oid"),
          {statement.table.quoted()}, wait));
  return std::string(k_witness) + std::string(rows.text(0, 0));
}

Result<Finding> look_at_built_index(const Question& question) {
  const auto known = known_indexes(question.earlier);
  SLIPWAY_ASSIGN(const auto all, candidates(question, known.value_or("{}")));
  if (!question.statement.object.name.empty()) return judge_named(question, all);
  if (known && question.statement.shape) return judge_unnamed(question, all);
  // Without knowing what was there before, nothing on the table may be called new.
  return Finding{.verdict = question.interrupted() ? Verdict::cannot_tell : Verdict::not_done,
                 .evidence = fmt::format("which indexes {} had before is not known",
                                         question.statement.table.quoted()),
                 .cleanups = {}};
}

} // namespace slipway::apply::settle
