// Enums: labels can be added anywhere, but none can go and none can move.
#include "enum_types.hpp"

#include "naming.hpp"
#include "relabel.hpp"
#include "type_users.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;
using Labels = std::vector<std::string>;

bool keeps_all(const Labels& before, const Labels& after) {
  auto kept = before.begin();
  for (const auto& label : after)
    if (kept != before.end() && *kept == label) ++kept;
  return kept == before.end();
}

std::string place_of(const Labels& before, const Labels& after, std::size_t at) {
  if (before.empty()) return {};
  const auto is_old = [&](const std::string& label) {
    return std::find(before.begin(), before.end(), label) != before.end();
  };
  const auto rest = after.begin() + static_cast<std::ptrdiff_t>(at);
  if (std::none_of(rest, after.end(), is_old)) return {};
  return at == 0 ? " BEFORE " + literal(before.front()) : " AFTER " + literal(after[at - 1]);
}

void add_labels(const Object& type, const Labels& before, const Labels& after, Draft& draft) {
  for (std::size_t at = 0; at < after.size(); ++at) {
    if (std::find(before.begin(), before.end(), after[at]) != before.end()) continue;
    draft.add("add enum value", "ALTER TYPE " + qualified(type) + " ADD VALUE " +
                                    literal(after[at]) + place_of(before, after, at));
    draft.alone();
  }
}

} // namespace

void create_enum(const Scene&, const Object& type, Draft& draft) {
  std::string labels;
  for (const auto& label : type.list(Property::labels))
    labels += (labels.empty() ? "" : ", ") + literal(label);
  draft.add("create type", "CREATE TYPE " + qualified(type) + " AS ENUM (" + labels + ")");
}

Altered alter_enum(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto before = alteration.from.list(Property::labels);
  const auto after = alteration.to.list(Property::labels);
  if (keeps_all(before, after)) {
    add_labels(alteration.to, before, after, draft);
    return Altered::done;
  }
  for (const auto& one : dependents_of(scene.from, alteration.from))
    if (one.kind() == schema::Kind::column || one.kind() == schema::Kind::domain) {
      relabel(scene, alteration, draft);
      return Altered::done;
    }
  return Altered::rebuild;
}

} // namespace slipway::diff
