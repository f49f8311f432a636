// Triggers of tables and of events.
#include "anew.hpp"
#include "family.hpp"
#include "naming.hpp"
#include "partition_bounds.hpp"
#include "policies.hpp"
#include "rules.hpp"
#include "trigger_state.hpp"

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_has_replace_trigger = 140000;
constexpr std::string_view k_create = "CREATE TRIGGER";

// A trigger that a partition has from its parent comes and goes with that one; of its own it has
// only its state.
bool is_clone(const Object& trigger) {
  return trigger.has(Property::parent);
}

// Where a partition is attached, that sees to the state.
bool comes_with_partition(const Scene& scene, const Object& trigger) {
  const auto table = trigger.parent();
  return is_clone(trigger) && table &&
         (is_to_be_attached(scene, *table) || gets_new_bound(scene, *table));
}

void create_trigger(const Scene& scene, const Object& trigger, Draft& draft) {
  if (comes_with_partition(scene, trigger)) return;
  if (is_clone(trigger)) {
    set_trigger_state(trigger, trigger.text(Property::enabled), draft);
    return;
  }
  draft.add("create trigger", std::string(trigger.text(Property::definition)));
  if (trigger.has(Property::enabled))
    set_trigger_state(trigger, trigger.text(Property::enabled), draft);
}

std::optional<Object> trigger_of_parent(const Scene& scene, const Object& clone) {
  const auto partition = scene.to.relation(clone.schema(), clone.name());
  if (!partition || !partition->has(Property::partition_of)) return std::nullopt;
  const auto name = split_name(partition->text(Property::partition_of));
  const auto parent = scene.to.relation(name.schema, name.name);
  return parent ? parent->part(Kind::trigger, clone.text(Property::parent)) : std::nullopt;
}

void drop_trigger(const Scene& scene, const Object& trigger, Draft& draft) {
  if (!is_clone(trigger)) {
    plain_drop(scene, trigger, draft);
    return;
  }
  if (comes_with_partition(scene, trigger)) return;
  if (const auto parent = trigger_of_parent(scene, trigger))
    set_trigger_state(trigger, parent->text(Property::enabled), draft);
}

Altered alter_trigger(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  if (is_clone(alteration.from) && comes_with_partition(scene, to)) return Altered::done;
  if (is_clone(to) != is_clone(alteration.from)) {
    make_anew(scene, alteration, draft);
    return Altered::done;
  }
  const bool other = alteration.has(Property::definition) && !is_clone(to);
  if (!other) {
    if (alteration.has(Property::enabled)) set_trigger_state(to, to.text(Property::enabled), draft);
    return Altered::done;
  }
  const auto before = alteration.from.text(Property::definition);
  const auto after = to.text(Property::definition);
  const bool replaceable = scene.from.origin().server_version >= k_has_replace_trigger &&
                           before.starts_with(k_create) && after.starts_with(k_create);
  if (!replaceable) {
    make_anew(scene, alteration, draft);
    return Altered::done;
  }
  draft.add("replace trigger",
            "CREATE OR REPLACE TRIGGER" + std::string(after.substr(k_create.size())));
  // Replacing switches it on.
  if (to.has(Property::enabled)) {
    set_trigger_state(to, to.text(Property::enabled), draft);
    draft.with_previous();
  }
  return Altered::done;
}

void set_event_state(const Object& trigger, Draft& draft) {
  const auto state = trigger.text(Property::enabled);
  draft.add(state == "disabled" ? "disable event trigger" : "enable event trigger",
            "ALTER EVENT TRIGGER " + qualified(trigger) + " " + trigger_state_word(state));
}

void create_event_trigger(const Scene&, const Object& trigger, Draft& draft) {
  std::string sql = "CREATE EVENT TRIGGER " + qualified(trigger) + " ON " +
                    std::string(trigger.text(Property::events));
  std::string tags;
  for (const auto& tag : trigger.list(Property::tags))
    tags += (tags.empty() ? "" : ", ") + literal(tag);
  if (!tags.empty()) sql += " WHEN TAG IN (" + tags + ")";
  sql += " EXECUTE FUNCTION " + std::string(trigger.text(Property::function));
  draft.add("create event trigger", std::move(sql));
  if (trigger.has(Property::enabled)) set_event_state(trigger, draft);
}

Altered alter_event_trigger(const Scene&, const Alteration& alteration, Draft& draft) {
  if (alteration.changed != std::set{Property::enabled}) return Altered::rebuild;
  set_event_state(alteration.to, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> trigger_rules() {
  return {
      {Kind::trigger, create_trigger, drop_trigger, alter_trigger},
      {Kind::event_trigger, create_event_trigger, plain_drop, alter_event_trigger},
      {Kind::policy, create_policy, plain_drop, alter_policy},
  };
}

} // namespace slipway::diff
