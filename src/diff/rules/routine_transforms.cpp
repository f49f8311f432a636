#include "routine_transforms.hpp"

#include "naming.hpp"

#include <algorithm>
#include <array>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr std::array k_types = {Kind::enum_type, Kind::domain, Kind::composite_type,
                                Kind::range_type, Kind::base_type};

bool is_own_type(const schema::Schema& schema, const std::string& type) {
  const auto name = split_name(type);
  return std::any_of(k_types.begin(), k_types.end(), [&](Kind kind) {
    return schema.find({kind, name.schema, name.name, {}}).has_value();
  });
}

bool is_made_anew(const Scene& scene, const std::string& type) {
  const auto name = split_name(type);
  return std::any_of(k_types.begin(), k_types.end(), [&](Kind kind) {
    const schema::Identity own{kind, name.schema, name.name, {}};
    return scene.rebuilt.contains(own) || scene.swapped.contains(own);
  });
}

} // namespace

schema::Identity transform_of(const Object& routine, const std::string& type) {
  const auto language = ident(routine.text(Property::language));
  return {Kind::transform, {}, "FOR " + type + " LANGUAGE " + language, {}};
}

void refuse_missing_transforms(const Scene& scene, const Object& routine, Draft& draft) {
  constexpr std::string_view k_gone_type = "???";
  for (const auto& type : routine.list(Property::transforms)) {
    const auto transform = transform_of(routine, type);
    if (scene.to.find(transform)) continue;
    if (scene.from.find(transform) && !is_made_anew(scene, type)) continue;
    if (type != k_gone_type && !is_own_type(scene.to, type)) continue;
    draft.refuse("it names the transform " + transform.name +
                 ", which is not there: make it, or leave it out of the routine");
    return;
  }
}

} // namespace slipway::diff
