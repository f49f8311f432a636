#include "family.hpp"

#include "naming.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

Object table_of(const Object& object) {
  return object.parent().value_or(object);
}

std::string word_for(const Object& part) {
  return table_of(part).kind() == Kind::foreign_table ? "FOREIGN TABLE " : "TABLE ";
}

// Nothing that is done to its parent reaches it any more.
bool is_half_detached(const Object& table) {
  return table.has(Property::detach_pending);
}

} // namespace

bool existed(const Scene& scene, const Object& object) {
  return scene.from.find(table_of(object).identity()).has_value();
}

bool existed_and_stays(const Scene& scene, const Object& object) {
  const auto table = table_of(object).identity();
  return scene.from.find(table).has_value() && scene.to.find(table).has_value();
}

std::optional<Object> relation_of(const schema::Schema& schema, std::string_view text) {
  const auto name = split_name(text);
  return schema.relation(name.schema, name.name);
}

std::vector<std::string> parents_of(const Object& table) {
  auto parents = table.list(Property::inherits);
  if (table.has(Property::partition_of)) parents.emplace_back(table.text(Property::partition_of));
  return parents;
}

std::vector<Object> children_of(const schema::Schema& schema, const Object& table) {
  std::vector<Object> children;
  for (const auto kind : {Kind::table, Kind::foreign_table}) {
    for (const auto& one : schema.objects(kind)) {
      const auto parents = parents_of(one);
      const bool is_child = std::any_of(parents.begin(), parents.end(), [&](const auto& parent) {
        const auto name = split_name(parent);
        return name.schema == table.schema() && name.name == table.name();
      });
      if (is_child) children.push_back(one);
    }
  }
  return children;
}

std::vector<Object> all_below(const schema::Schema& schema, const Object& table) {
  auto below = children_of(schema, table);
  for (std::size_t at = 0; at < below.size(); ++at)
    for (auto& one : children_of(schema, below[at]))
      if (std::find(below.begin(), below.end(), one) == below.end())
        below.push_back(std::move(one));
  return below;
}

std::vector<std::string> lasting_parents(const Scene& scene, const Object& table) {
  const auto before = scene.from.relation(table.schema(), table.name());
  const auto after = scene.to.relation(table.schema(), table.name());
  if (!before || !after || is_half_detached(*before)) return {};
  std::vector<std::string> lasting;
  const auto old_parents = parents_of(*before);
  for (auto& parent : parents_of(*after))
    if (std::find(old_parents.begin(), old_parents.end(), parent) != old_parents.end())
      lasting.push_back(std::move(parent));
  return lasting;
}

bool is_to_be_attached(const Scene& scene, const Object& table) {
  const auto after = scene.to.relation(table.schema(), table.name());
  if (!after || !after->has(Property::partition_of)) return false;
  const auto before = scene.from.relation(table.schema(), table.name());
  return !before || is_half_detached(*before) ||
         before->get(Property::partition_of) != after->get(Property::partition_of);
}

bool lacks_parts(const Scene& scene, const Object& index) {
  const auto table = index.parent();
  return index.kind() == Kind::index && index.has(Property::invalid) && table &&
         table->has(Property::partition_by) && !scene.from.find(index.identity());
}

std::optional<Object> in_parent(const Scene& scene, const schema::Schema& schema,
                                const Object& part) {
  for (const auto& parent : lasting_parents(scene, table_of(part))) {
    const auto table = relation_of(schema, parent);
    const auto found = table ? table->part(part.kind(), part.part()) : std::nullopt;
    if (found) return found;
  }
  return std::nullopt;
}

std::string alter_only(const Scene& scene, const Object& part) {
  const bool has_children = !children_of(scene.from, part).empty();
  return "ALTER " + word_for(part) + (has_children ? "ONLY " : "") + qualified(part) + " ";
}

std::string alter_table(const Object& part) {
  return "ALTER " + word_for(part) + qualified(part) + " ";
}

void tell_loss_below(const Scene& scene, const Object& column, const std::string& loss,
                     Draft& draft) {
  const auto table = scene.from.relation(column.schema(), column.name());
  if (!table) return;
  const bool goes = !scene.to.find(column.identity());
  for (const auto& below : all_below(scene.from, *table)) {
    const auto same = below.part(Kind::column, column.part());
    // One that a table has as its own as well outlives its parent's.
    const bool stays = goes && same && scene.to.find(same->identity());
    if (same && !stays && !below.has(Property::partition_of))
      draft.finding_at(same->path(), FindingKind::data_loss, loss);
  }
}

} // namespace slipway::diff
