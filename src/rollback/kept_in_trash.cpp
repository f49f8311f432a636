// What counts as lost by the schema, and is not.
#include "slipway/rollback/kept_in_trash.hpp"

#include "slipway/sql/script.hpp"

#include <algorithm>
#include <optional>

namespace slipway::rollback {

namespace {

using inspect::TrashItem;
using replay::Relation;

std::string path_of(const Relation& table, const std::string& column) {
  return schema::Identity{.kind = column.empty() ? schema::Kind::table : schema::Kind::column,
                          .schema = table.name.schema,
                          .name = table.name.name,
                          .part = column}
      .path();
}

// Not in a comment: that does nothing.
bool has_statement_about(const std::optional<std::string>& text, const std::string& name) {
  if (!text) return false;
  const auto script = sql::split(*text, "a stored script");
  if (!script) return false;
  return std::any_of(script->statements.begin(), script->statements.end(), [&](const auto& one) {
    return one.text(*text).find(name) != std::string_view::npos;
  });
}

bool is_taken_back(const TrashItem& item, const std::vector<plan::AppliedMigration>& migrations) {
  return std::any_of(migrations.begin(), migrations.end(), [&](const auto& one) {
    return one.state == plan::AppliedState::applied && !one.irreversible &&
           has_statement_about(one.up_text, item.trash_name()) &&
           has_statement_about(one.down_text, item.trash_name());
  });
}

std::string where(const TrashItem& item) {
  return item.column == 0 ? item.table.quoted()
                          : item.table.quoted() + "." + quote_identifier(item.column_name);
}

} // namespace

std::vector<KeptInTrash> kept_in_trash(const std::vector<diff::Finding>& losses,
                                       const std::vector<plan::AppliedMigration>& migrations,
                                       const replay::RelationMap& before,
                                       const inspect::Trash& trash) {
  std::vector<KeptInTrash> kept;
  for (const auto& item : trash.items) {
    const auto* table = before.relation(item.relation);
    if (table == nullptr) continue;
    const auto* column = table->column(item.column);
    if (item.column != 0 && column == nullptr) continue;
    const auto path = path_of(*table, column == nullptr ? std::string() : column->name);
    const bool is_lost = std::any_of(losses.begin(), losses.end(),
                                     [&](const auto& one) { return one.object == path; });
    if (is_lost && is_taken_back(item, migrations))
      kept.push_back({.object = path,
                      .place = where(item),
                      .relation = item.relation,
                      .column = item.column,
                      .table = table->name,
                      .column_name = column == nullptr ? std::string() : column->name});
  }
  return kept;
}

std::vector<KeptInTrash> not_taken_back(const std::vector<KeptInTrash>& kept,
                                        const replay::RelationMap& now) {
  std::vector<KeptInTrash> left;
  for (const auto& one : kept) {
    const auto* table = now.relation(one.relation);
    const auto* column = table == nullptr || one.column == 0 ? nullptr : table->column(one.column);
    const bool back = table != nullptr && table->name == one.table &&
                      (one.column == 0 || (column != nullptr && column->name == one.column_name));
    if (!back) left.push_back(one);
  }
  return left;
}

} // namespace slipway::rollback
