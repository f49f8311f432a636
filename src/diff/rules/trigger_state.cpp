#include "trigger_state.hpp"

#include "naming.hpp"

namespace slipway::diff {

using schema::Kind;
using schema::Object;
using schema::Property;

std::string trigger_state_word(std::string_view state) {
  if (state == "disabled") return "DISABLE";
  if (state == "replica") return "ENABLE REPLICA";
  return state == "always" ? "ENABLE ALWAYS" : "ENABLE";
}

void set_trigger_state(const Object& trigger, std::string_view state, Draft& draft) {
  draft.add(state == "disabled" ? "disable trigger" : "enable trigger",
            "ALTER TABLE " + qualified(trigger) + " " + trigger_state_word(state) + " TRIGGER " +
                ident(trigger.part()));
}

void set_states_of_clones(const Object& partition, Draft& draft) {
  for (const auto& trigger : partition.parts(Kind::trigger))
    if (trigger.has(Property::parent))
      set_trigger_state(trigger, trigger.text(Property::enabled), draft);
}

} // namespace slipway::diff
