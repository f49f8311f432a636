// Sequences that are not a column's identity.
#include "rules.hpp"

#include "family.hpp"
#include "identity.hpp"
#include "naming.hpp"
#include "sequence_options.hpp"

#include "slipway/schema/usual_name.hpp"

namespace slipway::diff {

namespace {

using schema::Identity;
using schema::Kind;
using schema::Object;
using schema::Property;

Identity owner_column(const Object& sequence) {
  const auto owner = split_name(sequence.text(Property::owned_by));
  return {Kind::column, owner.schema, owner.name, owner.column};
}

std::string owned_by(const Object& sequence) {
  return "ALTER SEQUENCE " + qualified(sequence) + " OWNED BY " +
         (sequence.has(Property::owned_by) ? std::string(sequence.text(Property::owned_by))
                                           : "NONE");
}

void create(const Scene& scene, const Object& sequence, Draft& draft) {
  const auto name = qualified(sequence);
  if (const auto column = identity_in_the_way(scene, sequence))
    draft.add("rename sequence",
              "ALTER SEQUENCE " + name + " RENAME TO " + ident(temporary_name(sequence.name())));
  const bool unlogged = sequence.text(Property::persistence) == "unlogged";
  const std::string sql =
      std::string("CREATE ") + (unlogged ? "UNLOGGED " : "") + "SEQUENCE " + name;
  draft.add("create sequence", sql + creation_clauses(options_of_sequence(sequence)));
  if (!sequence.has(Property::owned_by)) return;
  // The column may be made with the sequence in its default.
  draft.later();
  draft.add("own sequence", owned_by(sequence));
}

void drop(const Scene& scene, const Object& sequence, Draft& draft) {
  if (sequence.has(Property::owned_by) && !scene.to.find(owner_column(sequence))) return;
  const auto aside = stands_aside_for_identity(scene, sequence);
  draft.add("drop sequence",
            "DROP SEQUENCE " +
                (aside.empty() ? qualified(sequence) : qualified(sequence.schema(), aside)));
}

Altered alter(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  change_sequence(qualified(to), options_of_sequence(alteration.from), options_of_sequence(to),
                  draft);
  if (alteration.has(Property::persistence))
    draft.add("set persistence",
              "ALTER SEQUENCE " + qualified(to) +
                  (to.has(Property::persistence) ? " SET UNLOGGED" : " SET LOGGED"));
  if (!alteration.has(Property::owned_by)) return Altered::done;
  const bool is_there =
      !to.has(Property::owned_by) || scene.from.find(owner_column(to)).has_value();
  if (is_there) {
    draft.add("own sequence", owned_by(to));
    return Altered::done;
  }
  if (alteration.from.has(Property::owned_by))
    draft.add("own sequence", "ALTER SEQUENCE " + qualified(to) + " OWNED BY NONE");
  draft.later();
  draft.add("own sequence", owned_by(to));
  return Altered::done;
}

} // namespace

std::vector<Rule> sequence_rules() {
  return {{Kind::sequence, create, drop, alter}};
}

} // namespace slipway::diff
