// Which table and column of the new schema is which of the old one.
#include "slipway/replay/carry_map.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace slipway::replay {

namespace {

bool is_left_out(const Relation& relation, const std::vector<std::string>& schemas) {
  return std::find(schemas.begin(), schemas.end(), relation.name.schema) != schemas.end();
}

/// Of the copy's keys the first whose columns can all be told from the new row.
std::vector<std::size_t> usable_key(const CarriedTable& table) {
  for (const std::vector<int>& key : table.target.keys) {
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < table.columns.size(); ++place) {
      const CarriedColumn& column = table.columns[place];
      const bool in_key = std::find(key.begin(), key.end(), column.target.number) != key.end();
      if (in_key && column.has_source()) places.push_back(place);
    }
    if (places.size() == key.size()) return places;
  }
  return {};
}

/// One pairing under way.
class Pairing {
public:
  Pairing(const Maps& maps, const Reverses& reverses, const std::vector<std::string>& leave_out)
      : maps_(maps), reverses_(reverses), leave_out_(leave_out) {}

  Result<CarryMap> run() {
    for (const Relation& target : maps_.copy.relations)
      if (!is_left_out(target, leave_out_)) SLIPWAY_TRY(pair(target));
    for (const Relation& before : maps_.before.relations)
      if (!is_left_out(before, leave_out_) && maps_.copy.relation(before.name) == nullptr)
        return fail(ErrorCode::check_failed, "the copy has no table " + before.name.quoted());
    for (const auto& [name, expression] : reverses_)
      if (!used_.contains(name))
        return fail(ErrorCode::check_failed,
                    fmt::format("there is no column {} in {} to reverse",
                                quote_identifier(name.column), name.table.quoted()));
    for (const Relation& now : maps_.now.relations)
      if (!now.partition && !taken_.contains(now.id) && !is_left_out(now, leave_out_))
        map_.created.push_back(now);
    return std::move(map_);
  }

private:
  Status pair(const Relation& target) {
    const Relation* before = maps_.before.relation(target.name);
    if (before == nullptr)
      return fail(ErrorCode::check_failed, "the copy has a table " + target.name.quoted() +
                                               " that the database did not have");
    const Relation* now = maps_.now.relation(before->id);
    if (now != nullptr && now->partition != before->partition)
      map_.obstacles.push_back(fmt::format("{} was {} a partition by the migration",
                                           target.name.quoted(),
                                           now->partition ? "made" : "freed from being"));
    if (target.partition) return {};
    CarriedTable table{.target = target, .origin = {}, .columns = {}, .key = {}, .by_name = false};
    if (now == nullptr) now = replacement(*before, table);
    if (now != nullptr) {
      table.origin = *now;
      taken_.insert(now->id);
    }
    SLIPWAY_TRY(add_columns(table, *before, now));
    if (now != nullptr) table.key = usable_key(table);
    map_.tables.push_back(std::move(table));
    return {};
  }

  /// A table that was made anew under the old name stands for it.
  const Relation* replacement(const Relation& before, CarriedTable& table) const {
    const Relation* now = maps_.now.relation(before.name);
    if (now == nullptr || now->partition || maps_.before.relation(now->id) != nullptr)
      return nullptr;
    table.by_name = true;
    return now;
  }

  Status add_columns(CarriedTable& table, const Relation& before, const Relation* now) {
    for (const Column& target : table.target.columns) {
      const Column* old = before.column(target.name);
      if (old == nullptr || old->type != target.type)
        return fail(ErrorCode::check_failed,
                    fmt::format("column {} of the copy's {} is not as the database had it",
                                quote_identifier(target.name), table.target.name.quoted()));
      CarriedColumn column{.target = target, .origin = {}, .reverse = {}};
      const ColumnName name{table.target.name, target.name};
      if (const auto reverse = reverses_.find(name); reverse != reverses_.end()) {
        column.reverse = reverse->second;
        used_.insert(name);
      } else if (now != nullptr) {
        const Column* origin =
            table.by_name ? now->column(std::string_view(target.name)) : now->column(old->number);
        if (origin != nullptr) column.origin = *origin;
      }
      if (!target.computed) table.columns.push_back(std::move(column));
    }
    return {};
  }

  const Maps& maps_;
  const Reverses& reverses_;
  const std::vector<std::string>& leave_out_;
  CarryMap map_;
  std::set<std::uint32_t> taken_;
  std::set<ColumnName> used_;
};

} // namespace

bool CarriedTable::has_dropped_columns() const {
  return std::any_of(columns.begin(), columns.end(),
                     [](const CarriedColumn& column) { return !column.has_source(); });
}

Result<CarryMap> make_carry_map(const Maps& maps, const Reverses& reverses,
                                const std::vector<std::string>& leave_out) {
  return Pairing(maps, reverses, leave_out).run();
}

} // namespace slipway::replay
