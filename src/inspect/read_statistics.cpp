#include "readers.hpp"
#include "row_values.hpp"

#include <algorithm>

namespace slipway::inspect {

namespace {

using schema::Kind;
using schema::Property;

// The server lists columns by their place in the table, which nobody can choose.
std::string in_order_of_names(std::string definition, const std::vector<std::string>& columns,
                              const std::vector<std::string>& sorted) {
  const auto joined = [](const std::vector<std::string>& names) {
    std::string text = " ON ";
    for (const auto& name : names) text += (&name == &names.front() ? "" : ", ") + name;
    return text;
  };
  const auto by_place = joined(columns);
  if (const auto at = definition.find(by_place); at != std::string::npos)
    definition.replace(at, by_place.size(), joined(sorted));
  return definition;
}

} // namespace

Status read_statistics(Reading& reading) {
  return reading.each(
      "SELECT s.oid, s.stxnamespace, s.stxname, pg_catalog.pg_get_userbyid(s.stxowner), "
      "pg_catalog.pg_get_statisticsobjdef(s.oid), NULLIF(s.stxstattarget, -1), s.stxrelid, "
      "s.stxkeys, " +
          reading.since(14, "pg_catalog.pg_get_statisticsobjdef_expressions(s.oid)", "NULL") +
          " FROM pg_catalog.pg_statistic_ext AS s WHERE " +
          reading.in_read_schemas("s.stxnamespace"),
      [&](const CopiedRow& row) {
        if (reading.is_member(Catalog::statistics, row.oid(0))) return;
        auto& builder = reading.builder();
        const auto handle =
            builder.add(Kind::statistics, reading.schema_name(row.oid(1)), row.text(2));
        reading.remember(Catalog::statistics, row.oid(0), handle);
        set_values(reading, handle, row, 3,
                   {Property::owner, Property::definition, Property::statistics_target});
        std::vector<std::string> columns;
        for (const auto number : numbers(row.text(7)))
          if (const auto* column = reading.relations().column(row.oid(6), static_cast<int>(number)))
            columns.push_back(reading.quoted()(column->name));
        auto sorted = columns;
        std::sort(sorted.begin(), sorted.end());
        builder.set(handle, Property::definition,
                    in_order_of_names(std::string(row.text(4)), columns, sorted));
        columns = std::move(sorted);
        for (auto& expression : row.array(8)) columns.push_back(std::move(expression));
        builder.set_list(handle, Property::columns, columns);
      });
}

} // namespace slipway::inspect
