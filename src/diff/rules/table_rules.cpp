// Tables and foreign tables: everything but their parts.
#include "rules.hpp"

#include "column_changes.hpp"
#include "family.hpp"
#include "inherited_column.hpp"
#include "naming.hpp"
#include "options_change.hpp"
#include "partition_rules.hpp"
#include "secrets.hpp"
#include "table_settings.hpp"
#include "table_sql.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

std::vector<Object> columns_in_order(const Object& table) {
  auto columns = table.parts(Kind::column);
  const auto place = [](const Object& column) {
    const auto text = column.has(Property::position) ? column.text(Property::position)
                                                     : column.text(Property::ordinal);
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  std::stable_sort(columns.begin(), columns.end(),
                   [&](const Object& a, const Object& b) { return place(a) < place(b); });
  return columns;
}

// What CREATE TABLE ... OF says of a column: only what its type does not.
std::string typed_column(const Scene& scene, const Object& column) {
  const auto name = ident(column.part());
  auto text = column_definition(scene, column);
  const auto head = name + " " + std::string(column.text(Property::type));
  return text == head ? std::string() : name + " WITH OPTIONS" + text.substr(head.size());
}

std::vector<std::string> body_lines(const Scene& scene, const Object& table) {
  std::vector<std::string> lines;
  for (const auto& column : columns_in_order(table)) {
    if (table.has(Property::inherits) && column.has(Property::inherited)) continue;
    auto line = table.has(Property::of_type) ? typed_column(scene, column)
                                             : column_definition(scene, column);
    if (!line.empty()) lines.push_back(std::move(line));
  }
  for (const auto type : {"primary key", "unique", "check"})
    for (const auto& constraint : table.parts(Kind::constraint))
      if (constraint.text(Property::constraint_type) == type && is_inline(scene, constraint))
        lines.push_back("CONSTRAINT " + ident(constraint.part()) + " " +
                        constraint_definition(constraint));
  return lines;
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : std::string(between)) + text;
  return all;
}

std::string storage_options(const Object& table) {
  auto options = options_list(table.list(Property::options));
  const auto toast = options_list(table.list(Property::toast_options), "toast.");
  if (!toast.empty()) options += (options.empty() ? "" : ", ") + toast;
  return options.empty() ? std::string() : " WITH (" + options + ")";
}

std::string head(const Object& table) {
  if (table.kind() == Kind::foreign_table) return "CREATE FOREIGN TABLE " + qualified(table);
  return std::string("CREATE ") +
         (table.text(Property::persistence) == "unlogged" ? "UNLOGGED " : "") + "TABLE " +
         qualified(table) +
         (table.has(Property::of_type) ? " OF " + std::string(table.text(Property::of_type)) : "");
}

std::string tail(const Scene& scene, const Object& table) {
  std::string text;
  if (table.has(Property::inherits))
    text += " INHERITS (" + joined(table.list(Property::inherits), ", ") + ")";
  if (table.kind() == Kind::foreign_table) {
    text += " SERVER " + ident(table.text(Property::server));
    const auto options = foreign_options_clause(options_to_make(scene, table));
    return options.empty() ? text : text + " " + options;
  }
  if (table.has(Property::partition_by))
    text += " PARTITION BY " + std::string(table.text(Property::partition_by));
  if (table.has(Property::table_access_method))
    text += " USING " + ident(table.text(Property::table_access_method));
  text += storage_options(table);
  if (table.has(Property::tablespace))
    text += " TABLESPACE " + ident(table.text(Property::tablespace));
  return text;
}

// The column of a parent, for one that is there by inheritance only.
std::optional<Object> inherited_from(const Scene& scene, const Object& column) {
  if (!column.has(Property::inherited)) return std::nullopt;
  for (const auto& parent : column.parent()->list(Property::inherits))
    if (const auto table = relation_of(scene.to, parent))
      if (const auto found = table->part(Kind::column, column.part())) return found;
  return std::nullopt;
}

void create(const Scene& scene, const Object& table, Draft& draft) {
  if (refuse_secrets(scene, table, head(table) + " ... OPTIONS (...)", draft)) return;
  const auto lines = body_lines(scene, table);
  std::string sql = head(table);
  if (!lines.empty())
    sql += " (\n    " + joined(lines, ",\n    ") + "\n)";
  else if (!table.has(Property::of_type))
    sql += " ()";
  draft.add(table.kind() == Kind::table ? "create table" : "create foreign table",
            sql + tail(scene, table));
  for (const auto& column : columns_in_order(table)) {
    if (const auto above = inherited_from(scene, column)) {
      const auto inherited = as_inherited(*above);
      change_column(scene, alteration_between(inherited.at(1), column), draft);
    } else {
      complete_column(scene, column, draft);
    }
  }
  set_of_new_table(table, draft);
  if (!table.has(Property::partition_of) && !marks_an_index(table)) return;
  draft.later();
  if (table.has(Property::partition_of)) attach_partition(scene, table, draft);
  set_index_marks(table, draft);
}

void drop(const Scene& scene, const Object& table, Draft& draft) {
  const bool of_family = table.has(Property::partition_of) &&
                         relation_of(scene.to, table.text(Property::partition_of));
  if (of_family) release_partition(scene, table, draft);
  draft.add(table.kind() == Kind::table ? "drop table" : "drop foreign table",
            "DROP " + sql_name(table.identity()));
  if (table.kind() == Kind::foreign_table || table.has(Property::partition_by)) return;
  draft.finding(FindingKind::data_loss, "its rows are lost",
                "SELECT count(*) FROM " + qualified(table));
}

bool is_refused(const Alteration& alteration, Draft& draft) {
  if (!alteration.has(Property::partition_by)) return false;
  const bool was = alteration.from.has(Property::partition_by);
  const bool is = alteration.to.has(Property::partition_by);
  const auto* const message = was && is ? "the key of a partitioned table cannot be changed"
                              : is      ? "a table cannot become a partitioned one in place"
                                        : "a partitioned table cannot become a plain one in place";
  draft.refuse(std::string(message) +
                   ": make a new table beside it, copy the rows in chunks, then swap the names",
               FindingKind::data_loss);
  return true;
}

// What one parent lets go of is the table's own from then on, though another takes it up.
bool column_changes_hands(const Scene& scene, const Alteration& alteration) {
  for (const auto& column : alteration.to.parts(Kind::column)) {
    const auto before = alteration.from.part(Kind::column, column.part());
    if (before && before->has(Property::inherited) && column.has(Property::inherited) &&
        !in_parent(scene, scene.to, column))
      return true;
  }
  return false;
}

void change_parents(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (column_changes_hands(scene, alteration)) {
    draft.refuse("columns that one parent lets go of stay the table's own when another has them, "
                 "too: inherit from both, or make a new table and copy the rows");
    return;
  }
  const auto before = alteration.from.list(Property::inherits);
  const auto after = alteration.to.list(Property::inherits);
  const auto alter = alter_table(alteration.to);
  const auto has = [](const std::vector<std::string>& list, const std::string& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  for (const auto& parent : before)
    if (!has(after, parent)) draft.add("no inherit", alter + "NO INHERIT " + parent);
  draft.later();
  for (const auto& parent : after)
    if (!has(before, parent)) draft.add("inherit", alter + "INHERIT " + parent);
}

Altered alter_foreign(const Alteration& alteration, Draft& draft) {
  if (alteration.has(Property::server)) return Altered::rebuild;
  if (alteration.has(Property::secret_digest))
    draft.refuse("options of " + alteration.to.path() +
                 " that are secrets differ, and they are never written down: run ALTER FOREIGN "
                 "TABLE " +
                 qualified(alteration.to) + " OPTIONS (...) by hand, then plan again");
  if (alteration.has(Property::foreign_options))
    draft.add("set options",
              "ALTER FOREIGN TABLE " + qualified(alteration.to) + " " +
                  foreign_options_change(alteration.from.list(Property::foreign_options),
                                         alteration.to.list(Property::foreign_options)));
  return Altered::done;
}

Altered alter(const Scene& scene, const Alteration& alteration, Draft& draft) {
  if (is_refused(alteration, draft)) return Altered::done;
  if (alteration.to.kind() == Kind::foreign_table &&
      alter_foreign(alteration, draft) == Altered::rebuild)
    return Altered::rebuild;
  finish_detach(alteration, draft);
  change_settings(scene, alteration, draft);
  if (alteration.has(Property::partition_of) || alteration.has(Property::partition_bound) ||
      alteration.has(Property::detach_pending))
    change_bound(scene, alteration, draft);
  else if (alteration.has(Property::inherits))
    change_parents(scene, alteration, draft);
  change_index_marks(alteration, draft);
  change_toast_options(alteration, draft);
  return Altered::done;
}

} // namespace

std::vector<Rule> table_rules() {
  return {{Kind::table, create, drop, alter}, {Kind::foreign_table, create, drop, alter}};
}

} // namespace slipway::diff
