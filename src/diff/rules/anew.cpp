#include "anew.hpp"

#include "satellites.hpp"

namespace slipway::diff {

void make_anew(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& rule = rule_of(alteration.to.kind());
  rule.drop(scene, alteration.from, draft);
  const auto dropped = draft.statements().size();
  rule.create(scene, alteration.to, draft);
  add_satellites(scene, alteration.from, draft);
  for (auto at = dropped; at < draft.statements().size(); ++at)
    draft.statements()[at].with_previous = true;
}

} // namespace slipway::diff
