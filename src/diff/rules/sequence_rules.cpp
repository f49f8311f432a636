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

// A sequence that belongs to a column has the table's owner.
std::string owner_of(const schema::Schema& schema, const Object& sequence) {
  auto holder = sequence;
  if (sequence.has(Property::owned_by)) {
    const auto column = owner_column(sequence);
    if (const auto table = schema.relation(column.schema, column.name)) holder = *table;
  }
  return std::string(holder.get(Property::owner).value_or(schema.origin().owner));
}

// The server wants both to have the same owner at that time.
void own(const Scene& scene, const Object& sequence, const std::string& owner, Draft& draft) {
  if (const auto wanted = owner_of(scene.to, sequence); wanted != owner)
    draft.add("owner", "ALTER SEQUENCE " + qualified(sequence) + " OWNER TO " + ident(wanted));
  if (sequence.has(Property::owned_by)) draft.add("own sequence", owned_by(sequence));
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
  own(scene, sequence, scene.from.origin().owner, draft);
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
  const auto owner = owner_of(scene.from, alteration.from);
  const bool is_there =
      !to.has(Property::owned_by) || scene.from.find(owner_column(to)).has_value();
  const bool other_owner = owner != owner_of(scene.to, to);
  if (alteration.from.has(Property::owned_by) && (!is_there || other_owner))
    draft.add("own sequence", "ALTER SEQUENCE " + qualified(to) + " OWNED BY NONE");
  else if (!to.has(Property::owned_by))
    draft.add("own sequence", owned_by(to));
  if (!is_there || (other_owner && to.has(Property::owned_by))) draft.later();
  own(scene, to, owner, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> sequence_rules() {
  return {{Kind::sequence, create, drop, alter}};
}

} // namespace slipway::diff
