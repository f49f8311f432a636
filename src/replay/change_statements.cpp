// A change in the stream, told by the names of its time, as a statement for the copy.
#include "change_statements.hpp"

#include "row_texts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::replay {

namespace {

using pgoutput::Tuple;
using pgoutput::Value;
using pgoutput::ValueKind;

nlohmann::json json_of(const Value& value) {
  return value.kind == ValueKind::text ? nlohmann::json(value.text) : nlohmann::json();
}

std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string only(const CarriedTable& table) {
  return (table.target.partitioned ? "" : "ONLY ") + table.target.name.quoted();
}

} // namespace

void ChangeStatements::use_map(RelationMap map) {
  own_map_ = std::move(map);
  shape_map_ = &own_map_;
}

const CarriedTable* ChangeStatements::table_of(std::uint32_t id) const {
  const Relation* before = maps_.before.relation(id);
  const auto at =
      std::find_if(carry_.tables.begin(), carry_.tables.end(), [&](const CarriedTable& table) {
        return before != nullptr ? table.target.name == before->name
                                 : table.by_name && table.origin && table.origin->id == id;
      });
  return at == carry_.tables.end() ? nullptr : &*at;
}

Result<ChangeStatements::Shape> ChangeStatements::shape_of(std::uint32_t id) const {
  const auto announced = shapes_.find(id);
  if (announced == shapes_.end())
    return fail(ErrorCode::part_way,
                fmt::format("the stream has rows of table {} that it did not announce", id));
  Shape shape{&announced->second, table_of(id), {}};
  if (shape.table == nullptr) return shape;
  const Relation* before = maps_.before.relation(id);
  const auto knows_all = [&](const Relation* known) {
    return known != nullptr &&
           std::all_of(shape.relation->columns.begin(), shape.relation->columns.end(),
                       [&](const auto& one) {
                         return known->column(std::string_view(one.name)) != nullptr;
                       });
  };
  const Relation* names = shape_map_->relation(id);
  if (!knows_all(names) && knows_all(maps_.now.relation(id))) names = maps_.now.relation(id);
  for (std::size_t value = 0; value < shape.relation->columns.size(); ++value) {
    const auto& announced_column = shape.relation->columns[value];
    const replay::Column* named =
        names == nullptr ? nullptr : names->column(std::string_view(announced_column.name));
    const replay::Column* old =
        before == nullptr || named == nullptr ? nullptr : before->column(named->number);
    const std::string& target = old != nullptr ? old->name : announced_column.name;
    if (before != nullptr && old == nullptr) continue;
    for (std::size_t place = 0; place < shape.table->columns.size(); ++place) {
      const CarriedColumn& carried = shape.table->columns[place];
      if (carried.target.name != target) continue;
      const bool retyped =
          carried.is_retyped() && named != nullptr && named->type != carried.target.type;
      shape.columns.push_back({value, &carried, place, announced_column.in_key, retyped});
    }
  }
  return shape;
}

std::string ChangeStatements::Binding::bind(const Shape& shape, const Column& column,
                                            const Value& value) {
  params.push_back(value.kind == ValueKind::text ? pg::Param(value.text) : pg::Param());
  const std::string place = fmt::format("${}", params.size());
  if (column.retyped)
    return back_function(*shape.table, column.place) + "(CAST(" + place + " AS text))";
  return fmt::format("CAST({} AS {})", place, column.carried->target.type);
}

RowStatement ChangeStatements::homeless(const Shape& shape, ParkedOperation operation,
                                        const Tuple& row) {
  RowStatement statement{
      .query = {SqlText(""), {}}, .row = {}, .touches = false, .homeless = shape.table == nullptr};
  statement.row.operation = operation;
  statement.row.table = shape.table == nullptr
                            ? QualifiedName{shape.relation->schema, shape.relation->name}
                            : shape.table->target.name;
  nlohmann::json full = nlohmann::json::object();
  for (std::size_t at = 0; at < std::min(row.size(), shape.relation->columns.size()); ++at)
    if (row[at].kind != ValueKind::unchanged)
      full[shape.relation->columns[at].name] = json_of(row[at]);
  statement.row.row = dump(full);
  statement.row.sqlstate = "42P01";
  statement.row.message =
      "table " + statement.row.table.quoted() + " does not exist in the old schema";
  statement.row.key = key_of(shape, row);
  return statement;
}

/// Empty where rows have none.
std::string ChangeStatements::key_of(const Shape& shape, const Tuple& row) {
  if (shape.table == nullptr || shape.table->key.empty() || row.empty()) return {};
  nlohmann::json key = nlohmann::json::object();
  for (const Column& column : shape.columns)
    if (column.value < row.size() && std::find(shape.table->key.begin(), shape.table->key.end(),
                                               column.place) != shape.table->key.end())
      key[column.carried->target.name] = json_of(row[column.value]);
  return dump(key);
}

Status ChangeStatements::note_rows(const pgoutput::Change& change, MigrationRows& rows) const {
  const auto note = [&](std::uint32_t id, const Tuple& row) -> Status {
    SLIPWAY_ASSIGN(const Shape shape, shape_of(id));
    if (const std::string key = key_of(shape, row); !key.empty())
      rows.add(shape.table->target.name, key);
    return {};
  };
  if (const auto* inserted = std::get_if<pgoutput::Insert>(&change))
    return note(inserted->relation, inserted->row);
  if (const auto* updated = std::get_if<pgoutput::Update>(&change)) {
    SLIPWAY_TRY(note(updated->relation, updated->old));
    return note(updated->relation, updated->row);
  }
  if (const auto* removed = std::get_if<pgoutput::Delete>(&change))
    return note(removed->relation, removed->old);
  if (const auto* truncated = std::get_if<pgoutput::Truncate>(&change))
    for (const std::uint32_t id : truncated->relations) {
      SLIPWAY_ASSIGN(const Shape shape, shape_of(id));
      if (shape.table != nullptr) rows.emptied.insert(shape.table->target.name);
    }
  return {};
}

/// Which row it is: by its key where there is one, else any one that is equal in all.
std::string ChangeStatements::condition(const Shape& shape, const Tuple& row, char kind,
                                        Binding& binding) {
  const auto in_table_key = [&](const Column& column) {
    return std::find(shape.table->key.begin(), shape.table->key.end(), column.place) !=
           shape.table->key.end();
  };
  const bool whole = kind == 'O' && shape.table->key.empty();
  std::string left;
  std::string right;
  std::string keys;
  for (const Column& column : shape.columns) {
    if (!whole && !(kind == 'O' ? in_table_key(column) : column.in_key)) continue;
    const std::string name = "o." + quote_identifier(column.carried->target.name);
    const std::string value = binding.bind(shape, column, row[column.value]);
    left += (left.empty() ? "" : ", ") + name;
    right += (right.empty() ? "" : ", ") + value;
    // The column's own type knows how its values are equal; its schema may be anywhere.
    keys += (keys.empty() ? "" : " AND ") + name + " = " + value;
  }
  if (!whole) return keys;
  return fmt::format(
      "(o.tableoid, o.ctid) OPERATOR(pg_catalog.=) (SELECT o.tableoid, o.ctid FROM {} AS o WHERE"
      " CAST(ROW({}) AS text) OPERATOR(pg_catalog.=) CAST(ROW({}) AS text) LIMIT 1)",
      only(*shape.table), left, right);
}

RowStatement ChangeStatements::insert(const Shape& shape, const Tuple& row) {
  RowStatement statement = homeless(shape, ParkedOperation::insert, row);
  if (statement.homeless) return statement;
  Binding binding;
  std::string names;
  std::string values;
  for (const Column& column : shape.columns) {
    names += (names.empty() ? "" : ", ") + quote_identifier(column.carried->target.name);
    values += (values.empty() ? "" : ", ") + binding.bind(shape, column, row[column.value]);
  }
  const std::string what =
      names.empty() ? std::string(" DEFAULT VALUES")
                    : fmt::format(" ({}) OVERRIDING SYSTEM VALUE VALUES ({})", names, values);
  statement.query = {SqlText("INSERT INTO " + shape.table->target.name.quoted() + what),
                     std::move(binding.params)};
  return statement;
}

RowStatement ChangeStatements::update(const Shape& shape, const pgoutput::Update& change) {
  RowStatement statement = homeless(shape, ParkedOperation::update, change.row);
  if (statement.homeless) return statement;
  Binding binding;
  std::string set;
  for (const Column& column : shape.columns) {
    const Value& value = change.row[column.value];
    if (value.kind == ValueKind::unchanged) continue;
    // What is GENERATED ALWAYS AS IDENTITY can be set by an INSERT only.
    if (column.carried->target.identity == "a") {
      if (change.old_kind == 0 || change.old[column.value] == value) continue;
      statement.homeless = true;
      statement.row.sqlstate = "428C9";
      statement.row.message = "an identity that is always generated cannot be changed";
      return statement;
    }
    set += (set.empty() ? "" : ", ") + quote_identifier(column.carried->target.name) + " = " +
           binding.bind(shape, column, value);
  }
  if (set.empty()) return statement;
  const Tuple& known = change.old_kind == 0 ? change.row : change.old;
  const std::string which = condition(shape, known, change.old_kind, binding);
  statement.query = {SqlText(fmt::format("UPDATE {} AS o SET {} WHERE {}", only(*shape.table), set,
                                         which.empty() ? "false" : which)),
                     std::move(binding.params)};
  statement.touches = true;
  return statement;
}

RowStatement ChangeStatements::remove(const Shape& shape, const pgoutput::Delete& change) {
  RowStatement statement = homeless(shape, ParkedOperation::remove, change.old);
  if (statement.homeless) return statement;
  Binding binding;
  const std::string which = condition(shape, change.old, change.old_kind, binding);
  statement.query = {SqlText(fmt::format("DELETE FROM {} AS o WHERE {}", only(*shape.table),
                                         which.empty() ? "false" : which)),
                     std::move(binding.params)};
  statement.touches = true;
  return statement;
}

bool ChangeStatements::is_whole(const pgoutput::Relation& relation, std::size_t values) {
  return relation.columns.size() == values;
}

Result<std::vector<RowStatement>>
ChangeStatements::statements(const pgoutput::Change& change) const {
  const auto torn = [] {
    return fail(ErrorCode::part_way,
                "the stream has a row that does not have the columns announced");
  };
  if (const auto* one = std::get_if<pgoutput::Insert>(&change)) {
    SLIPWAY_ASSIGN(const Shape shape, shape_of(one->relation));
    if (!is_whole(*shape.relation, one->row.size())) return torn();
    return std::vector<RowStatement>{insert(shape, one->row)};
  }
  if (const auto* one = std::get_if<pgoutput::Update>(&change)) {
    SLIPWAY_ASSIGN(const Shape shape, shape_of(one->relation));
    if (!is_whole(*shape.relation, one->row.size()) ||
        (one->old_kind != 0 && !is_whole(*shape.relation, one->old.size())))
      return torn();
    RowStatement statement = update(shape, *one);
    if (statement.query.sql.str().empty() && !statement.homeless)
      return std::vector<RowStatement>();
    return std::vector<RowStatement>{std::move(statement)};
  }
  if (const auto* one = std::get_if<pgoutput::Delete>(&change)) {
    SLIPWAY_ASSIGN(const Shape shape, shape_of(one->relation));
    if (!is_whole(*shape.relation, one->old.size())) return torn();
    return std::vector<RowStatement>{remove(shape, *one)};
  }
  std::vector<RowStatement> made;
  if (const auto* truncate = std::get_if<pgoutput::Truncate>(&change))
    for (const std::uint32_t id : truncate->relations) {
      SLIPWAY_ASSIGN(const Shape shape, shape_of(id));
      RowStatement statement = homeless(shape, ParkedOperation::truncate, {});
      // TRUNCATE would refuse a table that others refer to, though theirs come in the same change.
      if (!statement.homeless) statement.query.sql = SqlText("DELETE FROM " + only(*shape.table));
      made.push_back(std::move(statement));
    }
  return made;
}

} // namespace slipway::replay
