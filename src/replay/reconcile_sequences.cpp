// Sequences are in no stream of changes, and a state has no trace of the numbers that were drawn.
#include "reconcile_parts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <tuple>

namespace slipway::replay {

namespace {

constexpr const char* k_sequences = R"sql(
SELECT c.oid::bigint, n.nspname, c.relname, pg_catalog.pg_sequence_last_value(c.oid),
       s.seqincrement OPERATOR(pg_catalog.>) 0, s.seqmin, s.seqmax,
       COALESCE(d.refobjid::bigint, 0), COALESCE(d.refobjsubid, 0)
FROM pg_catalog.pg_sequence AS s
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid
  AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
LEFT JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) ANY ('{a,i}'::"char"[])
  AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
)sql";

struct Sequence {
  std::int64_t id = 0;
  QualifiedName name;
  std::optional<std::int64_t> last; ///< none: never drawn from
  bool ascending = true;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::pair<std::uint32_t, int> owner; ///< table and column, or zeros
};

Result<std::vector<Sequence>> read_sequences(pg::Session& session, const Wait& wait) {
  SLIPWAY_ASSIGN(const pg::Rows rows, session.query(SqlText(k_sequences), {}, wait));
  std::vector<Sequence> sequences;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Sequence one;
    one.id = rows.integer(row, 0);
    one.name = {std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
    if (!rows.is_null(row, 3)) one.last = rows.integer(row, 3);
    one.ascending = rows.boolean(row, 4);
    one.least = rows.integer(row, 5);
    one.most = rows.integer(row, 6);
    one.owner = {static_cast<std::uint32_t>(rows.integer(row, 7)),
                 static_cast<int>(rows.integer(row, 8))};
    sequences.push_back(std::move(one));
  }
  return sequences;
}

/// For each column of the copy the one of the new schema that its values come from.
using Owners = std::map<std::pair<std::uint32_t, int>, std::pair<std::uint32_t, int>>;

Owners owners_of(const CarryMap& map) {
  Owners owners;
  for (const CarriedTable& table : map.tables)
    for (const CarriedColumn& column : table.columns)
      if (table.origin && column.origin)
        owners[{table.target.id, column.target.number}] = {table.origin->id, column.origin->number};
  return owners;
}

/// One of a table that is not carried is not ours to move.
bool is_carried(const Sequence& target, const CarryMap& map) {
  return target.owner.first == 0 ||
         std::any_of(map.tables.begin(), map.tables.end(), [&](const CarriedTable& table) {
           return table.target.id == target.owner.first;
         });
}

const Sequence* counterpart(const Sequence& target, const std::vector<Sequence>& origins,
                            const Owners& owners) {
  const auto owner = owners.find(target.owner);
  for (const Sequence& origin : origins)
    if (owner != owners.end() && origin.owner == owner->second) return &origin;
  for (const Sequence& origin : origins)
    if (origin.name == target.name) return &origin;
  return nullptr;
}

} // namespace

Status reconcile_sequences(pg::Session& origin, pg::Session& copy, const CarryMap& map,
                           const ReconcileRequest& request, ReconcileReport& report,
                           const Wait& wait) {
  SLIPWAY_ASSIGN(const std::vector<Sequence> origins, read_sequences(origin, wait));
  SLIPWAY_ASSIGN(const std::vector<Sequence> targets, read_sequences(copy, wait));
  const Owners owners = owners_of(map);
  for (const Sequence& target : targets) {
    const auto& out = request.leave_out;
    if (std::find(out.begin(), out.end(), target.name.schema) != out.end()) continue;
    if (!is_carried(target, map)) continue;
    const Sequence* from = counterpart(target, origins, owners);
    if (from == nullptr) {
      report.notes.push_back("sequence " + target.name.quoted() +
                             " has no counterpart in the new schema");
      continue;
    }
    if (!from->last) continue;
    if (target.last &&
        (target.ascending ? *target.last >= *from->last : *target.last <= *from->last))
      continue;
    const std::int64_t wanted = std::clamp(*from->last, target.least, target.most);
    if (wanted != *from->last)
      report.notes.push_back(
          fmt::format("sequence {} stands at {} in the new schema, which the old one cannot hold",
                      target.name.quoted(), *from->last));
    if (target.last == wanted) continue;
    SLIPWAY_TRY(copy.query(
        SqlText("SELECT pg_catalog.setval($1::oid::pg_catalog.regclass, $2::bigint, true)"),
        {std::to_string(target.id), std::to_string(wanted)}, wait));
    ++report.sequences_moved;
  }
  return {};
}

} // namespace slipway::replay
