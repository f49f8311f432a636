#include "readers.hpp"
#include "row_values.hpp"

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

std::string_view without_end(std::string_view text) {
  while (!text.empty() && (text.back() == ';' || text.back() == '\n' || text.back() == ' '))
    text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

} // namespace

Status read_rules(Reading& reading) {
  return reading.each(
      "SELECT r.oid, r.ev_class, r.rulename, c.relkind IN ('v', 'm') AND r.ev_type IN ('1'), "
      "CASE WHEN c.relkind IN ('v', 'm') AND r.ev_type IN ('1') "
      "THEN pg_catalog.pg_get_viewdef(c.oid) ELSE pg_catalog.pg_get_ruledef(r.oid) END, "
      "CASE r.ev_type WHEN '2' THEN 'update' WHEN '3' THEN 'insert' WHEN '4' THEN 'delete' END, "
      "CASE r.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END "
      "FROM pg_catalog.pg_rewrite AS r "
      "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) r.ev_class WHERE " +
          reading.in_read_schemas("c.relnamespace"),
      [&](const CopiedRow& row) {
        const auto relation = reading.known(Catalog::relation, row.oid(1));
        if (!relation || reading.is_member(Catalog::rewrite, row.oid(0))) return;
        auto& builder = reading.builder();
        if (row.yes(3)) {
          builder.set(*relation, Property::query, without_end(row.text(4)));
          reading.note_piece(Catalog::rewrite, row.oid(0), *relation);
          return;
        }
        const auto handle = builder.add_part(*relation, Kind::rule, row.text(2));
        reading.remember(Catalog::rewrite, row.oid(0), handle);
        builder.set(handle, Property::definition, without_end(row.text(4)));
        set_values(reading, handle, row, 5, {Property::events, Property::enabled});
      });
}

} // namespace slipway::inspect
