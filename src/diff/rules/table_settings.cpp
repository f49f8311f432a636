#include "table_settings.hpp"

#include "family.hpp"
#include "naming.hpp"
#include "options_change.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

constexpr std::string_view k_catalog_table = "user_catalog_table=true";
constexpr std::string_view k_index = "index ";
constexpr int k_set_access_method = 150000;
constexpr int k_unlogged_sequences = 150000;

bool has_index_identity(const Object& table) {
  return table.text(Property::replica_identity).starts_with(k_index);
}

void set_replica_identity(const Object& table, Draft& draft) {
  const auto value = table.text(Property::replica_identity);
  std::string words = "DEFAULT";
  if (value == "full") words = "FULL";
  if (value == "nothing") words = "NOTHING";
  if (has_index_identity(table)) words = "USING INDEX " + ident(value.substr(k_index.size()));
  draft.add("replica identity", alter_table(table) + "REPLICA IDENTITY " + words);
}

void flag(const Alteration& alteration, Property property, std::string_view on,
          std::string_view off, Draft& draft) {
  if (!alteration.has(property)) return;
  draft.add("row security",
            alter_table(alteration.to) + std::string(alteration.to.has(property) ? on : off));
}

void rewrite(std::string_view kind, const std::string& sql, Draft& draft) {
  draft.add(std::string(kind), sql);
  draft.finding(FindingKind::rewrite,
                "the table is written anew under a lock that stops readers and writers");
}

// From 15 on the sequences of its columns go with a table; those that are otherwise go back.
void keep_sequences(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  if (scene.to.origin().server_version < k_unlogged_sequences) return;
  for (const auto& sequence : scene.from.objects(schema::Kind::sequence)) {
    if (!sequence.has(Property::owned_by)) continue;
    const auto owner = split_name(sequence.text(Property::owned_by));
    const auto after = scene.to.find(sequence.identity());
    if (owner.schema != to.schema() || owner.name != to.name() || !after) continue;
    if (after->get(Property::persistence) == sequence.get(Property::persistence) &&
        after->has(Property::persistence) != to.has(Property::persistence))
      draft.add("set persistence",
                "ALTER SEQUENCE " + qualified(*after) +
                    (after->has(Property::persistence) ? " SET UNLOGGED" : " SET LOGGED"));
  }
}

void change_place(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const auto alter = alter_table(to);
  if (alteration.has(Property::persistence)) {
    rewrite("set persistence",
            alter + (to.has(Property::persistence) ? "SET UNLOGGED" : "SET LOGGED"), draft);
    keep_sequences(scene, alteration, draft);
  }
  if (alteration.has(Property::table_access_method)) {
    if (scene.to.origin().server_version < k_set_access_method)
      draft.refuse("before PostgreSQL 15 a table keeps its access method: make a new table beside "
                   "it and copy the rows");
    else
      rewrite("set access method",
              alter + "SET ACCESS METHOD " +
                  (to.has(Property::table_access_method)
                       ? ident(to.text(Property::table_access_method))
                       : "heap"),
              draft);
  }
  if (!alteration.has(Property::tablespace)) return;
  draft.add(
      "set tablespace",
      alter + "SET TABLESPACE " +
          (to.has(Property::tablespace) ? ident(to.text(Property::tablespace)) : "pg_default"));
  if (!to.has(Property::partition_by))
    draft.finding(FindingKind::rewrite,
                  "the table is copied under a lock that stops readers and writers");
}

// Such a table is never rewritten, so it becomes one when its columns are as they should be.
bool becomes_catalog_table(const Alteration& alteration) {
  const auto is_one = [](const Object& table) {
    const auto options = table.list(Property::options);
    return std::find(options.begin(), options.end(), k_catalog_table) != options.end();
  };
  return is_one(alteration.to) && !is_one(alteration.from);
}

} // namespace

void set_of_new_table(const Object& table, Draft& draft) {
  const auto alter = alter_table(table);
  if (table.has(Property::row_security))
    draft.add("row security", alter + "ENABLE ROW LEVEL SECURITY");
  if (table.has(Property::force_row_security))
    draft.add("row security", alter + "FORCE ROW LEVEL SECURITY");
  if (table.has(Property::replica_identity) && !has_index_identity(table))
    set_replica_identity(table, draft);
}

void change_settings(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& from = alteration.from;
  const auto& to = alteration.to;
  if (alteration.has(Property::options)) {
    auto options = to.list(Property::options);
    if (becomes_catalog_table(alteration)) std::erase(options, k_catalog_table);
    change_options("ALTER TABLE " + qualified(to), from.list(Property::options), options, draft);
  }
  change_place(scene, alteration, draft);
  if (alteration.has(Property::of_type) && !to.has(Property::of_type))
    draft.add("of type", alter_table(to) + "NOT OF");
  flag(alteration, Property::row_security, "ENABLE ROW LEVEL SECURITY",
       "DISABLE ROW LEVEL SECURITY", draft);
  flag(alteration, Property::force_row_security, "FORCE ROW LEVEL SECURITY",
       "NO FORCE ROW LEVEL SECURITY", draft);
  if (alteration.has(Property::replica_identity) && !has_index_identity(to))
    set_replica_identity(to, draft);
  if (alteration.has(Property::cluster_on) && !to.has(Property::cluster_on))
    draft.add("cluster on", alter_table(to) + "SET WITHOUT CLUSTER");
}

void change_toast_options(const Alteration& alteration, Draft& draft) {
  if (!alteration.has(Property::toast_options)) return;
  draft.later();
  change_options("ALTER TABLE " + qualified(alteration.to),
                 alteration.from.list(Property::toast_options),
                 alteration.to.list(Property::toast_options), draft, "toast.");
}

bool marks_an_index(const Object& table) {
  return has_index_identity(table) || table.has(Property::cluster_on);
}

void set_index_marks(const Object& table, Draft& draft) {
  if (has_index_identity(table)) set_replica_identity(table, draft);
  if (table.has(Property::cluster_on))
    draft.add("cluster on",
              alter_table(table) + "CLUSTER ON " + ident(table.text(Property::cluster_on)));
}

void change_index_marks(const Alteration& alteration, Draft& draft) {
  const auto& to = alteration.to;
  const bool identity = alteration.has(Property::replica_identity) && has_index_identity(to);
  const bool cluster = alteration.has(Property::cluster_on) && to.has(Property::cluster_on);
  const bool catalog = becomes_catalog_table(alteration);
  // Columns and attributes are the same by then.
  const bool typed = alteration.has(Property::of_type) && to.has(Property::of_type);
  if (!identity && !cluster && !catalog && !typed) return;
  draft.later();
  if (typed)
    draft.add("of type", alter_table(to) + "OF " + std::string(to.text(Property::of_type)));
  if (catalog)
    draft.add("set options",
              alter_table(to) + "SET (" + options_list({std::string(k_catalog_table)}) + ")");
  if (identity) set_replica_identity(to, draft);
  if (cluster)
    draft.add("cluster on", alter_table(to) + "CLUSTER ON " + ident(to.text(Property::cluster_on)));
}

} // namespace slipway::diff
