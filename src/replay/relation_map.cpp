// Finding a table or a column in a map.
#include "slipway/replay/relation_map.hpp"

#include <algorithm>

namespace slipway::replay {

namespace {

template<class Things, class Is>
auto* found(const Things& things, const Is& is) {
  const auto at = std::find_if(things.begin(), things.end(), is);
  return at == things.end() ? nullptr : &*at;
}

} // namespace

const Column* Relation::column(int number) const {
  return found(columns, [&](const Column& one) { return one.number == number; });
}

const Column* Relation::column(std::string_view column_name) const {
  return found(columns, [&](const Column& one) { return one.name == column_name; });
}

const Relation* RelationMap::relation(std::uint32_t id) const {
  return found(relations, [&](const Relation& one) { return one.id == id; });
}

const Relation* RelationMap::relation(const QualifiedName& name) const {
  return found(relations, [&](const Relation& one) { return one.name == name; });
}

} // namespace slipway::replay
