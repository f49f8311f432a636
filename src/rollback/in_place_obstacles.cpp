// What a change of schemas' names would leave behind, and what would not let it happen.
#include "slipway/rollback/in_place_obstacles.hpp"

#include "in_place_schemas.hpp"

#include "slipway/schema/difference.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::rollback {

namespace {

constexpr std::size_t k_shown = 5;

constexpr const char* k_database = R"sql(
SELECT pg_catalog.has_database_privilege(d.oid, 'CREATE'), pg_catalog.has_database_privilege(d.oid, 'TEMPORARY')
FROM pg_catalog.pg_database AS d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
)sql";

constexpr const char* k_foreign_schemas = R"sql(
SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace AS n
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[]) AND NOT pg_catalog.pg_has_role(n.nspowner, 'USAGE')
ORDER BY 1
)sql";

/// What extensions made is theirs to keep.
constexpr const char* k_foreign_objects = R"sql(
SELECT pg_catalog.pg_describe_object(o.class, o.id, 0), pg_catalog.pg_get_userbyid(o.owner) FROM (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, c.relowner, c.relnamespace FROM pg_catalog.pg_class AS c
  WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,S,f}'::"char"[])
  UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.proowner, p.pronamespace FROM pg_catalog.pg_proc AS p
  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typowner, t.typnamespace FROM pg_catalog.pg_type AS t
  WHERE t.typrelid OPERATOR(pg_catalog.=) 0::oid AND t.typelem OPERATOR(pg_catalog.=) 0::oid) AS o (class, id, owner, namespace)
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) o.namespace
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[]) AND NOT pg_catalog.pg_has_role(o.owner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid OPERATOR(pg_catalog.=) o.class
                  AND d.objid OPERATOR(pg_catalog.=) o.id AND d.deptype OPERATOR(pg_catalog.=) 'e')
ORDER BY 1 LIMIT 5
)sql";

/// Whoever made a trusted one owns it, and not what is in it; to move it takes both.
constexpr const char* k_extensions = R"sql(
SELECT e.extname, n.nspname, e.extrelocatable, pg_catalog.pg_has_role(e.extowner, 'USAGE')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
         JOIN (SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, c.relowner FROM pg_catalog.pg_class AS c
               UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.proowner FROM pg_catalog.pg_proc AS p
               UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typowner FROM pg_catalog.pg_type AS t
               UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, o.oprowner FROM pg_catalog.pg_operator AS o)
           AS m (class, id, owner) ON m.class OPERATOR(pg_catalog.=) d.classid AND m.id OPERATOR(pg_catalog.=) d.objid
         WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
           AND d.refobjid OPERATOR(pg_catalog.=) e.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'
           AND NOT pg_catalog.pg_has_role(m.owner, 'USAGE'))
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[]) ORDER BY 1
)sql";

/// The schema that an object, or the one it is a part of, is in; what is in none has none. What
/// rests on an extension's object goes on doing so: there is one of it.
constexpr const char* k_rests = R"sql(
WITH swapped AS (
  SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[])
), placed (class, id, namespace) AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relnamespace FROM pg_catalog.pg_class
  UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, pronamespace FROM pg_catalog.pg_proc
  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid, typnamespace FROM pg_catalog.pg_type
  UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprnamespace FROM pg_catalog.pg_operator
  UNION ALL SELECT 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid, opcnamespace FROM pg_catalog.pg_opclass
  UNION ALL SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid, opfnamespace FROM pg_catalog.pg_opfamily
  UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collnamespace FROM pg_catalog.pg_collation
  UNION ALL SELECT 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid, connamespace FROM pg_catalog.pg_conversion
  UNION ALL SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgnamespace FROM pg_catalog.pg_ts_config
  UNION ALL SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictnamespace FROM pg_catalog.pg_ts_dict
  UNION ALL SELECT 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, oid, prsnamespace FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT 'pg_catalog.pg_ts_template'::pg_catalog.regclass, oid, tmplnamespace FROM pg_catalog.pg_ts_template
  UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid, stxnamespace FROM pg_catalog.pg_statistic_ext
  UNION ALL SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, oid, connamespace FROM pg_catalog.pg_constraint
  UNION ALL SELECT 'pg_catalog.pg_default_acl'::pg_catalog.regclass, oid, defaclnamespace FROM pg_catalog.pg_default_acl
  UNION ALL SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, a.oid, c.relnamespace FROM pg_catalog.pg_attrdef AS a
            JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.adrelid
  UNION ALL SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid, c.relnamespace FROM pg_catalog.pg_trigger AS t
            JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.tgrelid
  UNION ALL SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, r.oid, c.relnamespace FROM pg_catalog.pg_rewrite AS r
            JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) r.ev_class
  UNION ALL SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid, c.relnamespace FROM pg_catalog.pg_policy AS p
            JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) p.polrelid
  UNION ALL SELECT 'pg_catalog.pg_amop'::pg_catalog.regclass, m.oid, f.opfnamespace FROM pg_catalog.pg_amop AS m
            JOIN pg_catalog.pg_opfamily AS f ON f.oid OPERATOR(pg_catalog.=) m.amopfamily
  UNION ALL SELECT 'pg_catalog.pg_amproc'::pg_catalog.regclass, m.oid, f.opfnamespace FROM pg_catalog.pg_amproc AS m
            JOIN pg_catalog.pg_opfamily AS f ON f.oid OPERATOR(pg_catalog.=) m.amprocfamily
)
SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid),
       pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0)
FROM pg_catalog.pg_depend AS d
JOIN placed AS i ON i.class OPERATOR(pg_catalog.=) d.refclassid AND i.id OPERATOR(pg_catalog.=) d.refobjid
  AND i.namespace IN (SELECT s.oid FROM swapped AS s)
LEFT JOIN placed AS o ON o.class OPERATOR(pg_catalog.=) d.classid AND o.id OPERATOR(pg_catalog.=) d.objid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) o.namespace
WHERE d.deptype OPERATOR(pg_catalog.=) ANY ('{n,a}'::"char"[])
  AND (o.namespace IS NULL OR o.namespace NOT IN (SELECT s.oid FROM swapped AS s))
  AND (n.nspname IS NULL OR n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp)')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e WHERE e.classid OPERATOR(pg_catalog.=) d.refclassid
                  AND e.objid OPERATOR(pg_catalog.=) d.refobjid AND e.deptype OPERATOR(pg_catalog.=) 'e')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r
                  JOIN pg_catalog.pg_publication AS p ON p.oid OPERATOR(pg_catalog.=) r.prpubid
                  WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_publication_rel'::pg_catalog.regclass
                  AND r.oid OPERATOR(pg_catalog.=) d.objid AND pg_catalog.starts_with(p.pubname::text, 'slipway'))
ORDER BY 1 LIMIT 5
)sql";

constexpr const char* k_all_tables = R"sql(
SELECT p.pubname FROM pg_catalog.pg_publication AS p WHERE p.puballtables ORDER BY 1
)sql";

constexpr const char* k_default_rights = R"sql(
SELECT DISTINCT pg_catalog.pg_get_userbyid(a.defaclrole) FROM pg_catalog.pg_default_acl AS a
WHERE a.defaclnamespace OPERATOR(pg_catalog.=) 0::oid AND pg_catalog.pg_has_role(a.defaclrole, 'USAGE') ORDER BY 1
)sql";

constexpr const char* k_prepared = R"sql(
SELECT p.gid FROM pg_catalog.pg_prepared_xacts AS p
WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database() ORDER BY 1
)sql";

/// Both sides of each relation are locked by one transaction.
constexpr const char* k_locks = R"sql(
SELECT 2 OPERATOR(pg_catalog.*) pg_catalog.count(*),
       pg_catalog.current_setting('max_locks_per_transaction')::bigint OPERATOR(pg_catalog.*)
         (pg_catalog.current_setting('max_connections')::bigint OPERATOR(pg_catalog.+)
          pg_catalog.current_setting('max_prepared_transactions')::bigint)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) ANY ($1::text[])
)sql";

class InPlaceLooking {
public:
  InPlaceLooking(pg::Session& session, const InPlaceLook& look, const Wait& wait)
      : session_(session), look_(look), wait_(wait) {}

  Result<std::vector<Obstacle>> run() {
    SLIPWAY_ASSIGN(schemas_, placed_schemas(session_, look_.scope, *look_.before, wait_));
    names_ = text_array(names_now(schemas_));
    SLIPWAY_TRY(look_at_rights());
    SLIPWAY_TRY(look_at_extensions());
    SLIPWAY_TRY(look_outside());
    SLIPWAY_TRY(look_at_server());
    if (look_.now != nullptr) look_at_changes();
    found_.push_back({.stops_it = false,
                      .message = "large objects are not restored in place: they stay as they are",
                      .hint = "what a run removed of them is only in the backup"});
    return std::move(found_);
  }

private:
  Result<pg::Rows> ask(const char* sql, bool with_names) {
    return session_.query(SqlText(sql),
                          with_names ? std::vector<pg::Param>{names_} : std::vector<pg::Param>{},
                          wait_);
  }

  Status look_at_rights() {
    SLIPWAY_ASSIGN(const auto database, ask(k_database, false));
    if (!database.boolean(0, 0))
      stops("this role may not make schemas in the database",
            fmt::format("GRANT CREATE ON DATABASE {} TO {}", quote_identifier(session_.database()),
                        quote_identifier(session_.user())));
    if (!database.boolean(0, 1))
      stops("this role may not make temporary tables in the database",
            fmt::format("GRANT TEMPORARY ON DATABASE {} TO {}",
                        quote_identifier(session_.database()), quote_identifier(session_.user())));
    SLIPWAY_ASSIGN(const auto schemas, ask(k_foreign_schemas, true));
    for (std::size_t row = 0; row < schemas.size(); ++row)
      stops(fmt::format("schema {} belongs to {}, so this role may not rename it",
                        schemas.text(row, 0), schemas.text(row, 1)),
            fmt::format("ALTER SCHEMA {} OWNER TO {}", quote_identifier(schemas.text(row, 0)),
                        quote_identifier(session_.user())));
    SLIPWAY_ASSIGN(const auto objects, ask(k_foreign_objects, true));
    for (std::size_t row = 0; row < objects.size(); ++row)
      stops(fmt::format("{} belongs to {}, which this role is no member of", objects.text(row, 0),
                        objects.text(row, 1)),
            fmt::format("GRANT {} TO {}", quote_identifier(objects.text(row, 1)),
                        quote_identifier(session_.user())));
    SLIPWAY_ASSIGN(const auto roles, ask(k_default_rights, false));
    for (std::size_t row = 0; row < roles.size(); ++row)
      stops(
          fmt::format("default privileges of {} for all schemas would be given to what is restored",
                      roles.text(row, 0)),
          "give them for each schema: ALTER DEFAULT PRIVILEGES ... IN SCHEMA");
    return {};
  }

  Status look_at_extensions() {
    SLIPWAY_ASSIGN(const auto rows, ask(k_extensions, true));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows.boolean(row, 2) && rows.boolean(row, 3)) continue;
      stops(
          fmt::format("the extension {} is in schema {}, and {}", rows.text(row, 0),
                      rows.text(row, 1),
                      rows.boolean(row, 2) ? "what is in it belongs to another role"
                                           : "cannot be moved to another one"),
          "an extension in a schema of its own is in nobody's way; a superuser can move one there");
    }
    return {};
  }

  Status look_outside() {
    SLIPWAY_ASSIGN(const auto rests, resting_on(session_, names_now(schemas_), wait_));
    for (const auto& one : rests)
      stops(one + ", and would stay with the broken one",
            "drop it before the rollback, and make it again afterwards");
    SLIPWAY_ASSIGN(const auto all, ask(k_all_tables, false));
    for (std::size_t row = 0; row < all.size(); ++row)
      stops(
          fmt::format("the publication {} is for all tables: whoever follows it would get what is "
                      "restored as new rows",
                      all.text(row, 0)),
          "name the tables that it is for");
    return {};
  }

  Status look_at_server() {
    SLIPWAY_ASSIGN(const auto prepared, ask(k_prepared, false));
    for (std::size_t row = 0; row < prepared.size(); ++row) {
      stops(fmt::format("the prepared transaction '{}' is still in {}", prepared.text(row, 0),
                        session_.database()),
            "COMMIT PREPARED or ROLLBACK PREPARED it");
      found_.back().code = ErrorCode::check_failed;
    }
    SLIPWAY_ASSIGN(const auto locks, ask(k_locks, true));
    if (locks.integer(0, 0) > locks.integer(0, 1))
      stops(fmt::format("one transaction would lock {} relations, and the server has room for {}",
                        locks.integer(0, 0), locks.integer(0, 1)),
            "raise max_locks_per_transaction, and restart the server");
    return {};
  }

  // What is of no schema is not restored with one.
  void look_at_changes() {
    std::size_t told = 0;
    for (const auto& one : schema::compare(*look_.before, *look_.now)) {
      const auto kind = one.identity.kind;
      const bool of_schemas = kind == schema::Kind::schema && one.change != schema::Change::changed;
      if (!one.identity.schema.empty() || of_schemas || told == k_shown) continue;
      ++told;
      stops(fmt::format("{} was {} since the backup, and is no part of a schema that is restored",
                        one.identity.path(), schema::change_name(one.change)),
            "undo just that by hand, and roll back again");
      found_.back().code = ErrorCode::check_failed;
    }
  }

  void stops(std::string message, std::string hint) {
    found_.push_back({.stops_it = true, .message = std::move(message), .hint = std::move(hint)});
  }

  pg::Session& session_;
  const InPlaceLook& look_;
  const Wait& wait_;
  std::vector<PlacedSchema> schemas_;
  std::string names_;
  std::vector<Obstacle> found_;
};

} // namespace

Result<std::vector<Obstacle>> obstacles_in_place(pg::Session& session, const InPlaceLook& look,
                                                 const Wait& wait) {
  return InPlaceLooking(session, look, wait).run();
}

Result<std::vector<std::string>>
resting_on(pg::Session& session, const std::vector<std::string>& schemas, const Wait& wait) {
  SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_rests), {text_array(schemas)}, wait));
  std::vector<std::string> found;
  for (std::size_t row = 0; row < rows.size(); ++row)
    found.push_back(fmt::format("{} rests on {}", rows.text(row, 0), rows.text(row, 1)));
  return found;
}

} // namespace slipway::rollback
