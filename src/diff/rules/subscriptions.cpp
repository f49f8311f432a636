// Subscriptions, whose connection string is a secret.
#include "subscriptions.hpp"

#include "clauses.hpp"
#include "naming.hpp"
#include "secrets.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

constexpr int k_streams_by_itself = 180000;

std::string name_of(const Object& subscription) {
  return "SUBSCRIPTION " + qualified(subscription);
}

// What an option is when it is not named; nothing for those that cannot be changed.
std::optional<std::string> usual(const Scene& scene, const Object& subscription,
                                 const std::string& option) {
  if (option == "slot_name") return literal(subscription.name());
  if (option == "synchronous_commit") return "off";
  if (option == "streaming")
    return scene.to.origin().server_version >= k_streams_by_itself ? "parallel" : "off";
  if (option == "password_required") return "true";
  if (option == "origin") return "any";
  constexpr auto k_off =
      std::to_array<std::string_view>({"binary", "disable_on_error", "run_as_owner", "failover"});
  if (std::find(k_off.begin(), k_off.end(), option) != k_off.end()) return "false";
  return std::nullopt;
}

bool has_no_slot(const Object& subscription) {
  const auto clauses = subscription.list(Property::clauses);
  return std::find(clauses.begin(), clauses.end(), "slot_name = NONE") != clauses.end();
}

void change_options(const Scene& scene, const Alteration& alteration, Draft& draft) {
  auto change =
      clause_change(alteration.from.list(Property::clauses), alteration.to.list(Property::clauses));
  for (const auto& option : change.gone) {
    const auto value = usual(scene, alteration.to, option);
    if (value) change.set.push_back(option + " = " + *value);
    if (!value) draft.refuse(option + " of " + alteration.to.path() + " cannot be changed");
  }
  for (const auto& clause : change.set)
    if (!usual(scene, alteration.to, clause_name(clause)))
      draft.refuse(clause_name(clause) + " of " + alteration.to.path() + " cannot be changed");
  if (!change.set.empty())
    draft.add("alter subscription",
              "ALTER " + name_of(alteration.to) + " SET (" + joined(change.set) + ")");
}

// Nothing is asked of the publisher, and there is none at that address.
void create_unconnected(const Object& subscription, Draft& draft) {
  auto clauses = subscription.list(Property::clauses);
  clauses.insert(clauses.begin(), "connect = false");
  draft.add("create subscription", "CREATE " + name_of(subscription) + " CONNECTION " +
                                       literal(connection_to_make(subscription)) + " PUBLICATION " +
                                       joined(subscription.list(Property::members)) + " WITH (" +
                                       joined(clauses) + ")");
  if (!subscription.has(Property::enabled))
    draft.add("enable subscription", "ALTER " + name_of(subscription) + " ENABLE");
}

} // namespace

void create_subscription(const Scene& scene, const Object& subscription, Draft& draft) {
  if (scene.options.stand_ins) {
    create_unconnected(subscription, draft);
    return;
  }
  draft.refuse("the connection string of " + subscription.path() +
               " is a secret, which is never written down: run CREATE " + name_of(subscription) +
               " CONNECTION '...' PUBLICATION " + joined(subscription.list(Property::members)) +
               " by hand, then plan again");
}

void drop_subscription(const Scene&, const Object& subscription, Draft& draft) {
  draft.add("drop subscription", "DROP " + name_of(subscription));
  // With a slot it asks the publisher to drop that, which cannot be undone.
  if (!has_no_slot(subscription)) draft.alone();
}

Altered alter_subscription(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  if (alteration.has(Property::secret_digest)) {
    draft.refuse("the connection string of " + to.path() +
                 " differs, and it is a secret, which is never written down: run ALTER " +
                 name_of(to) + " CONNECTION '...' by hand, then plan again");
    return Altered::done;
  }
  if (alteration.has(Property::enabled) && to.has(Property::enabled))
    draft.add("disable subscription", "ALTER " + name_of(to) + " DISABLE");
  if (alteration.has(Property::clauses)) change_options(scene, alteration, draft);
  if (alteration.has(Property::members)) {
    draft.add("alter subscription", "ALTER " + name_of(to) + " SET PUBLICATION " +
                                        joined(to.list(Property::members)) +
                                        " WITH (refresh = false)");
    draft.finding(FindingKind::data_dependent,
                  "tables of the new publications are copied only after ALTER " + name_of(to) +
                      " REFRESH PUBLICATION, which cannot be undone and is left to a person");
  }
  if (alteration.has(Property::enabled) && !to.has(Property::enabled))
    draft.add("enable subscription", "ALTER " + name_of(to) + " ENABLE");
  return Altered::done;
}

} // namespace slipway::diff
