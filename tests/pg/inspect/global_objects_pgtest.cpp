// Each property of what has no schema of its own, or is not a relation, a type or a routine, is
// seen when it alone changes.
#include "changed_by.hpp"

#include <gtest/gtest.h>

namespace slipway::inspect {
namespace {

using schema::Kind;
using GlobalObjectsRead = ChangedByTest;

TEST_F(GlobalObjectsRead, collations_of_each_provider) {
  EXPECT_EQ(changed_by("CREATE COLLATION plain (LOCALE = 'C')"), "created collation public.plain");
  EXPECT_EQ(all_of({Kind::collation, "public", "plain", ""}), "provider: 'libc'\nlocale: 'C'");
  exec("CREATE COLLATION mixed (LC_COLLATE = 'C', LC_CTYPE = 'POSIX')");
  EXPECT_EQ(all_of({Kind::collation, "public", "mixed", ""}),
            "provider: 'libc'\nlocale: 'C / POSIX'");
  EXPECT_EQ(changed_by("COMMENT ON COLLATION plain IS 'c'"),
            "collation public.plain comment: none -> 'c'");
  const auto role = make_role("keeper");
  EXPECT_EQ(changed_by("ALTER COLLATION plain OWNER TO " + role),
            "collation public.plain owner: none -> '" + role + "'");
  if (major_version() >= 17) {
    exec("CREATE COLLATION inside (PROVIDER = builtin, LOCALE = 'C.UTF-8')");
    EXPECT_EQ(all_of({Kind::collation, "public", "inside", ""}),
              "provider: 'builtin'\nlocale: 'C.UTF-8'");
  }
}

// Every server of the tests is built with ICU.
TEST_F(GlobalObjectsRead, collations_of_icu) {
  exec(
      "CREATE COLLATION loose (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false)");
  EXPECT_EQ(all_of({Kind::collation, "public", "loose", ""}),
            "provider: 'icu'\nlocale: 'und-u-ks-level2'\nnondeterministic: 'yes'");
  if (major_version() >= 16) {
    exec("CREATE COLLATION ruled (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W')");
    EXPECT_EQ(all_of({Kind::collation, "public", "ruled", ""}),
              "provider: 'icu'\nlocale: 'und'\nrules: '&V << w <<< W'");
  }
}

TEST_F(GlobalObjectsRead, conversions) {
  EXPECT_EQ(changed_by("CREATE DEFAULT CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"),
            "created conversion public.c");
  EXPECT_EQ(all_of({Kind::conversion, "public", "c", ""}),
            "clauses: 'FOR 'LATIN1'|TO 'UTF8'|FROM iso8859_1_to_utf8'\ndefault_object: 'yes'");
  EXPECT_EQ(changed_by("COMMENT ON CONVERSION c IS 'x'"),
            "conversion public.c comment: none -> 'x'");
  EXPECT_EQ(
      changed_by(
          "DROP CONVERSION c; CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"),
      "conversion public.c comment: 'x' -> none\nconversion public.c default_object: 'yes' -> none");
}

TEST_F(GlobalObjectsRead, languages_and_access_methods) {
  EXPECT_EQ(changed_by("CREATE LANGUAGE tongue HANDLER plpgsql_call_handler"),
            "created language tongue");
  EXPECT_EQ(all_of({Kind::language, "", "tongue", ""}), "handler: 'plpgsql_call_handler'");
  EXPECT_EQ(
      changed_by("CREATE OR REPLACE TRUSTED LANGUAGE tongue HANDLER plpgsql_call_handler "
                 "INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator"),
      "language tongue inline_handler: none -> 'plpgsql_inline_handler'\n"
      "language tongue validator: none -> 'plpgsql_validator'\nlanguage tongue trusted: none -> 'yes'");
  EXPECT_EQ(changed_by("REVOKE USAGE ON LANGUAGE tongue FROM PUBLIC"),
            "language tongue acl: none -> '<owner>=U'");
  EXPECT_EQ(changed_by("COMMENT ON LANGUAGE tongue IS 'l'"),
            "language tongue comment: none -> 'l'");
  const auto role = make_role("keeper");
  EXPECT_EQ(changed_by("ALTER LANGUAGE tongue OWNER TO " + role),
            "language tongue owner: none -> '" + role + "'");
  EXPECT_EQ(changed_by("CREATE ACCESS METHOD tree TYPE INDEX HANDLER bthandler; "
                       "CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler"),
            "created access method pile\ncreated access method tree");
  EXPECT_EQ(all_of({Kind::access_method, "", "tree", ""}),
            "handler: 'bthandler'\nobject_type: 'INDEX'");
  EXPECT_EQ(all_of({Kind::access_method, "", "pile", ""}),
            "handler: 'heap_tableam_handler'\nobject_type: 'TABLE'");
  EXPECT_EQ(changed_by("COMMENT ON ACCESS METHOD tree IS 'a'"),
            "access method tree comment: none -> 'a'");
}

TEST_F(GlobalObjectsRead, casts_of_each_method) {
  exec("CREATE TYPE mood AS ENUM ('ok'); "
       "CREATE FUNCTION mood_of(int) RETURNS mood LANGUAGE sql AS $$SELECT 'ok'::public.mood$$");
  EXPECT_EQ(changed_by("CREATE CAST (int AS mood) WITH FUNCTION mood_of(int)"),
            "created cast (integer AS public.mood)");
  EXPECT_EQ(all_of({Kind::cast, "", "(integer AS public.mood)", ""}),
            "source_function: 'public.mood_of(integer)'");
  EXPECT_EQ(
      changed_by(
          "DROP CAST (int AS mood); CREATE CAST (int AS mood) WITH FUNCTION mood_of(int) AS ASSIGNMENT"),
      "cast (integer AS public.mood) context: none -> 'assignment'");
  exec(
      "CREATE CAST (mood AS varchar) WITH INOUT AS IMPLICIT; CREATE CAST (xml AS bytea) WITHOUT FUNCTION");
  EXPECT_EQ(all_of({Kind::cast, "", "(public.mood AS character varying)", ""}),
            "method: 'inout'\ncontext: 'implicit'");
  EXPECT_EQ(all_of({Kind::cast, "", "(xml AS bytea)", ""}), "method: 'without function'");
  EXPECT_EQ(changed_by("COMMENT ON CAST (int AS mood) IS 'x'"),
            "cast (integer AS public.mood) comment: none -> 'x'");
  exec("CREATE TYPE span AS RANGE (subtype = int)");
  EXPECT_EQ(read().objects(Kind::cast).size(), 3U) << "the cast to a multirange is the range's own";
}

TEST_F(GlobalObjectsRead, transforms) {
  exec("CREATE TYPE mood AS ENUM ('ok'); "
       "CREATE FUNCTION out_of(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textin'; "
       "CREATE FUNCTION into_it(internal) RETURNS mood LANGUAGE internal IMMUTABLE AS 'textin'");
  EXPECT_EQ(
      changed_by(
          "CREATE TRANSFORM FOR mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION out_of(internal), "
          "TO SQL WITH FUNCTION into_it(internal))"),
      "created transform FOR public.mood LANGUAGE plpgsql");
  EXPECT_EQ(
      all_of({Kind::transform, "", "FOR public.mood LANGUAGE plpgsql", ""}),
      "clauses: 'FROM SQL WITH FUNCTION public.out_of(internal)|TO SQL WITH FUNCTION public.into_it(internal)'");
  EXPECT_EQ(changed_by("COMMENT ON TRANSFORM FOR mood LANGUAGE plpgsql IS 't'"),
            "transform FOR public.mood LANGUAGE plpgsql comment: none -> 't'");
  EXPECT_EQ(
      changed_by(
          "CREATE FUNCTION f(mood) RETURNS int LANGUAGE plpgsql TRANSFORM FOR TYPE mood AS 'BEGIN END'"),
      "created function public.f(public.mood)");
  EXPECT_NE(
      all_of({Kind::function, "public", "f", "public.mood"}).find("transforms: 'public.mood'"),
      std::string::npos);
}

TEST_F(GlobalObjectsRead, text_search) {
  exec(
      "CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, "
      "LEXTYPES = prsd_lextype, HEADLINE = prsd_headline); "
      "CREATE TEXT SEARCH TEMPLATE t (LEXIZE = dsimple_lexize, INIT = dsimple_init)");
  EXPECT_EQ(
      all_of({Kind::text_search_parser, "public", "p", ""}),
      "clauses: 'START = prsd_start|GETTOKEN = prsd_nexttoken|END = prsd_end|HEADLINE = prsd_headline|"
      "LEXTYPES = prsd_lextype'");
  EXPECT_EQ(all_of({Kind::text_search_template, "public", "t", ""}),
            "clauses: 'INIT = dsimple_init|LEXIZE = dsimple_lexize'");
  EXPECT_EQ(
      changed_by(
          "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = t, accept = false, stopwords = 'english')"),
      "created text search dictionary public.d");
  EXPECT_EQ(all_of({Kind::text_search_dictionary, "public", "d", ""}),
            "options: 'accept = 'false'|stopwords = 'english''\ntemplate: 'public.t'");
  EXPECT_EQ(changed_by("ALTER TEXT SEARCH DICTIONARY d (accept = false)"), "")
      << "the order in which options were set says nothing";
  EXPECT_EQ(
      changed_by("ALTER TEXT SEARCH DICTIONARY d (accept)"),
      "text search dictionary public.d options: 'accept = 'false'|stopwords = 'english'' -> 'stopwords = 'english''");
  EXPECT_EQ(changed_by("CREATE TEXT SEARCH CONFIGURATION c (PARSER = p)"),
            "created text search configuration public.c");
  EXPECT_EQ(
      changed_by(
          "ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word, asciiword WITH d, english_stem"),
      "text search configuration public.c mappings: none -> "
      "'asciiword: public.d, pg_catalog.english_stem|word: public.d, pg_catalog.english_stem'");
  EXPECT_EQ(
      changed_by(
          "COMMENT ON TEXT SEARCH PARSER p IS '1'; COMMENT ON TEXT SEARCH TEMPLATE t IS '2'; "
          "COMMENT ON TEXT SEARCH DICTIONARY d IS '3'; COMMENT ON TEXT SEARCH CONFIGURATION c IS '4'"),
      "text search parser public.p comment: none -> '1'\ntext search template public.t comment: none -> '2'\n"
      "text search dictionary public.d comment: none -> '3'\ntext search configuration public.c comment: none -> '4'");
}

TEST_F(GlobalObjectsRead, event_triggers) {
  exec("CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'");
  EXPECT_EQ(
      changed_by(
          "CREATE EVENT TRIGGER e ON ddl_command_start WHEN TAG IN ('DROP TABLE', 'ALTER TABLE') "
          "EXECUTE FUNCTION f()"),
      "created event trigger e");
  EXPECT_EQ(all_of({Kind::event_trigger, "", "e", ""}),
            "function: 'public.f()'\nevents: 'ddl_command_start'\ntags: 'ALTER TABLE|DROP TABLE'");
  EXPECT_EQ(changed_by("ALTER EVENT TRIGGER e DISABLE"),
            "event trigger e enabled: none -> 'disabled'");
  EXPECT_EQ(changed_by("ALTER EVENT TRIGGER e ENABLE REPLICA"),
            "event trigger e enabled: 'disabled' -> 'replica'");
  EXPECT_EQ(changed_by("ALTER EVENT TRIGGER e ENABLE ALWAYS"),
            "event trigger e enabled: 'replica' -> 'always'");
  EXPECT_EQ(changed_by("ALTER EVENT TRIGGER e ENABLE"),
            "event trigger e enabled: 'always' -> none");
  EXPECT_EQ(changed_by("COMMENT ON EVENT TRIGGER e IS 'c'"),
            "event trigger e comment: none -> 'c'");
  const auto role = make_role("keeper", "SUPERUSER");
  EXPECT_EQ(changed_by("ALTER EVENT TRIGGER e OWNER TO " + role),
            "event trigger e owner: none -> '" + role + "'");
  if (major_version() >= 17) {
    EXPECT_EQ(
        changed_by("CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
                   "CREATE EVENT TRIGGER l ON login EXECUTE FUNCTION g()"),
        "created event trigger l\ncreated function public.g()");
  }
}

TEST_F(GlobalObjectsRead, default_privileges) {
  const auto role = make_role("reader", "");
  EXPECT_EQ(
      changed_by("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO " + role),
      "created default privileges postgres in public on TABLES");
  EXPECT_EQ(all_of({Kind::default_privileges, "", "postgres in public on TABLES", ""}),
            "acl: '" + role + "=r'\nin_schema: 'public'\nrole: 'postgres'\nobject_type: 'TABLES'");
  EXPECT_EQ(
      changed_by("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT UPDATE ON TABLES TO " + role),
      "default privileges postgres in public on TABLES acl: '" + role + "=r' -> '" + role + "=rw'");
  EXPECT_EQ(
      changed_by("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; "
                 "ALTER DEFAULT PRIVILEGES FOR ROLE " +
                 role +
                 " REVOKE USAGE ON TYPES FROM PUBLIC; "
                 "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO PUBLIC; "
                 "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC"),
      "created default privileges postgres on FUNCTIONS\ncreated default privileges postgres on SCHEMAS\n"
      "created default privileges postgres on SEQUENCES\ncreated default privileges " +
          role + " on TYPES");
  EXPECT_EQ(all_of({Kind::default_privileges, "", "postgres on FUNCTIONS", ""}),
            "acl: '<owner>=X'\nrole: 'postgres'\nobject_type: 'FUNCTIONS'");
  EXPECT_EQ(changed_by("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM postgres"),
            "default privileges postgres on FUNCTIONS acl: '<owner>=X' -> ''");
  if (major_version() >= 17) {
    EXPECT_EQ(
        changed_by("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT MAINTAIN ON TABLES TO " + role),
        "default privileges postgres in public on TABLES acl: '" + role + "=rw' -> '" + role +
            "=rwm'");
  }
  if (major_version() >= 18) {
    EXPECT_EQ(changed_by("ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO " + role),
              "created default privileges postgres on LARGE OBJECTS");
  }
}

} // namespace
} // namespace slipway::inspect
