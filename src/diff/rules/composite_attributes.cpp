#include "composite_attributes.hpp"

#include "column_type.hpp"
#include "naming.hpp"
#include "type_users.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

int ordinal_of(const Object& attribute) {
  int number = 0;
  const auto text = attribute.text(Property::ordinal);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<Object> in_order(const Object& type) {
  auto attributes = type.parts(Kind::column);
  std::sort(attributes.begin(), attributes.end(),
            [](const Object& a, const Object& b) { return ordinal_of(a) < ordinal_of(b); });
  return attributes;
}

std::string type_of(const Object& attribute) {
  std::string text(attribute.text(Property::type));
  if (attribute.has(Property::collation))
    text += " COLLATE " + std::string(attribute.text(Property::collation));
  return text;
}

std::vector<Object> tables_of_type(const Scene& scene, const Object& attribute) {
  std::vector<Object> tables;
  const auto type = scene.from.find(attribute.parent()->identity());
  for (const auto& table : scene.from.objects(Kind::table))
    if (type && table.has(Property::of_type) && is_of_type(table.text(Property::of_type), *type))
      tables.push_back(table);
  return tables;
}

// Tables of the type take part in its changes.
std::string cascade(const Scene& scene, const Object& attribute) {
  return tables_of_type(scene, attribute).empty() ? std::string() : " CASCADE";
}

// What becomes of the rows of a table of the type.
void warn_of_type(const Scene& scene, const Object& table, const Object& attribute, Draft& draft) {
  const auto from = table.part(Kind::column, attribute.part());
  if (!from) return;
  // The table may go later in the plan.
  const auto to = scene.to.find(from->identity());
  const auto change = type_change(scene, *from, to.value_or(attribute));
  const auto path = from->path();
  if (change.work == TypeChange::Work::rewrite)
    draft.finding_at(path, FindingKind::rewrite,
                     "every row of " + qualified(table) +
                         " is written anew under a lock that stops readers and writers");
  if (!change.doubt.empty())
    draft.finding_at(path, FindingKind::data_dependent, change.doubt, change.doubt_count_sql);
  if (!change.loss.empty())
    draft.finding_at(path, FindingKind::data_loss, change.loss, change.loss_count_sql);
}

std::string alter(const Object& attribute) {
  return "ALTER TYPE " + qualified(attribute);
}

// Whether all that stays is first, in its old order.
bool is_reordered(const Object& from, const Object& to) {
  int last = 0;
  bool saw_new = false;
  for (const auto& attribute : in_order(to)) {
    const auto before = from.part(Kind::column, attribute.part());
    if (!before) {
      saw_new = true;
      continue;
    }
    const auto place = ordinal_of(*before);
    if (saw_new || place < last) return true;
    last = place;
  }
  return false;
}

} // namespace

std::string attribute_list(const Object& type) {
  std::string text;
  for (const auto& attribute : in_order(type))
    text += (text.empty() ? "" : ", ") + ident(attribute.part()) + " " + type_of(attribute);
  return "(" + text + ")";
}

void create_attribute(const Scene& scene, const Object& attribute, Draft& draft) {
  draft.add("add attribute", alter(attribute) + " ADD ATTRIBUTE " + ident(attribute.part()) + " " +
                                 type_of(attribute) + cascade(scene, attribute));
}

void drop_attribute(const Scene& scene, const Object& attribute, Draft& draft) {
  draft.add("drop attribute", alter(attribute) + " DROP ATTRIBUTE " + ident(attribute.part()) +
                                  cascade(scene, attribute));
  if (is_stored(scene.from, *attribute.parent()))
    draft.finding(FindingKind::data_loss,
                  "the values of " + attribute.path() + " in rows that hold the type are lost");
  for (const auto& column : columns_under_type(scene.from, *attribute.parent()))
    draft.finding_at(column.path(), FindingKind::data_loss,
                     "what its values have in " + std::string(attribute.part()) + " is lost");
  for (const auto& table : tables_of_type(scene, attribute))
    if (const auto column = table.part(Kind::column, attribute.part()))
      draft.finding_at(column->path(), FindingKind::data_loss, "its values are lost",
                       "SELECT count(*) FROM " + qualified(table) + " WHERE " +
                           ident(attribute.part()) + " IS NOT NULL");
}

Altered alter_attribute(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& attribute = alteration.to;
  if (!alteration.has(Property::type) && !alteration.has(Property::collation)) return Altered::done;
  if (is_stored(scene.from, *alteration.from.parent())) {
    draft.refuse("PostgreSQL does not change the type of " + attribute.path() + " from " +
                 type_of(alteration.from) + " to " + type_of(attribute) +
                 " while columns hold values of its type: make a new type beside it, move those "
                 "columns, and drop the old one");
    return Altered::done;
  }
  const auto users = cascade(scene, attribute);
  if (!users.empty() && !type_change(scene, alteration.from, attribute).using_expression.empty()) {
    draft.refuse("PostgreSQL does not change the type of " + attribute.path() + " from " +
                 type_of(alteration.from) + " to " + type_of(attribute) +
                 " in the tables of its type, since it cannot tell how: make a new attribute "
                 "beside it, copy the values, and drop the old one");
    return Altered::done;
  }
  draft.disturb(attribute.identity(), Disturbance::Reach::type_change);
  draft.add("alter attribute type", alter(attribute) + " ALTER ATTRIBUTE " +
                                        ident(attribute.part()) + " TYPE " + type_of(attribute) +
                                        users);
  for (const auto& table : tables_of_type(scene, attribute))
    warn_of_type(scene, table, attribute, draft);
  return Altered::done;
}

void rebuild_reordered_types(const Scene& scene, Tasks& tasks) {
  std::vector<std::pair<Object, Object>> found;
  for (const auto& [identity, task] : tasks.all) {
    if (identity.kind != Kind::column) continue;
    const auto holder = task.to ? task.to->parent() : task.from->parent();
    if (holder->kind() != Kind::composite_type) continue;
    const auto from = scene.from.find(holder->identity());
    const auto to = scene.to.find(holder->identity());
    if (from && to && is_reordered(*from, *to)) found.emplace_back(*from, *to);
  }
  for (const auto& [from, to] : found) {
    auto& task = tasks.all[to.identity()];
    task.from = from;
    task.to = to;
    task.kind = Task::Kind::rebuild;
  }
}

} // namespace slipway::diff
