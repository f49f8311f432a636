#include "slipway/schema/schema.hpp"

#include "store.hpp"

#include <algorithm>
#include <tuple>

namespace slipway::schema {

namespace {

using Key = std::tuple<std::string_view, Kind, std::string_view, std::string_view>;

Key key_of(const Object::Store::Entry& entry) {
  return {entry.schema, entry.kind, entry.name, entry.part};
}

} // namespace

Kind Object::kind() const {
  return store_->entries[index_].kind;
}

std::string_view Object::schema() const {
  return store_->entries[index_].schema;
}

std::string_view Object::name() const {
  return store_->entries[index_].name;
}

std::string_view Object::part() const {
  return store_->entries[index_].part;
}

Identity Object::identity() const {
  const auto& entry = store_->entries[index_];
  return {entry.kind, std::string(entry.schema), std::string(entry.name), std::string(entry.part)};
}

std::optional<std::string_view> Object::get(Property property) const {
  const auto& entry = store_->entries[index_];
  for (auto at = entry.first_value; at < entry.first_value + entry.values; ++at)
    if (store_->values[at].property == property) return store_->values[at].text;
  return std::nullopt;
}

std::vector<std::string> Object::list(Property property) const {
  const auto text = get(property);
  return text ? split_list(*text) : std::vector<std::string>();
}

std::vector<Object::Value> Object::values() const {
  const auto& entry = store_->entries[index_];
  const auto first = store_->values.begin() + entry.first_value;
  return {first, first + entry.values};
}

std::optional<Object> Object::parent() const {
  const auto& entry = store_->entries[index_];
  if (entry.parent == index_) return std::nullopt;
  return Object(*store_, entry.parent);
}

std::vector<Object> Object::parts() const {
  std::vector<Object> found;
  const auto& entry = store_->entries[index_];
  for (Index at = 1; at <= entry.parts; ++at) found.emplace_back(*store_, index_ + at);
  return found;
}

std::vector<Object> Object::parts(Kind kind) const {
  std::vector<Object> found;
  const auto& entry = store_->entries[index_];
  for (Index at = 1; at <= entry.parts; ++at)
    if (store_->entries[index_ + at].kind == kind) found.emplace_back(*store_, index_ + at);
  return found;
}

std::optional<Object> Object::part(Kind kind, std::string_view name) const {
  const auto& entry = store_->entries[index_];
  const auto first = store_->entries.begin() + index_ + 1;
  const auto last = first + entry.parts;
  const auto found = std::lower_bound(
      first, last, std::pair(kind, name), [](const Store::Entry& one, const auto& wanted) {
        return std::pair(one.kind, one.part) < std::pair(wanted.first, wanted.second);
      });
  if (found == last || found->kind != kind || found->part != name) return std::nullopt;
  return Object(*store_, static_cast<Index>(found - store_->entries.begin()));
}

Schema::Schema() : store_(std::make_unique<Object::Store>()) {
}
Schema::Schema(std::unique_ptr<Object::Store> store) : store_(std::move(store)) {
}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

const Origin& Schema::origin() const {
  return store_->origin;
}

std::size_t Schema::size() const {
  return store_->entries.size();
}

Object Schema::at(Object::Index index) const {
  return {*store_, index};
}

std::vector<Object> Schema::objects() const {
  std::vector<Object> found;
  found.reserve(store_->tops.size());
  for (const auto index : store_->tops) found.emplace_back(*store_, index);
  return found;
}

std::vector<Object> Schema::objects(Kind kind) const {
  std::vector<Object> found;
  for (const auto index : store_->tops)
    if (store_->entries[index].kind == kind) found.emplace_back(*store_, index);
  return found;
}

std::optional<Object> Schema::find(const Identity& identity) const {
  if (!is_part(identity.kind)) {
    const Key wanted{identity.schema, identity.kind, identity.name, identity.part};
    const auto found = std::lower_bound(
        store_->tops.begin(), store_->tops.end(), wanted,
        [&](Object::Index index, const Key& key) { return key_of(store_->entries[index]) < key; });
    if (found == store_->tops.end() || key_of(store_->entries[*found]) != wanted)
      return std::nullopt;
    return Object(*store_, *found);
  }
  const auto holder = identity.kind == Kind::domain_constraint
                          ? find({Kind::domain, identity.schema, identity.name, {}})
                          : relation(identity.schema, identity.name);
  if (holder) return holder->part(identity.kind, identity.part);
  const auto composite = find({Kind::composite_type, identity.schema, identity.name, {}});
  return composite ? composite->part(identity.kind, identity.part) : std::nullopt;
}

std::optional<Object> Schema::relation(std::string_view schema, std::string_view name) const {
  for (const auto kind : {Kind::table, Kind::view, Kind::materialized_view, Kind::foreign_table})
    if (auto found = find({kind, std::string(schema), std::string(name), {}})) return found;
  return std::nullopt;
}

const std::vector<Dependency>& Schema::dependencies() const {
  return store_->dependencies;
}

bool Schema::has_dependencies() const {
  return store_->dependencies_read;
}

} // namespace slipway::schema
