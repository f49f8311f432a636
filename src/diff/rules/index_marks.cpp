#include "index_marks.hpp"

#include "family.hpp"
#include "naming.hpp"

namespace slipway::diff {

using schema::Object;
using schema::Property;

void mark_again(const Scene& scene, const Object& index, Draft& draft) {
  const auto before = scene.from.relation(index.schema(), index.name());
  const auto after = scene.to.relation(index.schema(), index.name());
  if (!before || !after) return;
  // What changes in the table is the table's concern.
  const auto stays = [&](Property property, const std::string& value) {
    return before->text(property) == value && after->text(property) == value;
  };
  const std::string name(index.part());
  if (stays(Property::replica_identity, "index " + name))
    draft.add("replica identity",
              alter_table(index) + "REPLICA IDENTITY USING INDEX " + ident(name));
  if (stays(Property::cluster_on, name))
    draft.add("cluster on", alter_table(index) + "CLUSTER ON " + ident(name));
}

} // namespace slipway::diff
