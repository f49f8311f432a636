#include "view_columns.hpp"

#include "naming.hpp"
#include "options_change.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_has_default_storage = 160000;

std::string alter_column(const Object& column) {
  return "ALTER " + sql_name(column.parent()->identity()) + " ALTER COLUMN " + ident(column.part());
}

// Before 16 there is no word for "as the type has it".
std::string storage_of(const Scene& scene, const Object& column) {
  if (column.has(Property::storage)) return std::string(column.text(Property::storage));
  if (scene.to.origin().server_version >= k_has_default_storage) return "DEFAULT";
  return column.text(Property::type).starts_with("numeric") ? "main" : "extended";
}

std::string text_or(const Object& column, Property property, std::string_view otherwise) {
  return std::string(column.get(property).value_or(otherwise));
}

void change_default(const Object& column, Draft& draft) {
  if (column.has(Property::default_value))
    draft.add("set default", alter_column(column) + " SET DEFAULT " +
                                 std::string(column.text(Property::default_value)));
  else
    draft.add("drop default", alter_column(column) + " DROP DEFAULT");
}

} // namespace

bool is_view_column(const Object& object) {
  if (object.kind() != Kind::column) return false;
  const auto kind = object.parent()->kind();
  return kind == Kind::view || kind == Kind::materialized_view;
}

void create_view_column(const Scene& scene, const Object& column, Draft& draft) {
  if (column.has(Property::default_value)) change_default(column, draft);
  if (column.parent()->kind() == Kind::view) return;
  if (column.has(Property::statistics_target))
    draft.add("set statistics", alter_column(column) + " SET STATISTICS " +
                                    text_or(column, Property::statistics_target, "-1"));
  if (column.has(Property::storage))
    draft.add("set storage", alter_column(column) + " SET STORAGE " + storage_of(scene, column));
  if (column.has(Property::compression))
    draft.add("set compression", alter_column(column) + " SET COMPRESSION " +
                                     text_or(column, Property::compression, "default"));
  change_options(alter_column(column), {}, column.list(Property::options), draft);
}

void drop_view_column(const Scene&, const Object&, Draft&) {
}

Altered alter_view_column(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& column = alteration.to;
  if (alteration.has(Property::default_value)) change_default(column, draft);
  if (column.parent()->kind() == Kind::view) return Altered::done;
  if (alteration.has(Property::statistics_target))
    draft.add("set statistics", alter_column(column) + " SET STATISTICS " +
                                    text_or(column, Property::statistics_target, "-1"));
  if (alteration.has(Property::storage))
    draft.add("set storage", alter_column(column) + " SET STORAGE " + storage_of(scene, column));
  if (alteration.has(Property::compression))
    draft.add("set compression", alter_column(column) + " SET COMPRESSION " +
                                     text_or(column, Property::compression, "default"));
  if (alteration.has(Property::options))
    change_options(alter_column(column), alteration.from.list(Property::options),
                   column.list(Property::options), draft);
  return Altered::done;
}

} // namespace slipway::diff
