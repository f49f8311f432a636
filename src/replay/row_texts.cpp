// How values of the new schema are named, compared and turned back into those of the old one.
#include "row_texts.hpp"

#include <fmt/format.h>
#include <functional>

namespace slipway::replay {

namespace {

constexpr std::string_view k_bytewise = " COLLATE pg_catalog.\"C\"";

/// The value in the new type as text, or NULL when it has none there.
constexpr std::string_view k_forward_body =
    "BEGIN RETURN {}; EXCEPTION WHEN OTHERS THEN RETURN NULL; END";

/// A value that would come back as another one, as rounding and cutting do, is refused like one
/// that cannot be read at all.
constexpr std::string_view k_back_body =
    "BEGIN IF v IS NULL THEN RETURN NULL; END IF;"
    " IF coalesce({0}(CAST(v AS {1})){2} OPERATOR(pg_catalog.<>) v{2}, true) THEN"
    "  RAISE EXCEPTION USING ERRCODE = '22000',"
    "   MESSAGE = pg_catalog.format('as %s the value would become %L', {3}::text, {4}); END IF;"
    " RETURN CAST(v AS {1}); END";

bool is_integer_type(const std::string& type) {
  return type == "smallint" || type == "integer" || type == "bigint";
}

/// Each of its values has a place in the new type, without a look.
bool is_widened(const CarriedColumn& column) {
  const auto width = [](const std::string& type) {
    return type == "smallint" ? 2 : type == "integer" ? 4 : 8;
  };
  return column.origin && is_integer_type(column.origin->type) &&
         is_integer_type(column.target.type) &&
         width(column.target.type) <= width(column.origin->type);
}

/// NULLs and casts of a user's do not come in here: only columns of a key are asked for.
std::string as_number(const std::string& value) {
  return "CAST(" + value + " AS bigint)";
}

std::string function(const std::string& name, const std::string& from, const std::string& to,
                     const std::string& body) {
  return fmt::format("CREATE OR REPLACE FUNCTION {}(v {}) RETURNS {} LANGUAGE plpgsql AS {}", name,
                     from, to, quote_literal(body));
}

} // namespace

std::string output_of(const std::string& expression) {
  return fmt::format("CASE WHEN pg_catalog.num_nulls({0}) OPERATOR(pg_catalog.=) 0"
                     " THEN pg_catalog.format('%s', {0}) END",
                     expression);
}

bool RowTexts::is_plain(std::size_t place) const {
  const CarriedColumn& column = table_.columns[place];
  return !column.reverse && !column.is_retyped() && column.target.plain;
}

/// Integers of any width are told apart by their number, which an index finds.
bool RowTexts::is_integer(std::size_t place) const {
  const CarriedColumn& column = table_.columns[place];
  return !column.reverse && column.origin && is_integer_type(column.origin->type) &&
         is_integer_type(column.target.type);
}

std::string RowTexts::staged(std::size_t place) const {
  return fmt::format("s.c{}", place);
}

std::string RowTexts::old(std::size_t place) const {
  return "o." + quote_identifier(table_.columns[place].target.name);
}

std::string RowTexts::origin(std::size_t place) const {
  const CarriedColumn& column = table_.columns[place];
  if (column.reverse) return "(" + *column.reverse + "\n)";
  return "slipway_row." + quote_identifier(column.origin->name);
}

std::string RowTexts::forward(std::size_t place) const {
  return fmt::format("pg_temp.slipway_forward_{}_{}", table_.target.id, place);
}

std::string back_function(const CarriedTable& table, std::size_t place) {
  return fmt::format("pg_temp.slipway_back_{}_{}", table.target.id, place);
}

std::vector<std::string> RowTexts::functions() const {
  std::vector<std::string> statements;
  for (const std::size_t place : sourced(false)) {
    const CarriedColumn& column = table_.columns[place];
    const std::string& type = column.target.type;
    if (column.reverse)
      statements.push_back(
          function(back_function(table_, place), "text", type, "BEGIN RETURN v; END"));
    if (!column.is_retyped()) continue;
    const std::string read = fmt::format("CAST({} AS {})", output_of("v"), column.origin->type);
    statements.push_back(
        function(forward(place), type, "text", fmt::format(k_forward_body, output_of(read))));
    statements.push_back(
        function(back_function(table_, place), "text", type,
                 fmt::format(k_back_body, forward(place), type, k_bytewise, quote_literal(type),
                             output_of("CAST(v AS " + type + ")"))));
  }
  return statements;
}

std::vector<std::size_t> RowTexts::sourced(bool key_only) const {
  if (key_only) return table_.key;
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < table_.columns.size(); ++place)
    if (table_.columns[place].has_source()) places.push_back(place);
  return places;
}

template<class Piece>
std::string RowTexts::list(const std::vector<std::size_t>& places, const Piece& piece) const {
  std::string text;
  for (const std::size_t place : places) text += ", " + piece(place);
  return text;
}

std::string RowTexts::stage_columns(bool key_only) const {
  return list(sourced(key_only), [&](std::size_t place) {
    return is_plain(place) ? fmt::format("c{} {}", place, table_.columns[place].target.type)
                           : fmt::format("c{} text{}", place, k_bytewise);
  });
}

std::string RowTexts::stage_names(bool key_only) const {
  return list(sourced(key_only), [](std::size_t place) { return fmt::format("c{}", place); });
}

std::string RowTexts::read_list(bool key_only) const {
  return list(sourced(key_only), [&](std::size_t place) { return origin(place); });
}

std::string RowTexts::read_from() const {
  return fmt::format(" FROM {}{} AS slipway_row", table_.origin->partitioned ? "" : "ONLY ",
                     table_.origin->name.quoted());
}

std::string RowTexts::target() const {
  return (table_.target.partitioned ? "" : "ONLY ") + table_.target.name.quoted();
}

/// In the form that the staged value has.
std::string RowTexts::known_old(std::size_t place) const {
  return table_.columns[place].is_retyped() ? forward(place) + "(" + old(place) + ")" : old(place);
}

std::string RowTexts::same_key() const {
  std::string text;
  for (const std::size_t place : table_.key) {
    if (!text.empty()) text += " AND ";
    if (is_plain(place) || is_integer(place)) {
      const std::string value = is_plain(place) ? staged(place) : as_number(staged(place));
      text += old(place) + " OPERATOR(pg_catalog.=) " + value;
      continue;
    }
    const std::string known =
        table_.columns[place].is_retyped() ? known_old(place) : output_of(old(place));
    text += fmt::format("({}){} OPERATOR(pg_catalog.=) {}", known, k_bytewise, staged(place));
  }
  return text;
}

template<class Piece>
std::string RowTexts::as_row(const Piece& piece) const {
  const std::string values = list(sourced(false), piece);
  return fmt::format("CAST(ROW({}) AS text){}", values.empty() ? "" : values.substr(2), k_bytewise);
}

std::string RowTexts::known_of_old() const {
  return as_row([&](std::size_t place) { return known_old(place); });
}

std::string RowTexts::known_of_stage() const {
  return as_row([&](std::size_t place) { return staged(place); });
}

std::string RowTexts::known_of_origin() const {
  return as_row([&](std::size_t place) { return origin(place); });
}

template<class Piece>
std::string RowTexts::as_key(const Piece& piece, const std::string& known) const {
  if (table_.key.empty())
    return fmt::format(
        "pg_catalog.jsonb_build_object('', pg_catalog.hashtextextended({}, 0)::text)", known);
  const std::string pairs = list(table_.key, [&](std::size_t place) {
    return quote_literal(table_.columns[place].target.name) + "::text, " + output_of(piece(place));
  });
  return fmt::format("pg_catalog.jsonb_build_object({})", pairs.substr(2));
}

std::string RowTexts::key_of_old() const {
  return as_key([&](std::size_t place) { return known_old(place); }, known_of_old());
}

std::string RowTexts::key_of_stage() const {
  return as_key([&](std::size_t place) { return staged(place); }, known_of_stage());
}

std::string RowTexts::key_of_origin() const {
  return as_key([&](std::size_t place) { return origin(place); }, known_of_origin());
}

std::string RowTexts::is(std::size_t place, const std::string& side, const std::string& text,
                         const std::string& value) const {
  const Column& target = table_.columns[place].target;
  const std::string wanted =
      fmt::format("({} OPERATOR(pg_catalog.->>) {}::text)", value, quote_literal(target.name));
  if (is_integer(place)) return side + " OPERATOR(pg_catalog.=) " + as_number(wanted);
  if (is_plain(place))
    return fmt::format("{} OPERATOR(pg_catalog.=) CAST({} AS {})", side, wanted, target.type);
  return fmt::format("({}){} OPERATOR(pg_catalog.=) {}", text, k_bytewise, wanted);
}

std::string RowTexts::origin_is(const std::string& value) const {
  std::string text;
  for (const std::size_t place : table_.key)
    text +=
        (text.empty() ? "" : " AND ") + is(place, origin(place), output_of(origin(place)), value);
  return text;
}

std::string RowTexts::old_is(const std::string& value) const {
  std::string text;
  for (const std::size_t place : table_.key) {
    const bool retyped = table_.columns[place].is_retyped();
    text += (text.empty() ? "" : " AND ") +
            is(place, old(place), retyped ? known_old(place) : output_of(old(place)), value);
  }
  return text;
}

template<class Piece>
std::string RowTexts::as_key_hash(const Piece& text, const Piece& number) const {
  std::string hash;
  for (const std::size_t place : table_.key) {
    const std::string one =
        is_integer(place)
            ? fmt::format("pg_catalog.hashint8extended({}, 3)", as_number(number(place)))
            : fmt::format("pg_catalog.hashtextextended(({}){}, 3)", text(place), k_bytewise);
    hash = hash.empty()
               ? one
               : fmt::format("pg_catalog.hashint8extended({} OPERATOR(pg_catalog.#) {}, 3)", hash,
                             one);
  }
  return hash;
}

std::string RowTexts::key_hash_of_old() const {
  using Piece = std::function<std::string(std::size_t)>;
  return as_key_hash<Piece>(
      [&](std::size_t place) {
        return table_.columns[place].is_retyped() ? known_old(place) : output_of(old(place));
      },
      [&](std::size_t place) { return old(place); });
}

std::string RowTexts::key_hash_of_stage() const {
  using Piece = std::function<std::string(std::size_t)>;
  return as_key_hash<Piece>(
      [&](std::size_t place) { return is_plain(place) ? output_of(staged(place)) : staged(place); },
      [&](std::size_t place) { return staged(place); });
}

std::string RowTexts::key_hash_of_origin() const {
  using Piece = std::function<std::string(std::size_t)>;
  return as_key_hash<Piece>([&](std::size_t place) { return output_of(origin(place)); },
                            [&](std::size_t place) { return origin(place); });
}

std::string RowTexts::followed_key() const {
  std::string text;
  for (const std::size_t place : table_.key)
    if (table_.columns[place].is_retyped() && !is_widened(table_.columns[place]))
      text += (text.empty() ? "" : ", ") + known_old(place);
  return text;
}

std::string RowTexts::fill_names() const {
  std::string text;
  for (const CarriedColumn& column : table_.columns)
    text += (text.empty() ? "" : ", ") + quote_identifier(column.target.name);
  return text;
}

std::string RowTexts::fill(std::size_t place) const {
  const CarriedColumn& column = table_.columns[place];
  if (!column.has_source())
    return fmt::format("CASE WHEN o.slipway_n IS NULL THEN CAST({} AS {}) ELSE {} END",
                       column.target.fallback.empty() ? "NULL" : "(" + column.target.fallback + ")",
                       column.target.type, old(place));
  if (is_plain(place)) return staged(place);
  if (column.reverse) return back_function(table_, place) + "(" + staged(place) + ")";
  if (!column.is_retyped()) return fmt::format("CAST({} AS {})", staged(place), column.target.type);
  // A value that only the migration changed, into the form of its new type, is left as it was.
  return fmt::format("CASE WHEN {}{} OPERATOR(pg_catalog.=) {} THEN {} ELSE {}({}) END",
                     known_old(place), k_bytewise, staged(place), old(place),
                     back_function(table_, place), staged(place));
}

std::string RowTexts::fill_values() const {
  std::string text;
  for (std::size_t place = 0; place < table_.columns.size(); ++place)
    text += (text.empty() ? "" : ", ") + fill(place);
  return text;
}

std::string RowTexts::old_values() const {
  std::string text;
  for (std::size_t place = 0; place < table_.columns.size(); ++place)
    text += (text.empty() ? "" : ", ") + old(place);
  return text;
}

} // namespace slipway::replay
