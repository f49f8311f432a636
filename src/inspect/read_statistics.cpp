#include "readers.hpp"
#include "row_values.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

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
        for (auto& expression : row.array(8)) columns.push_back(std::move(expression));
        builder.set_list(handle, Property::columns, columns);
      });
}

} // namespace slipway::inspect
