#include "store.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/schema/acl.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace slipway::schema {

namespace {

constexpr std::size_t k_block = std::size_t{64} * 1024;

using Store = Object::Store;
using Index = Object::Index;

struct DraftEntry {
  Kind kind;
  Index parent; // itself, when it is no part
  std::string_view schema, name, part;
};

struct DraftValue {
  Index object;
  Property property;
  std::string_view text;
};

auto top_key(const DraftEntry& entry) {
  return std::tie(entry.schema, entry.kind, entry.name, entry.part);
}

auto part_key(const DraftEntry& entry) {
  return std::tie(entry.kind, entry.part);
}

bool is_other(const std::vector<DraftEntry>& entries, Index one, Index other) {
  return entries[one].parent != entries[other].parent || one == entries[one].parent ||
         part_key(entries[one]) != part_key(entries[other]);
}

// Objects by their keys, each followed by its parts by theirs. Parts are sorted in their own small
// groups, for of a large schema they are nearly all.
std::vector<Index> canonical_order(const std::vector<DraftEntry>& entries) {
  std::vector<Index> tops;
  std::vector<Index> parts_before(entries.size() + 1);
  for (Index at = 0; at < entries.size(); ++at) {
    if (entries[at].parent == at)
      tops.push_back(at);
    else
      ++parts_before[entries[at].parent + 1];
  }
  std::partial_sum(parts_before.begin(), parts_before.end(), parts_before.begin());
  std::vector<Index> parts(entries.size() - tops.size());
  auto next = parts_before;
  for (Index at = 0; at < entries.size(); ++at)
    if (entries[at].parent != at) parts[next[entries[at].parent]++] = at;

  std::sort(tops.begin(), tops.end(),
            [&](Index a, Index b) { return top_key(entries[a]) < top_key(entries[b]); });
  std::vector<Index> order;
  order.reserve(entries.size());
  for (const auto top : tops) {
    SLIPWAY_ASSERT(order.empty() ||
                   top_key(entries[entries[order.back()].parent]) < top_key(entries[top]));
    order.push_back(top);
    const auto from = parts.begin() + parts_before[top];
    const auto to = parts.begin() + parts_before[top + 1];
    std::sort(from, to,
              [&](Index a, Index b) { return part_key(entries[a]) < part_key(entries[b]); });
    order.insert(order.end(), from, to);
  }
  return order;
}

// By object and property, those of one property in the order in which they were set.
std::vector<DraftValue> by_object(const std::vector<DraftValue>& values, std::size_t objects) {
  std::vector<Index> next(objects + 1);
  for (const auto& value : values) ++next[value.object + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<DraftValue> sorted(values.size());
  for (const auto& value : values) sorted[next[value.object]++] = value;
  auto from = sorted.begin();
  for (std::size_t object = 0; object < objects; ++object) {
    const auto to = sorted.begin() + next[object];
    std::stable_sort(
        from, to, [](const DraftValue& a, const DraftValue& b) { return a.property < b.property; });
    from = to;
  }
  return sorted;
}

} // namespace

std::string_view TextPool::keep(std::string_view text) {
  const auto found = known_.find(text);
  if (found != known_.end()) return *found;
  const auto kept = copy(text);
  known_.insert(kept);
  return kept;
}

std::string_view TextPool::copy(std::string_view text) {
  if (used_ + text.size() > capacity_) {
    capacity_ = std::max(k_block, text.size());
    blocks_.push_back(std::make_unique<char[]>(capacity_));
    used_ = 0;
  }
  char* const place = blocks_.empty() ? nullptr : blocks_.back().get() + used_;
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return text.empty() ? std::string_view() : std::string_view(place, text.size());
}

struct SchemaBuilder::Draft {
  std::unique_ptr<Store> store = std::make_unique<Store>();
  std::vector<DraftEntry> entries;
  std::vector<DraftValue> values;
  std::vector<Dependency> dependencies;
};

SchemaBuilder::SchemaBuilder() : draft_(std::make_unique<Draft>()) {
}
SchemaBuilder::~SchemaBuilder() = default;

SchemaBuilder::Handle SchemaBuilder::add(Kind kind, std::string_view schema, std::string_view name,
                                         std::string_view part) {
  const auto handle = static_cast<Handle>(draft_->entries.size());
  auto& texts = draft_->store->texts;
  draft_->entries.push_back({kind, handle, texts.keep(schema), texts.keep(name), texts.keep(part)});
  return handle;
}

SchemaBuilder::Handle SchemaBuilder::add_part(Handle parent, Kind kind, std::string_view part) {
  const auto handle = static_cast<Handle>(draft_->entries.size());
  const auto holder = draft_->entries[parent];
  draft_->entries.push_back(
      {kind, parent, holder.schema, holder.name, draft_->store->texts.keep(part)});
  return handle;
}

void SchemaBuilder::set(Handle handle, Property property, std::string_view value) {
  draft_->values.push_back({handle, property, draft_->store->texts.keep(value)});
}

void SchemaBuilder::set_flag(Handle handle, Property property, bool value) {
  if (value) set(handle, property, "yes");
}

void SchemaBuilder::set_list(Handle handle, Property property,
                             const std::vector<std::string>& values) {
  if (values.empty()) return;
  set(handle, property,
      property_shape(property) == Shape::set ? join_set(values) : join_list(values));
}

void SchemaBuilder::depends(Handle object, Handle needs) {
  // A part needs what it is a part of, and nobody has to say so.
  const auto& entries = draft_->entries;
  if (object == needs || entries[object].parent == needs || entries[needs].parent == object) return;
  draft_->dependencies.push_back({object, needs});
}

void SchemaBuilder::dependencies_read() {
  draft_->store->dependencies_read = true;
}

void SchemaBuilder::settle_owners(std::string_view database_owner) {
  auto& draft = *draft_;
  std::unordered_map<Index, std::string_view> owners;
  std::unordered_set<Index> follow_their_table;
  for (const auto& value : draft.values) {
    if (value.property == Property::owner) owners[value.object] = value.text;
    if (value.property == Property::owned_by) follow_their_table.insert(value.object);
  }
  for (auto& value : draft.values) {
    const bool acl = value.property == Property::acl || value.property == Property::identity_acl;
    if (!acl || value.text.empty()) continue;
    const auto found = owners.find(draft.entries[value.object].parent);
    const auto owner = found == owners.end() ? database_owner : found->second;
    value.text = draft.store->texts.keep(join_set(canonical_acl(split_list(value.text), owner)));
  }
  std::erase_if(draft.values, [&](const DraftValue& value) {
    return value.property == Property::owner &&
           (value.text == database_owner || follow_their_table.contains(value.object));
  });
}

Schema SchemaBuilder::finish(Origin origin) {
  settle_owners(origin.owner);
  auto& draft = *draft_;
  const auto& entries = draft.entries;
  const auto order = canonical_order(entries);

  auto store = std::move(draft.store);
  store->origin = std::move(origin);
  std::vector<Index> place(entries.size());
  for (Index at = 0; at < order.size(); ++at) place[order[at]] = at;

  store->entries.resize(entries.size());
  for (Index at = 0; at < order.size(); ++at) {
    const auto& from = entries[order[at]];
    SLIPWAY_ASSERT(at == 0 || is_other(entries, order[at - 1], order[at]));
    auto& entry = store->entries[at];
    entry.kind = from.kind;
    entry.schema = from.schema;
    entry.name = from.name;
    entry.part = from.part;
    entry.parent = place[from.parent];
    if (entry.parent == at)
      store->tops.push_back(at);
    else
      ++store->entries[entry.parent].parts;
  }

  for (auto& value : draft.values) value.object = place[value.object];
  const auto values = by_object(draft.values, entries.size());
  store->values.reserve(values.size());
  for (std::size_t at = 0; at < values.size(); ++at) {
    const auto& value = values[at];
    if (at + 1 < values.size() && values[at + 1].object == value.object &&
        values[at + 1].property == value.property)
      continue;
    auto& entry = store->entries[value.object];
    if (entry.values == 0) entry.first_value = static_cast<Index>(store->values.size());
    ++entry.values;
    store->values.push_back({value.property, value.text});
  }

  for (auto& one : draft.dependencies)
    store->dependencies.push_back({place[one.object], place[one.needs]});
  auto& needs = store->dependencies;
  std::sort(needs.begin(), needs.end());
  needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
  draft_ = std::make_unique<Draft>();
  return Schema(std::move(store));
}

} // namespace slipway::schema
