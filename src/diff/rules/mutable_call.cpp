#include "mutable_call.hpp"

#include "naming.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

// https://wiki.postgresql.org/wiki/Inlining_of_SQL_functions: of these the server looks at what
// stands in the body, which may be as good as IMMUTABLE.
bool may_be_inlined(const Object& function) {
  return function.text(Property::language) == "sql" && !function.has(Property::security_definer) &&
         !function.has(Property::settings);
}

} // namespace

std::string mutable_call(const Scene& scene, const Object& object) {
  const auto& all = scene.to.dependencies();
  auto at = std::lower_bound(all.begin(), all.end(), schema::Dependency{object.index(), 0});
  for (; at != all.end() && at->object == object.index(); ++at) {
    const auto needed = scene.to.at(at->needs);
    if (needed.kind() == Kind::function && needed.text(Property::volatility) != "immutable" &&
        !may_be_inlined(needed))
      return needed.path();
  }
  return {};
}

} // namespace slipway::diff
