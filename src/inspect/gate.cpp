// A row of a catalog is written anew, by another transaction, whenever what it says changes; VACUUM
// and ANALYZE change their counters in place. So the numbers of those transactions tell.
#include "slipway/inspect/gate.hpp"

#include "slipway/base/sha256.hpp"

#include <array>
#include <fmt/format.h>

namespace slipway::inspect {

namespace {

struct Watched {
  const char* catalog;
  const char* object; ///< the column that names the object
  /// The column of what may be temporary, since applications make temporary tables all the time.
  const char* temporary = nullptr;
  int since = 13;
  const char* only = nullptr; ///< a condition on x for the rows that count
};

constexpr auto k_watched = std::to_array<Watched>({
    {"pg_class", "oid", "oid"},
    {"pg_attribute", "attrelid", "attrelid", 13, "x.attnum OPERATOR(pg_catalog.>) 0"},
    {"pg_attrdef", "adrelid", "adrelid"},
    {"pg_constraint", "oid", "conrelid"},
    {"pg_index", "indexrelid", "indrelid"},
    {"pg_inherits", "inhrelid", "inhrelid"},
    {"pg_partitioned_table", "partrelid", "partrelid"},
    {"pg_sequence", "seqrelid", "seqrelid"},
    {"pg_rewrite", "oid", "ev_class"},
    {"pg_trigger", "oid", "tgrelid"},
    {"pg_policy", "oid", "polrelid"},
    {"pg_statistic_ext", "oid", "stxrelid"},
    {"pg_type", "oid", "oid"},
    {"pg_enum", "oid", "enumtypid"},
    {"pg_range", "rngtypid", "rngtypid"},
    {"pg_proc", "oid", "pronamespace"},
    {"pg_aggregate", "aggfnoid"},
    {"pg_operator", "oid", "oprnamespace"},
    {"pg_opclass", "oid", "opcnamespace"},
    {"pg_opfamily", "oid", "opfnamespace"},
    {"pg_amop", "oid"},
    {"pg_amproc", "oid"},
    {"pg_am", "oid"},
    {"pg_cast", "oid"},
    {"pg_transform", "oid"},
    {"pg_language", "oid"},
    {"pg_collation", "oid", "collnamespace"},
    {"pg_conversion", "oid", "connamespace"},
    {"pg_namespace", "oid", "oid"},
    {"pg_extension", "oid"},
    {"pg_default_acl", "oid"},
    {"pg_event_trigger", "oid"},
    {"pg_publication", "oid"},
    {"pg_publication_rel", "oid"},
    {"pg_publication_namespace", "oid", nullptr, 15},
    {"pg_foreign_data_wrapper", "oid"},
    {"pg_foreign_server", "oid"},
    {"pg_foreign_table", "ftrelid"},
    {"pg_ts_config", "oid", "cfgnamespace"},
    {"pg_ts_config_map", "mapcfg"},
    {"pg_ts_dict", "oid", "dictnamespace"},
    {"pg_ts_parser", "oid", "prsnamespace"},
    {"pg_ts_template", "oid", "tmplnamespace"},
    {"pg_description", "objoid", "objoid"},
    {"pg_seclabel", "objoid", "objoid"},
    // OWNED BY, DEPENDS ON EXTENSION and members of extensions are written down nowhere else; what
    // else is in it follows from other rows.
    {"pg_depend", "objid", "objid", 13,
     "(x.deptype OPERATOR(pg_catalog.=) ANY ('{e,x}') OR x.deptype OPERATOR(pg_catalog.=) ANY ('{a,i}') "
     "AND x.classid OPERATOR(pg_catalog.=) 1259 AND x.refobjsubid OPERATOR(pg_catalog.>) 0)"},
});

// What the role sees of user mappings, names of roles and of tablespaces, and the owner of the
// database: rows whose transactions cannot be seen, or change for other reasons.
constexpr std::array<const char*, 4> k_by_content{
    "SELECT 'user mappings', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended("
    "pg_catalog.concat_ws(':', m.srvid, m.umuser, m.umoptions), 0)) "
    "FROM pg_catalog.pg_user_mappings AS m",
    "SELECT 'roles', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended("
    "pg_catalog.concat_ws(':', r.oid, r.rolname), 0)) FROM pg_catalog.pg_roles AS r",
    "SELECT 'tablespaces', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended("
    "pg_catalog.concat_ws(':', s.oid, s.spcname), 0)) FROM pg_catalog.pg_tablespace AS s",
    "SELECT 'database', 1, d.datdba::pg_catalog.int8::pg_catalog.numeric FROM "
    "pg_catalog.pg_database AS d WHERE d.datname OPERATOR(pg_catalog.=) "
    "pg_catalog.current_database()",
};

constexpr const char* k_temporary = R"(WITH temporary (oid) AS MATERIALIZED (
  SELECT c.oid FROM pg_catalog.pg_class AS c WHERE c.relpersistence OPERATOR(pg_catalog.=) 't'
  UNION ALL
  SELECT t.oid FROM pg_catalog.pg_type AS t
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
  WHERE n.nspname OPERATOR(pg_catalog.~) '^pg_(toast_)?temp_'
  UNION ALL
  SELECT n.oid FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname OPERATOR(pg_catalog.~) '^pg_(toast_)?temp_'
)
)";

// The temporary ones are few or none, so that the server keeps them in a hash table.
std::string not_temporary(const char* column) {
  return fmt::format(
      "NOT EXISTS (SELECT FROM temporary WHERE temporary.oid OPERATOR(pg_catalog.=) x.{})", column);
}

std::string sum_over(const Watched& one) {
  const std::string name = one.catalog;
  std::string where;
  if (one.only != nullptr) where = std::string(" WHERE ") + one.only;
  if (one.temporary != nullptr)
    where += (where.empty() ? " WHERE " : " AND ") + not_temporary(one.temporary);
  return fmt::format(
      "SELECT '{0}', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashint8extended("
      "(x.xmin::pg_catalog.text::pg_catalog.int8 OPERATOR(pg_catalog.<<) 32) "
      "OPERATOR(pg_catalog.|) x.{1}::pg_catalog.oid::pg_catalog.int8, 0)) "
      "FROM pg_catalog.{0} AS x{2}",
      name, one.object, where);
}

std::string gate_query(int version) {
  std::string text = k_temporary;
  bool first = true;
  for (const auto& one : k_watched) {
    if (version / 10'000 < one.since) continue;
    text += (first ? "" : "\nUNION ALL ") + sum_over(one);
    first = false;
  }
  for (const auto* one : k_by_content) text += std::string("\nUNION ALL ") + one;
  return text;
}

constexpr std::string_view k_place =
    "SELECT s.system_identifier, c.timeline_id, d.oid, "
    "EXISTS (SELECT FROM pg_catalog.pg_subscription AS u "
    "WHERE u.subdbid OPERATOR(pg_catalog.=) d.oid) "
    "FROM pg_catalog.pg_control_system() AS s, pg_catalog.pg_control_checkpoint() AS c, "
    "pg_catalog.pg_database AS d "
    "WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()";

} // namespace

std::string Gate::text() const {
  return fmt::format("g1 {} {} {} {}", place.system, place.timeline, place.database, value);
}

namespace {

// Merge joins would read the largest catalogs by their indexes, twice as slowly.
constexpr const char* k_begin = "BEGIN READ ONLY; SET LOCAL jit = off; "
                                "SET LOCAL enable_mergejoin = off";

Result<std::optional<Gate>> read_within(pg::Session& session, const Wait& wait) {
  Gate gate;
  const auto place = session.query(SqlText(std::string(k_place)), {}, wait);
  if (!place) {
    constexpr std::string_view k_insufficient_privilege = "42501";
    const auto& error = place.error();
    if (error.sql && error.sql->sqlstate == k_insufficient_privilege) return std::optional<Gate>();
    return fail(error);
  }
  const bool subscriptions = place->boolean(0, 3);
  if (subscriptions) return std::optional<Gate>();
  gate.place = {std::string(place->text(0, 0)), std::string(place->text(0, 1)),
                std::string(place->text(0, 2))};
  SLIPWAY_ASSIGN(const auto sums,
                 session.query(SqlText(gate_query(session.server_version())), {}, wait));
  std::string all;
  for (std::size_t row = 0; row < sums.size(); ++row)
    for (std::size_t column = 0; column < sums.columns(); ++column)
      all.append(sums.text(row, column)).push_back('\n');
  gate.value = sha256_hex(all);
  return std::optional<Gate>(std::move(gate));
}

} // namespace

Result<std::optional<Gate>> read_gate(pg::Session& session, const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(k_begin), wait));
  auto gate = read_within(session, wait);
  if (!session.usable()) return gate;
  const auto ended = session.execute(SqlText("ROLLBACK"), wait);
  if (gate && !ended) return fail(ended.error());
  return gate;
}

} // namespace slipway::inspect
