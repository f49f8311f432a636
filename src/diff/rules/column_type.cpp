// Which changes of a column's type are free, which write the table anew, which depend on the rows.
#include "column_type.hpp"

#include "built_in_casts.hpp"
#include "naming.hpp"
#include "narrowing.hpp"

#include <algorithm>

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
  if (!unlimited_target && (to.base == "character varying" || to.base.starts_with("bit")))
    return false;
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
  // The server does not look how long values of a domain may be.
  if (domain_of(scene.from, from) && !to.modifiers.empty()) return Work::rewrite;
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
  // The blanks that fill up a character(n) are none of the value's.
  const bool plain_text = is_text(from) && from.base != "character";
  const bool explicit_cast =
      from.array == to.array && (plain_text || has_explicit_cast(from.base, to.base));
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

// What stops it and what is lost, with the counts that tell all of it and nothing else.
void judge_values(const Scene& scene, const Object& from, const Object& to, const TypeText& before,
                  const TypeText& after, TypeChange& change) {
  const auto name = ident(from.part());
  const bool named = is_enum(scene, after);
  const bool may_not_convert = !change.doubt.empty();
  auto narrowing = narrowing_of(before, after, name);
  if (named && may_not_convert) narrowing.doubt_condition = not_a_label(scene, after, name);
  if (may_not_convert && !named) narrowing.doubt_condition.clear();
  if (!may_not_convert) change.doubt = narrowing.doubt;
  const auto domain = domain_of(scene.to, parse_type(to.text(Property::type)));
  if (domain && has_rules(*domain)) {
    narrowing.doubt_condition.clear();
    if (change.doubt.empty()) change.doubt = "values that the domain refuses stop it";
  }
  if (narrowing.loss.empty() && !named &&
      (user_cast(scene, before.base, after.base) || !comes_back(before, after))) {
    const std::string target(to.text(Property::type));
    const auto converted =
        change.using_expression.empty() ? name + "::" + target : change.using_expression;
    narrowing.loss =
        "values become what " + target + " makes of them; what they were written like is lost";
    narrowing.loss_condition = "(" + converted +
                               ")::text::" + std::string(from.text(Property::type)) + "::text <> " +
                               name + "::text";
  }
  change.loss = narrowing.loss;
  if (!narrowing.doubt_condition.empty())
    change.doubt_count_sql = count_where(from, narrowing.doubt_condition);
  if (!narrowing.loss_condition.empty())
    change.loss_count_sql = count_where(from, narrowing.loss_condition);
}

} // namespace

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
    change.doubt_count_sql = count_where(from, name + " IS NOT NULL");
    const auto rounded = narrowing_of(before, {before.base, after.modifiers, false}, name);
    change.loss = rounded.loss;
    if (!rounded.loss.empty()) change.loss_count_sql = count_where(from, rounded.loss_condition);
    return change;
  }
  convert(scene, ground_before, ground_after, to, change);
  judge_values(scene, from, to, ground_before, ground_after, change);
  return change;
}

} // namespace slipway::diff
