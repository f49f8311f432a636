#include "facts/builder.hpp"

#include <algorithm>

namespace slipway::sql {

void FactsBuilder::touch(const std::string& object_kind, const QualifiedName& name, Action action) {
  if (name.name.empty()) return;
  const bool known =
      std::any_of(facts_.objects.begin(), facts_.objects.end(), [&](const ObjectTouched& object) {
        return object.action == action && object.name == name && object.kind == object_kind;
      });
  if (!known) facts_.objects.push_back({object_kind, name, action});
}

void FactsBuilder::lock(const QualifiedName& relation, LockMode mode) {
  if (relation.name.empty()) return;
  const auto [entry, added] = locks_.try_emplace(relation, mode);
  if (!added) entry->second = std::max(entry->second, mode);
}

void FactsBuilder::partner_lock(LockMode mode) {
  facts_.partner_lock = std::max(facts_.partner_lock.value_or(mode), mode);
}

StatementFacts FactsBuilder::finish() && {
  facts_.parsed = true;
  for (const auto& [relation, mode] : locks_) facts_.locks.push_back({relation, mode});
  return std::move(facts_);
}

} // namespace slipway::sql
