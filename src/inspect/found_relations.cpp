#include "found_relations.hpp"

#include <algorithm>
#include <tuple>

namespace slipway::inspect {

namespace {

template<class Map>
const typename Map::mapped_type* found_in(const Map& map, FoundRelations::Oid oid) {
  const auto found = map.find(oid);
  return found == map.end() ? nullptr : &found->second;
}

} // namespace

const FoundRelations::Relation* FoundRelations::relation(Oid oid) const {
  return found_in(relations_, oid);
}

void FoundRelations::settle() {
  std::sort(columns_.begin(), columns_.end(), [](const Column& a, const Column& b) {
    return std::tie(a.relation, a.number) < std::tie(b.relation, b.number);
  });
}

const FoundRelations::Column* FoundRelations::column(Oid relation, int number) const {
  const auto found = std::lower_bound(columns_.begin(), columns_.end(), std::tie(relation, number),
                                      [](const Column& column, const auto& wanted) {
                                        return std::tie(column.relation, column.number) < wanted;
                                      });
  if (found == columns_.end() || found->relation != relation || found->number != number)
    return nullptr;
  return &*found;
}

const FoundRelations::SequenceOwner* FoundRelations::sequence_owner(Oid sequence) const {
  return found_in(sequence_owners_, sequence);
}

const FoundRelations::ConstraintIndex* FoundRelations::constraint_index(Oid index) const {
  return found_in(indexes_, index);
}

std::string NameQuoting::operator()(std::string_view name) const {
  constexpr std::string_view k_first = "abcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view k_rest = "abcdefghijklmnopqrstuvwxyz_0123456789";
  std::string text(name);
  if (!name.empty() && k_first.find(name.front()) != std::string_view::npos &&
      name.find_first_not_of(k_rest) == std::string_view::npos && !keywords_.contains(text))
    return text;
  text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

} // namespace slipway::inspect
