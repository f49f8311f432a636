// Materialized views: another query makes another one; how it is kept can be changed.
#include "materialized_views.hpp"

#include "naming.hpp"
#include "options_change.hpp"
#include "view_columns.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr int k_has_set_access_method = 150000;

std::string all_options(const Object& view) {
  const auto own = options_list(view.list(Property::options));
  const auto toast = options_list(view.list(Property::toast_options), "toast.");
  const auto all = own + (own.empty() || toast.empty() ? "" : ", ") + toast;
  return all.empty() ? all : " WITH (" + all + ")";
}

std::string alter(const Object& view) {
  return "ALTER MATERIALIZED VIEW " + qualified(view);
}

std::string path_word(const Object& view) {
  return "materialized view " + qualified(view);
}

void change_contents(const Object& view, Draft& draft) {
  if (view.has(Property::not_populated)) {
    draft.add("empty materialized view",
              "REFRESH MATERIALIZED VIEW " + qualified(view) + " WITH NO DATA");
    draft.finding(FindingKind::data_loss,
                  path_word(view) + " is emptied and cannot be read until it is refreshed");
    return;
  }
  draft.add("refresh materialized view", "REFRESH MATERIALIZED VIEW " + qualified(view));
  draft.finding(FindingKind::access_exclusive,
                "nobody can read " + path_word(view) + " while its query runs");
}

// REFRESH reads as the view's owner, who may have lost the right to; whoever makes it has that.
bool is_filled_by_its_owner(const Scene& scene, const Object& view) {
  const auto& all = scene.to.dependencies();
  auto at = std::lower_bound(all.begin(), all.end(), schema::Dependency{view.index(), 0});
  for (; at != all.end() && at->object == view.index(); ++at) {
    const auto needed = scene.to.at(at->needs);
    const auto read = needed.parent().value_or(needed);
    if (is_relation(read.kind()) && read.get(Property::owner) != view.get(Property::owner))
      return false;
  }
  return true;
}

// The index is there only when all else is done.
void cluster_on(const Object& view, Draft& draft) {
  draft.later();
  draft.add("cluster on",
            alter(view) + (view.has(Property::cluster_on)
                               ? " CLUSTER ON " + ident(view.text(Property::cluster_on))
                               : std::string(" SET WITHOUT CLUSTER")));
}

void change_storage(const Alteration& alteration, Draft& draft) {
  const auto& view = alteration.to;
  if (alteration.has(Property::tablespace)) {
    draft.add("set tablespace",
              alter(view) + " SET TABLESPACE " +
                  (view.has(Property::tablespace) ? ident(view.text(Property::tablespace))
                                                  : std::string("pg_default")));
    draft.finding(FindingKind::rewrite, path_word(view) + " is copied to another tablespace");
  }
  if (alteration.has(Property::table_access_method)) {
    draft.add("set access method",
              alter(view) + " SET ACCESS METHOD " +
                  ident(view.get(Property::table_access_method).value_or("heap")));
    draft.finding(FindingKind::rewrite, path_word(view) + " is written anew");
  }
  if (alteration.has(Property::options))
    change_options(alter(view), alteration.from.list(Property::options),
                   view.list(Property::options), draft);
  if (alteration.has(Property::toast_options))
    change_options(alter(view), alteration.from.list(Property::toast_options),
                   view.list(Property::toast_options), draft, "toast.");
}

} // namespace

void create_materialized_view(const Scene& scene, const Object& view, Draft& draft) {
  std::string sql = "CREATE MATERIALIZED VIEW " + qualified(view);
  if (view.has(Property::table_access_method))
    sql += " USING " + ident(view.text(Property::table_access_method));
  sql += all_options(view);
  if (view.has(Property::tablespace))
    sql += " TABLESPACE " + ident(view.text(Property::tablespace));
  sql += " AS\n" + std::string(view.text(Property::query));
  if (view.has(Property::not_populated)) sql += "\nWITH NO DATA";
  draft.add("create materialized view", std::move(sql));
  const bool again = scene.rebuilt.contains(view.identity());
  if (again && scene.options.online && !view.has(Property::not_populated))
    draft.finding(FindingKind::access_exclusive,
                  "nobody can read " + path_word(view) + " while its query runs again");
  for (const auto& column : view.parts(Kind::column)) create_view_column(scene, column, draft);
  if (view.has(Property::cluster_on)) cluster_on(view, draft);
}

Altered alter_materialized_view(const Scene& scene, const Alteration& alteration, Draft& draft) {
  const auto& view = alteration.to;
  if (alteration.has(Property::query)) return Altered::rebuild;
  if (alteration.has(Property::table_access_method) &&
      scene.from.origin().server_version < k_has_set_access_method)
    return Altered::rebuild;
  if (alteration.has(Property::not_populated) && !view.has(Property::not_populated) &&
      view.has(Property::owner) && !is_filled_by_its_owner(scene, view))
    return Altered::rebuild;
  change_storage(alteration, draft);
  if (alteration.has(Property::not_populated)) change_contents(view, draft);
  if (alteration.has(Property::cluster_on)) cluster_on(view, draft);
  return Altered::done;
}

} // namespace slipway::diff
