// What values may be too much for another type, and what of them does not come back.
#include "narrowing.hpp"

#include "built_in_casts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace slipway::diff {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// What every value of the first has a place for in the second.
constexpr auto k_kept = std::to_array<Pair>({
    {"smallint", "real"},
    {"smallint", "double precision"},
    {"integer", "double precision"},
    {"real", "double precision"},
    {"date", "timestamp without time zone"},
    {"date", "timestamp with time zone"},
    {"time without time zone", "interval"},
    {"time without time zone", "time with time zone"},
    {"cidr", "inet"},
    {"bit", "bit varying"},
    {"macaddr", "macaddr8"},
    {"boolean", "integer"},
    {"jsonb", "json"},
    {"smallint", "oid"},
    {"regclass", "oid"},
    {"oid", "regclass"},
    {"oid", "bigint"},
});

bool is_plain_text(const TypeText& type) {
  return !type.array && is_text(type) && type.base != "character";
}

// What is too long stops it, unless the rest is blanks: those are cut off without a word.
Narrowing narrow_text(const TypeText& from, const TypeText& to, const std::string& column) {
  const bool fixed = to.base == "character";
  const int length = modifier(to, 0, fixed ? 1 : 0);
  if (length == 0) return {};
  const auto limit = std::to_string(length);
  const auto text = column + "::text";
  const auto without_blanks = "pg_catalog.length(pg_catalog.rtrim(" + text + "))";
  const bool known = !from.array && (from.base == "character varying" || from.base == "character");
  const int before = known ? modifier(from, 0, from.base == "character" ? 1 : 0) : 0;
  Narrowing narrowing;
  const bool fits = before != 0 && before <= length;
  if (!fits) {
    narrowing.doubt = "values longer than " + limit + " characters stop it";
    narrowing.doubt_condition = without_blanks + " > " + limit;
  }
  if (!is_plain_text(from) || (fits && !fixed)) return narrowing;
  narrowing.loss = fixed ? "blanks at the end of values are no part of them any more"
                         : "blanks at the end of values that are longer than " + limit +
                               " characters are cut off";
  narrowing.loss_condition = fixed ? "pg_catalog.rtrim(" + text + ") <> " + text
                                   : "pg_catalog.length(" + text + ") > " + limit + " AND " +
                                         without_blanks + " <= " + limit;
  return narrowing;
}

Narrowing narrow_numeric(const TypeText& from, const TypeText& to, const std::string& column) {
  if (to.modifiers.empty() || to.array) return {};
  const int precision = modifier(to, 0, 0);
  const int scale = modifier(to, 1, 0);
  const int whole = precision - scale;
  Narrowing narrowing;
  const bool integer = integer_digits(from.base) > 0;
  const int whole_before = integer                  ? integer_digits(from.base)
                           : from.modifiers.empty() ? 131072
                                                    : modifier(from, 0, 0) - modifier(from, 1, 0);
  const int scale_before = integer ? 0 : from.modifiers.empty() ? 16383 : modifier(from, 1, 0);
  const auto rounded = "pg_catalog.round(" + column + "::numeric, " + std::to_string(scale) + ")";
  if (whole_before > whole) {
    narrowing.doubt = "values with more than " + std::to_string(whole) +
                      " digits before the decimal point stop it";
    narrowing.doubt_condition = "pg_catalog.abs(" + rounded + ") >= 1e" + std::to_string(whole) +
                                " AND " + column + " <> 'NaN'";
    if (integer)
      narrowing.doubt_condition = "pg_catalog.abs(" + rounded + ") >= 1e" + std::to_string(whole);
  }
  if (scale_before > scale) {
    narrowing.loss = "values are rounded to " + std::to_string(scale) + " decimal places";
    narrowing.loss_condition = rounded + "::" + from.base + " <> " + column;
  }
  return narrowing;
}

Narrowing narrow_integer(const TypeText& from, const TypeText& to, const std::string& column) {
  const auto limits = integer_limits(to.base);
  Narrowing narrowing;
  if (integer_digits(from.base) == 0) narrowing.loss = "values are rounded to whole numbers";
  if (integer_digits(from.base) != 0 && integer_digits(from.base) <= integer_digits(to.base))
    return {};
  narrowing.doubt = "values outside of " + limits.low + " to " + limits.high + " stop it";
  const auto whole = integer_digits(from.base) == 0 ? "pg_catalog.round(" + column + ")" : column;
  narrowing.doubt_condition = whole + " NOT BETWEEN " + limits.low + " AND " + limits.high;
  if (!narrowing.loss.empty()) narrowing.loss_condition = column + " <> " + whole;
  return narrowing;
}

Narrowing narrow_time(const TypeText& from, const TypeText& to, const std::string& column) {
  if (to.base == "date" && from.base != "date")
    return {{}, {}, "the time of day is lost", column + " <> " + column + "::date"};
  if (to.base.starts_with("time ") && from.base.starts_with("timestamp"))
    return {{}, {}, "the date is lost", column + " IS NOT NULL"};
  constexpr int k_full = 6;
  if (modifier(to, 0, k_full) >= modifier(from, 0, k_full) || from.base == "date") return {};
  return {{},
          {},
          "fractions of a second are rounded to " + std::to_string(modifier(to, 0, k_full)) +
              " places",
          column + " <> " + column + "::" + to.base.substr(0, to.base.find(' ')) + "(" +
              std::to_string(modifier(to, 0, k_full)) + ")" +
              (to.base.find(' ') == std::string::npos ? "" : to.base.substr(to.base.find(' ')))};
}

Narrowing narrow_bits(const TypeText& from, const TypeText& to, const std::string& column) {
  const bool fixed = to.base == "bit";
  const int length = modifier(to, 0, fixed ? 1 : 0);
  const int before = modifier(from, 0, from.base == "bit" ? 1 : 1 << 30);
  const bool fits = fixed ? from.base == "bit" && before == length : before <= length;
  if (length == 0 || fits) return {};
  return {"values of another length stop it",
          "pg_catalog.length(" + column + ") " + (fixed ? "<> " : "> ") + std::to_string(length),
          {},
          {}};
}

bool is_bits(const TypeText& type) {
  return type.base == "bit varying" || type.base == "bit";
}

} // namespace

Narrowing narrowing_of(const TypeText& from, const TypeText& to, const std::string& column) {
  if (to.array)
    return to.modifiers.empty() || (from.base == to.base && from.modifiers == to.modifiers)
               ? Narrowing{}
               : Narrowing{"an element that is too long or too large stops it", {}, {}, {}};
  if (to.base == "character varying" || to.base == "character")
    return narrow_text(from, to, column);
  if (from.array) return {};
  if (to.base == "numeric" && is_number(from.base)) return narrow_numeric(from, to, column);
  if (integer_digits(to.base) > 0 && is_number(from.base)) return narrow_integer(from, to, column);
  if (to.base == "real" && is_number(from.base) && from.base != "real" && from.base != "smallint")
    return {{},
            {},
            "digits beyond six are lost",
            column + "::real::numeric <> " + column + "::numeric"};
  if (to.base == "double precision" && (from.base == "numeric" || from.base == "bigint"))
    return {{},
            {},
            "digits beyond fifteen are lost",
            column + "::double precision::numeric <> " + column};
  if (is_time(to) && is_time(from)) return narrow_time(from, to, column);
  if (is_bits(to) && is_bits(from)) return narrow_bits(from, to, column);
  if (to.base == "name" && is_text(from) && from.base != "name")
    return {{},
            {},
            "what is beyond 63 bytes is cut off",
            "pg_catalog.octet_length(" + column + "::text) > 63"};
  return {};
}

bool comes_back(const TypeText& from, const TypeText& to) {
  // Everything has a text.
  if (!to.array && is_text(to) && to.base != "\"char\"") return true;
  if (from.array != to.array) return false;
  if (from.base == to.base) return true;
  // Both write down the text as it came.
  if (is_plain_text(from) && (to.base == "json" || to.base == "xml")) return true;
  if (integer_digits(from.base) > 0 && (integer_digits(to.base) > 0 || to.base == "numeric"))
    return true;
  return std::find(k_kept.begin(), k_kept.end(), Pair{from.base, to.base}) != k_kept.end();
}

} // namespace slipway::diff
