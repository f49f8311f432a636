// Makes a database that was used as good as new.
#include "slipway/test/used_database.hpp"

#include "slipway/test/test_server.hpp"

namespace slipway::test {

namespace {

// Event triggers first, since they see the other drops.
constexpr const char* k_empty = R"sql(
DO $empty$
DECLARE one record;
BEGIN
  PERFORM set_config('client_min_messages', 'error', true);
  PERFORM set_config('search_path', '', true);
  FOR one IN
    SELECT * FROM (
      SELECT 1 AS rank, format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_event_trigger
      UNION ALL SELECT 2, format('DROP PUBLICATION %I', pubname) FROM pg_publication
      UNION ALL SELECT 2, format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension
        WHERE extname <> 'plpgsql'
      UNION ALL SELECT 3, format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname)
        FROM pg_foreign_data_wrapper
      UNION ALL SELECT 4, format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      UNION ALL SELECT 5, format('DROP LANGUAGE IF EXISTS %I CASCADE', lanname) FROM pg_language
        WHERE oid >= 16384
      UNION ALL SELECT 5, format('DROP ACCESS METHOD IF EXISTS %I CASCADE', amname) FROM pg_am
        WHERE oid >= 16384
      UNION ALL SELECT 5, format('DROP CAST IF EXISTS (%s AS %s)', castsource::regtype,
        casttarget::regtype) FROM pg_cast WHERE oid >= 16384) AS drops
    ORDER BY rank
  LOOP
    EXECUTE one.sql;
  END LOOP;
  DELETE FROM pg_default_acl;
  DELETE FROM pg_shdepend WHERE classid = 'pg_default_acl'::regclass
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database());
  DELETE FROM pg_depend WHERE classid = 'pg_default_acl'::regclass;
  IF current_setting('server_version_num')::int >= 150000 THEN
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
  ELSE
    CREATE SCHEMA public;
    GRANT ALL ON SCHEMA public TO PUBLIC;
  END IF;
  COMMENT ON SCHEMA public IS 'standard public schema';
END
$empty$)sql";

constexpr const char* k_traces = R"sql(
SELECT concat_ws(' ',
  (SELECT count(*) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND n.nspname !~ '^pg_(toast_)?temp_'),
  (SELECT count(*) FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.oid >= 16384 AND n.nspname !~ '^pg_(toast_)?temp_'),
  (SELECT count(*) FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.oid >= 16384 AND n.nspname !~ '^pg_(toast_)?temp_'),
  (SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'),
  (SELECT count(*) FROM pg_catalog.pg_cast), (SELECT count(*) FROM pg_catalog.pg_am),
  (SELECT count(*) FROM pg_catalog.pg_foreign_data_wrapper), (SELECT count(*) FROM pg_catalog.pg_foreign_server),
  (SELECT count(*) FROM pg_catalog.pg_user_mapping), (SELECT count(*) FROM pg_catalog.pg_publication),
  (SELECT count(*) FROM pg_catalog.pg_event_trigger), (SELECT count(*) FROM pg_catalog.pg_default_acl),
  (SELECT count(*) FROM pg_catalog.pg_extension), (SELECT count(*) FROM pg_catalog.pg_transform),
  (SELECT count(*) FROM pg_catalog.pg_operator), (SELECT count(*) FROM pg_catalog.pg_opclass),
  (SELECT count(*) FROM pg_catalog.pg_opfamily), (SELECT count(*) FROM pg_catalog.pg_amop),
  (SELECT count(*) FROM pg_catalog.pg_amproc), (SELECT count(*) FROM pg_catalog.pg_collation),
  (SELECT count(*) FROM pg_catalog.pg_conversion), (SELECT count(*) FROM pg_catalog.pg_ts_parser),
  (SELECT count(*) FROM pg_catalog.pg_ts_dict), (SELECT count(*) FROM pg_catalog.pg_ts_template),
  (SELECT count(*) FROM pg_catalog.pg_ts_config), (SELECT count(*) FROM pg_catalog.pg_ts_config_map),
  (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata), (SELECT count(*) FROM pg_catalog.pg_description),
  (SELECT count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()),
  (SELECT count(*) FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
    WHERE d.datname = current_database()),
  (SELECT count(*) FROM pg_catalog.pg_replication_slots WHERE database = current_database()),
  (SELECT concat_ws('/', datacl, datdba, datconnlimit, datallowconn) FROM pg_catalog.pg_database
    WHERE datname = current_database()),
  (SELECT string_agg(setconfig::text, ' ') FROM pg_catalog.pg_db_role_setting AS s
    JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase WHERE d.datname = current_database()),
  (SELECT concat_ws('/', nspacl, nspowner, pg_catalog.obj_description(oid, 'pg_namespace'))
    FROM pg_catalog.pg_namespace WHERE nspname = 'public'),
  (SELECT md5(string_agg(l::text, ' ' ORDER BY lanname)) FROM pg_catalog.pg_language AS l),
  (SELECT md5(string_agg(e::text, ' ' ORDER BY extname)) FROM pg_catalog.pg_extension AS e),
  (SELECT md5(string_agg(concat_ws(' ', oid, proacl, proowner, prosrc), ' ' ORDER BY oid))
    FROM pg_catalog.pg_proc WHERE oid < 16384 AND pronamespace <> 11),
  (SELECT md5(string_agg(concat_ws(' ', oid, relacl, relowner), ' ' ORDER BY oid))
    FROM pg_catalog.pg_class WHERE oid < 16384)))sql";

void drop_subscriptions(pg::Session& session) {
  const auto found = rows(
      session,
      "SELECT quote_ident(subname) FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database "
      "AS d ON d.oid = s.subdbid WHERE d.datname = current_database()");
  for (const auto& one : found) {
    exec(session, "ALTER SUBSCRIPTION " + one[0] + " DISABLE");
    exec(session, "ALTER SUBSCRIPTION " + one[0] + " SET (slot_name = NONE)");
    exec(session, "DROP SUBSCRIPTION " + one[0]);
  }
}

} // namespace

void empty_database(pg::Session& session) {
  drop_subscriptions(session);
  exec(session, k_empty);
}

std::string traces(pg::Session& session) {
  return value(session, k_traces);
}

} // namespace slipway::test
