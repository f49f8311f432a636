// Publications; subscriptions have a file of their own.
#include "rules.hpp"

#include "clauses.hpp"
#include "naming.hpp"
#include "published_tables.hpp"
#include "subscriptions.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;
using Entries = std::vector<std::string>;

std::string name_of(const Object& publication) {
  return "PUBLICATION " + qualified(publication);
}

Entries entries_of(const Scene& scene, const Object& publication) {
  return published_entries(scene, publication.list(Property::tables),
                           publication.list(Property::schemas));
}

std::string option(const Object& publication, Property property) {
  if (property == Property::operations) {
    const auto all = std::string("insert, update, delete, truncate");
    const auto own = publication.has(property) && publication.text(property).empty()
                         ? std::string()
                         : joined(publication.list(property));
    return "publish = " + literal(publication.has(property) ? own : all);
  }
  if (property == Property::via_root)
    return std::string("publish_via_partition_root = ") +
           (publication.has(property) ? "true" : "false");
  return "publish_generated_columns = " + std::string(publication.get(property).value_or("none"));
}

constexpr auto k_options = {Property::operations, Property::via_root, Property::generated_columns};

void create_publication(const Scene& scene, const Object& publication, Draft& draft) {
  std::string sql = "CREATE " + name_of(publication);
  if (publication.has(Property::all_tables)) sql += " FOR ALL TABLES";
  const auto members = entries_of(scene, publication);
  if (!members.empty()) sql += " FOR " + joined(members);
  std::vector<std::string> options;
  for (const auto property : k_options)
    if (publication.has(property)) options.push_back(option(publication, property));
  if (!options.empty()) sql += " WITH (" + joined(options) + ")";
  draft.add("create publication", std::move(sql));
}

Entries missing(const Entries& all, const Entries& in) {
  Entries found;
  for (const auto& one : all)
    if (std::find(in.begin(), in.end(), one) == in.end()) found.push_back(one);
  return found;
}

bool is_same_table(const std::string& one, const std::string& other) {
  return published_name(one) == published_name(other);
}

void change_members(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto alter = "ALTER " + name_of(alteration.to);
  const auto before = alteration.from.list(Property::tables);
  const auto after = alteration.to.list(Property::tables);
  auto gone = missing(before, after);
  const auto added = missing(after, before);
  const bool other = std::any_of(gone.begin(), gone.end(), [&](const std::string& one) {
    return std::any_of(added.begin(), added.end(),
                       [&](const std::string& two) { return is_same_table(one, two); });
  });
  if (other) {
    // Nothing is unpublished for a moment.
    draft.add("alter publication", alter + " SET " + joined(entries_of(scene, alteration.to)));
    return;
  }
  for (auto& entry : gone) entry = published_name(entry);
  const auto before_schemas = alteration.from.list(Property::schemas);
  const auto after_schemas = alteration.to.list(Property::schemas);
  const auto dropped = published_entries(scene, gone, missing(before_schemas, after_schemas));
  const auto put_in = published_entries(scene, added, missing(after_schemas, before_schemas));
  if (!dropped.empty()) draft.add("alter publication", alter + " DROP " + joined(dropped));
  if (!put_in.empty()) draft.add("alter publication", alter + " ADD " + joined(put_in));
}

Altered alter_publication(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::all_tables)) return Altered::rebuild;
  std::vector<std::string> options;
  for (const auto property : k_options)
    if (alteration.has(property)) options.push_back(option(alteration.to, property));
  if (alteration.has(Property::tables) || alteration.has(Property::schemas))
    change_members(scene, alteration, draft);
  if (!options.empty())
    draft.add("alter publication",
              "ALTER " + name_of(alteration.to) + " SET (" + joined(options) + ")");
  return Altered::done;
}

} // namespace

std::vector<Rule> replication_rules() {
  return {
      {Kind::publication, create_publication, plain_drop, alter_publication},
      {Kind::subscription, create_subscription, drop_subscription, alter_subscription},
  };
}

} // namespace slipway::diff
