// Which changes of a column's type are free, which write the table anew, which depend on the rows.
#include "column_type.hpp"

#include "built_in_casts.hpp"
#include "naming.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;
using Work = TypeChange::Work;

std::optional<Object> domain_of(const schema::Schema& schema, const TypeText& type) {
  const auto name = split_name(type.base);
  return type.array ? std::nullopt : schema.find({Kind::domain, name.schema, name.name, {}});
}

bool has_rules(const Object& domain) {
  return domain.has(Property::not_null) || !domain.parts(Kind::domain_constraint).empty();
}

// The type below all domains.
TypeText ground(const schema::Schema& schema, TypeText type) {
  while (const auto domain = domain_of(schema, type))
    type = parse_type(domain->text(Property::base_type));
  return type;
}

// Whether a value of `from` may have more in it than `to` can hold, by modifiers alone.
struct Narrowing {
  std::string doubt;
  std::string loss;
  std::string condition; ///< of rows that are concerned
};

int modifier(const TypeText& type, std::size_t at, int otherwise) {
  return at < type.modifiers.size() ? type.modifiers[at] : otherwise;
}

bool is_text(const TypeText& type) {
  return type.base == "text" || type.base == "character varying" || type.base == "character" ||
         type.base == "name" || type.base == "\"char\"";
}

Narrowing narrow_text(const TypeText& from, const TypeText& to, const std::string& column) {
  const int length = modifier(to, 0, to.base == "character" ? 1 : 0);
  const bool unlimited = to.base == "text" || (to.base == "character varying" && length == 0);
  if (unlimited || to.array) return {};
  const bool known = from.base == "character varying" || from.base == "character";
  const int before = known ? modifier(from, 0, from.base == "character" ? 1 : 0) : 0;
  if (known && before != 0 && before <= length && is_text(from)) return {};
  if (length == 0) return {};
  return {"values longer than " + std::to_string(length) + " characters stop it",
          {},
          "pg_catalog.length(" + column + "::text) > " + std::to_string(length)};
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
    narrowing.condition = "pg_catalog.abs(" + rounded + ") >= 1e" + std::to_string(whole);
  }
  if (scale_before > scale) {
    narrowing.loss = "values are rounded to " + std::to_string(scale) + " decimal places";
    narrowing.condition += (narrowing.condition.empty() ? "" : " OR ") + rounded + " <> " + column;
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
  narrowing.condition = column + " NOT BETWEEN " + limits.low + " AND " + limits.high;
  if (!narrowing.loss.empty())
    narrowing.condition += " OR " + column + " <> pg_catalog.round(" + column + "::numeric)";
  return narrowing;
}

Narrowing narrow_time(const TypeText& from, const TypeText& to, const std::string& column) {
  if (to.base == "date" && from.base != "date")
    return {{}, "the time of day is lost", column + " <> " + column + "::date"};
  if (to.base.starts_with("time ") && from.base.starts_with("timestamp"))
    return {{}, "the date is lost", column + " IS NOT NULL"};
  constexpr int k_full = 6;
  if (modifier(to, 0, k_full) >= modifier(from, 0, k_full) || from.base == "date") return {};
  return {{},
          "fractions of a second are rounded to " + std::to_string(modifier(to, 0, k_full)) +
              " places",
          column + " <> " + column + "::" + to.base.substr(0, to.base.find(' ')) + "(" +
              std::to_string(modifier(to, 0, k_full)) + ")" +
              (to.base.find(' ') == std::string::npos ? "" : to.base.substr(to.base.find(' ')))};
}

bool is_time(const TypeText& type) {
  return type.base == "date" || type.base.starts_with("time") || type.base == "interval";
}

Narrowing narrowing_of(const TypeText& from, const TypeText& to, const std::string& column) {
  if (from.array || to.array) return {};
  if (to.base == "character varying" || to.base == "character")
    return narrow_text(from, to, column);
  if (to.base == "numeric" && is_number(from.base)) return narrow_numeric(from, to, column);
  if (integer_digits(to.base) > 0 && is_number(from.base)) return narrow_integer(from, to, column);
  if (to.base == "real" && is_number(from.base) && from.base != "real")
    return {
        {}, "digits beyond six are lost", column + "::real::numeric <> " + column + "::numeric"};
  if (to.base == "double precision" && from.base == "numeric")
    return {
        {}, "digits beyond fifteen are lost", column + "::double precision::numeric <> " + column};
  if (is_time(to) && is_time(from)) return narrow_time(from, to, column);
  if ((to.base == "bit varying" || to.base == "bit") && modifier(to, 0, 0) != 0 &&
      (to.base == "bit" || modifier(from, 0, 1 << 30) > modifier(to, 0, 0)))
    return {"values of another length stop it",
            {},
            "pg_catalog.length(" + column + ") " + (to.base == "bit" ? "<> " : "> ") +
                std::to_string(modifier(to, 0, 0))};
  return {};
}

// Whether the same bytes serve for both, so that nothing is written.
bool is_free(const TypeText& from, const TypeText& to) {
  if (from.array != to.array) return false;
  if (from.base == to.base) {
    if (from.modifiers == to.modifiers) return true;
    if (from.array) return false;
    if (from.base == "numeric")
      return to.modifiers.empty() ||
             (!from.modifiers.empty() && modifier(from, 1, 0) == modifier(to, 1, 0) &&
              modifier(to, 0, 0) >= modifier(from, 0, 0));
    if (from.base == "character" || from.base == "bit") return false;
    const bool time = is_time(from);
    if (to.modifiers.empty()) return true;
    return modifier(from, 0, time ? 6 : 1 << 30) <= modifier(to, 0, 0);
  }
  const bool unlimited_target = to.modifiers.empty();
  if (!unlimited_target && to.base == "character varying") return false;
  return !from.array && is_same_storage(from.base, to.base);
}

Work work_of(const Scene& scene, const Object& column_from, const TypeText& from,
             const TypeText& to) {
  if (const auto domain = domain_of(scene.to, to)) {
    if (has_rules(*domain)) return Work::rewrite;
    const auto base = parse_type(domain->text(Property::base_type));
    return is_free(ground(scene.from, from), base) ? Work::none : Work::rewrite;
  }
  const auto base = ground(scene.from, from);
  if (!is_free(base, to)) return Work::rewrite;
  return base.base == to.base || is_text(to) || column_from.has(Property::generated)
             ? Work::none
             : Work::indexes;
}

bool is_enum(const Scene& scene, const TypeText& type) {
  const auto name = split_name(type.base);
  return scene.from.find({Kind::enum_type, name.schema, name.name, {}}) ||
         scene.to.find({Kind::enum_type, name.schema, name.name, {}});
}

// Casts that users made; they hold in assignments unless they say explicit.
std::optional<Object> user_cast(const Scene& scene, const std::string& from,
                                const std::string& to) {
  for (const auto* schema : {&scene.from, &scene.to})
    if (auto found = schema->find({Kind::cast, {}, from + " AS " + to, {}})) return found;
  return std::nullopt;
}

// How a value gets there when the server does not know by itself.
void convert(const Scene& scene, const TypeText& from, const TypeText& to, const Object& column,
             TypeChange& change) {
  const auto name = ident(column.part());
  const std::string target(column.text(Property::type));
  if (const auto cast = user_cast(scene, from.base, to.base); cast && from.array == to.array) {
    if (!cast->has(Property::context)) change.using_expression = name + "::" + target;
    return;
  }
  if (from.array == to.array && converts_in_assignment(from.base, to.base)) return;
  if (!to.array && is_text(to)) return;
  change.doubt = "a value that is none of the new type's stops it";
  const bool explicit_cast =
      from.array == to.array && (is_text(from) || has_explicit_cast(from.base, to.base));
  const bool arrays = from.array && to.array;
  change.using_expression = name +
                            (explicit_cast ? "::"
                             : arrays      ? "::text[]::"
                                           : "::text::") +
                            target;
}

// Text to the labels of an enum: which values are none of them can be asked.
std::string not_a_label(const Scene& scene, const TypeText& to, const std::string& column) {
  const auto name = split_name(to.base);
  const auto type = scene.to.find({Kind::enum_type, name.schema, name.name, {}});
  if (!type || to.array) return {};
  std::string labels;
  for (const auto& label : type->list(Property::labels))
    labels += (labels.empty() ? "" : ", ") + literal(label);
  return labels.empty() ? column + " IS NOT NULL" : column + "::text NOT IN (" + labels + ")";
}

bool between_timestamps(const TypeText& from, const TypeText& to) {
  const auto pair = from.base + " > " + to.base;
  return pair == "timestamp without time zone > timestamp with time zone" ||
         pair == "timestamp with time zone > timestamp without time zone";
}

std::string count_where(const Object& column, const std::string& condition) {
  return "SELECT count(*) FROM " + qualified(column) + " WHERE " + condition;
}

} // namespace

TypeText parse_type(std::string_view text) {
  TypeText type;
  while (text.ends_with("[]")) {
    type.array = true;
    text.remove_suffix(2);
  }
  std::string base(text);
  const auto open = base.find_last_of('(');
  const auto close = open == std::string::npos ? open : base.find(')', open);
  const auto quote = base.find_last_of('"');
  if (close != std::string::npos && (quote == std::string::npos || quote < open)) {
    for (auto at = open; at < close;) {
      int value = 0;
      const auto parsed = std::from_chars(base.data() + at + 1, base.data() + close, value);
      if (parsed.ec == std::errc()) type.modifiers.push_back(value);
      at = std::min(base.find(',', at + 1), close);
    }
    base.erase(open, close - open + 1);
  }
  type.base = std::move(base);
  return type;
}

TypeChange type_change(const Scene& scene, const Object& from, const Object& to) {
  TypeChange change;
  const auto before = parse_type(from.text(Property::type));
  const auto after = parse_type(to.text(Property::type));
  const auto name = ident(from.part());
  const auto ground_before = ground(scene.from, before);
  const auto ground_after = ground(scene.to, after);
  change.work = work_of(scene, from, before, after);
  change.new_meaning = ground_before.base != ground_after.base &&
                       !(is_text(ground_before) && is_text(ground_after)) &&
                       !(is_number(ground_before.base) && is_number(ground_after.base));
  if (between_timestamps(before, after)) {
    change.using_expression = name + " AT TIME ZONE 'UTC'";
    change.doubt = "the times that are there are taken to be UTC";
    change.work = Work::rewrite;
    change.count_sql = count_where(from, name + " IS NOT NULL");
    return change;
  }
  convert(scene, ground_before, ground_after, to, change);
  auto narrowing = narrowing_of(ground_before, ground_after, name);
  if (is_enum(scene, ground_after)) narrowing.condition = not_a_label(scene, ground_after, name);
  if (!narrowing.doubt.empty()) change.doubt = narrowing.doubt;
  change.loss = narrowing.loss;
  if (const auto domain = domain_of(scene.to, after);
      domain && has_rules(*domain) && change.doubt.empty())
    change.doubt = "values that the domain refuses stop it";
  if (!narrowing.condition.empty()) change.count_sql = count_where(from, narrowing.condition);
  return change;
}

} // namespace slipway::diff
