// What random pairs of schemas have shown to be wrong, each as small as it gets.
#include "plan_test.hpp"

namespace slipway::test {

namespace {

const std::string k_reader =
    "DO $$BEGIN CREATE ROLE slip_reader; EXCEPTION WHEN duplicate_object THEN NULL; END$$;";

class PairFindings : public PlanTest {
protected:
  void expect_refused(const std::string& from, const std::string& to, const std::string& words) {
    const auto planned = run(from, to);
    ASSERT_FALSE(planned.plan.refusals.empty()) << planned.sql();
    EXPECT_NE(planned.plan.refusals.front().message.find(words), std::string::npos)
        << planned.plan.refusals.front().message;
  }
};

TEST_F(PairFindings, WhatGoesWithAnExtension) {
  const std::string things = R"(
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();)";
  const std::string bonds = R"(
ALTER FUNCTION f() DEPENDS ON EXTENSION plpgsql; ALTER INDEX i DEPENDS ON EXTENSION plpgsql;
ALTER TRIGGER tr ON t DEPENDS ON EXTENSION plpgsql;
ALTER MATERIALIZED VIEW m DEPENDS ON EXTENSION plpgsql;)";
  expect_both_ways(things, things + bonds);
  expect_both_ways("", things + bonds);
}

TEST_F(PairFindings, WhatIsReplacedStillGoesWithItsExtension) {
  const auto function = [](const std::string& number) {
    return "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT " + number +
           "'; ALTER FUNCTION f() DEPENDS ON EXTENSION plpgsql;";
  };
  expect_both_ways(function("1"), function("2"));
  const auto index = [](const std::string& more) {
    return "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a" + more +
           "); ALTER INDEX i DEPENDS ON EXTENSION plpgsql;";
  };
  expect_both_ways(index(""), index(", b"));
}

// DETACH ... CONCURRENTLY beside a default partition is refused, one that only comes too.
TEST_F(PairFindings, APartitionGoesAsADefaultOneComes) {
  const std::string parent = "CREATE TABLE p (a int) PARTITION BY RANGE (a);";
  expect_both_ways(parent + "CREATE TABLE z PARTITION OF p FOR VALUES FROM (1) TO (2);",
                   parent + "CREATE TABLE z (a int); CREATE TABLE d PARTITION OF p DEFAULT;");
}

TEST_F(PairFindings, ABodyThatNamesWhatIsNowhere) {
  expect_arrives("",
                 "CREATE TYPE mood AS ENUM ('ok'); CREATE FUNCTION f() RETURNS text LANGUAGE sql "
                 "AS 'SELECT NULL::public.mood::text'; ALTER TYPE mood RENAME TO feeling");
}

TEST_F(PairFindings, AChildOfATableWithAnIdentity) {
  const std::string parent =
      "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY, a text); "
      "ALTER TABLE p ALTER a SET STATISTICS 50; ALTER TABLE p ALTER a SET (n_distinct = 5);";
  expect_both_ways(parent, parent + "CREATE TABLE c (b int) INHERITS (p)");
}

TEST_F(PairFindings, ColumnsThatChangeParentsAreRefused) {
  expect_refused("CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p)",
                 "CREATE TABLE q (a int); CREATE TABLE c (b int) INHERITS (q)",
                 "stay the table's own");
  expect_refused("CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p)",
                 "CREATE TABLE p (a int); CREATE TABLE q (n int); "
                 "CREATE TABLE c (b int) INHERITS (p, q)",
                 "stays its own");
}

TEST_F(PairFindings, PrivilegesOfTheSequenceOfAnIdentity) {
  const std::string identity = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);";
  expect_both_ways(k_reader + "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO slip_reader;",
                   k_reader + identity);
  expect_both_ways(k_reader + identity +
                       "GRANT SELECT, UPDATE ON SEQUENCE t_id_seq TO slip_reader;",
                   k_reader + identity + "ALTER TABLE t OWNER TO slip_reader;");
}

TEST_F(PairFindings, ANewOwnerWhoHadPrivileges) {
  expect_both_ways(k_reader + "CREATE TABLE t (a int); GRANT SELECT ON t TO slip_reader",
                   k_reader + "CREATE TABLE t (a int); ALTER TABLE t OWNER TO slip_reader");
}

TEST_F(PairFindings, ATypeThatIsOnlyDeclaredHasNoPrivileges) {
  expect_arrives("ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC",
                 "ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC; CREATE TYPE shell");
}

TEST_F(PairFindings, TheSequenceOfAColumnInTheDefaultOfAnother) {
  expect_both_ways("", "CREATE TABLE t (id int); CREATE SEQUENCE s OWNED BY t.id; "
                       "CREATE TABLE a (n int DEFAULT nextval('s')); "
                       "CREATE TABLE z (n int DEFAULT nextval('s'))");
}

TEST_F(PairFindings, ASequenceHasTheOwnerOfItsTable) {
  const std::string table =
      k_reader + "CREATE TABLE t (id int); ALTER TABLE t OWNER TO slip_reader;";
  const std::string sequence = "CREATE SEQUENCE s; ALTER SEQUENCE s OWNER TO slip_reader;";
  const std::string owned = "ALTER SEQUENCE s OWNED BY t.id;";
  expect_both_ways(table, table + sequence + owned);
  expect_both_ways(table + "CREATE SEQUENCE s", table + sequence + owned);
  expect_both_ways(table + sequence, table + sequence + owned);
}

TEST_F(PairFindings, AKeyBecomesAnIndexOfItsName) {
  expect_both_ways("CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT r UNIQUE (a); "
                   "ALTER TABLE t REPLICA IDENTITY FULL",
                   "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX r ON t (a) INCLUDE (b)");
}

TEST_F(PairFindings, TheSequenceOfATableThatChangesHands) {
  const std::string table =
      k_reader + "CREATE TABLE t (id serial); GRANT SELECT ON SEQUENCE t_id_seq TO slip_reader;";
  expect_both_ways(table, table + "ALTER TABLE t OWNER TO slip_reader");
}

TEST_F(PairFindings, ColumnsOfStatisticsHaveNoOrder) {
  expect_both_ways("CREATE TABLE t (b int, a int); CREATE STATISTICS s ON a, b FROM t",
                   "CREATE TABLE t (a int)");
  expect_arrives("CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t",
                 "CREATE TABLE t (b int, a int); CREATE STATISTICS s ON a, b FROM t");
}

TEST_F(PairFindings, AnInvalidIndexThatGetsAnOption) {
  expect_arrives("CREATE TABLE t (a int); CREATE INDEX i ON t (a); UPDATE pg_catalog.pg_index SET "
                 "indisvalid = false WHERE indexrelid = 'i'::regclass",
                 "CREATE TABLE t (a int); CREATE INDEX i ON t (a) WITH (fillfactor = 60)");
}

TEST_F(PairFindings, ASerialMovesToAnotherTableWithAKeyOfThatName) {
  diff::Options options;
  options.not_renamed = {{schema::Kind::table, "public", "old", {}}};
  const auto planned =
      run("CREATE TABLE new (id serial, CONSTRAINT u UNIQUE (id)); ALTER TABLE new RENAME TO old",
          "CREATE TABLE new (id serial, CONSTRAINT u UNIQUE (id))", {}, options);
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql();
}

TEST_F(PairFindings, ADefaultOfAChildInTheWayOfANewType) {
  const std::string from =
      "CREATE TABLE p (a boolean DEFAULT true); CREATE TABLE c () INHERITS (p);";
  expect_arrives(from, "CREATE TABLE p (a int)");
  expect_both_ways(from, "CREATE TABLE p (a int DEFAULT 5); CREATE TABLE c () INHERITS (p); "
                         "ALTER TABLE c ALTER a SET DEFAULT 7");
}

TEST_F(PairFindings, ToastOptionsBeforeThereIsAnythingToToast) {
  expect_both_ways("CREATE TABLE t (a int)",
                   "CREATE TABLE t (a text) WITH (toast.autovacuum_enabled = false)");
}

TEST_F(PairFindings, ASequenceOfAnotherTypeThatCountsDownwards) {
  expect_both_ways("CREATE SEQUENCE s", "CREATE SEQUENCE s AS smallint INCREMENT BY -1 CYCLE");
  expect_both_ways("CREATE SEQUENCE s AS int INCREMENT -2",
                   "CREATE SEQUENCE s AS smallint INCREMENT BY -1");
}

TEST_F(PairFindings, ASchemaOfAnotherOwnerAndItsSequence) {
  expect_arrives(
      k_reader +
          "CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE SEQUENCE app.s OWNED BY app.t.id; "
          "ALTER SCHEMA app OWNER TO slip_reader;",
      k_reader + "CREATE SCHEMA app; CREATE SEQUENCE app.s; "
                 "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                 "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;");
}

TEST_F(PairFindings, ColumnsOfATypedTableComeAndGoWithTheType) {
  expect_both_ways("CREATE TYPE pair AS (x int); CREATE TABLE t OF pair",
                   "CREATE TYPE pair AS (x int, y text); CREATE TABLE t OF pair (y DEFAULT 'q')");
  expect_arrives("CREATE TYPE pair AS (x int)",
                 "CREATE TYPE pair AS (x int, y text); CREATE TABLE t OF pair (PRIMARY KEY (x))");
}

TEST_F(PairFindings, AnAttributeChangesItsTypeBeforeAColumnHoldsIt) {
  expect_arrives("CREATE TYPE pair AS (x int)",
                 "CREATE TYPE pair AS (x bigint); CREATE TABLE a (p pair)");
  expect_refused("CREATE TYPE pair AS (x text); CREATE TABLE t OF pair",
                 "CREATE TYPE pair AS (x bigint); CREATE TABLE t OF pair", "cannot tell how");
}

TEST_F(PairFindings, TwoKeysOverTheSameColumns) {
  expect_both_ways("", "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE); "
                       "ALTER TABLE t ADD CONSTRAINT u UNIQUE (id); "
                       "ALTER TABLE t ADD CONSTRAINT b UNIQUE (a)");
}

TEST_F(PairFindings, AnArrayBecomesARange) {
  expect_arrives("CREATE TABLE t (a text[])", "CREATE TABLE t (a int4range)");
}

TEST_F(PairFindings, TheKeyOfAllPartitionsWhenOneGoes) {
  expect_arrives("CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id); "
                 "CREATE TABLE p1 PARTITION OF p DEFAULT PARTITION BY LIST (id)",
                 "CREATE TABLE p (id int NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id)");
}

TEST_F(PairFindings, NamesThatGoWithATable) {
  const std::string table =
      "(id int GENERATED ALWAYS AS IDENTITY, a int, CONSTRAINT u UNIQUE (a)); CREATE INDEX i ON ";
  diff::Options options;
  options.not_renamed = {{schema::Kind::table, "public", "old", {}}};
  const auto planned = run("CREATE TABLE new " + table + "new (a); ALTER TABLE new RENAME TO old",
                           "CREATE TABLE new " + table + "new (a)", {}, options);
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql();
}

// From 18 on NOT NULL has a name, which nothing else in the schema has.
TEST_F(PairFindings, ANotNullWhoseUsualNameIsTaken) {
  expect_both_ways("CREATE TABLE t (id int NOT NULL, b int); CREATE TABLE s (LIKE t)",
                   "CREATE TABLE t (id int NOT NULL, b int); CREATE TABLE s (LIKE t); "
                   "ALTER TABLE t DROP COLUMN id");
}

TEST_F(PairFindings, ADetachThatWasNotFinished) {
  if (major_version() < 14) return; // which have none
  const std::string tables = "CREATE TABLE p (id int) PARTITION BY RANGE (id); "
                             "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);";
  expect_arrives(tables + "UPDATE pg_catalog.pg_inherits SET inhdetachpending = true "
                          "WHERE inhrelid = 'p1'::regclass",
                 tables);
}

TEST_F(PairFindings, WhatARevokeOnATableTakesFromItsColumnsComesBack) {
  const std::string table = k_reader + "CREATE TABLE t (id int, b int);";
  const std::string column = table + "GRANT SELECT (id), UPDATE (b) ON t TO slip_reader;";
  expect_both_ways(column, column + "GRANT SELECT ON t TO slip_reader WITH GRANT OPTION");
  expect_both_ways(column, column + "GRANT UPDATE ON t TO slip_reader");
  expect_both_ways(column, table + "GRANT SELECT ON t TO slip_reader");
  const auto option =
      table +
      "GRANT SELECT (id) ON t TO slip_reader WITH GRANT OPTION; GRANT SELECT ON t TO slip_reader";
  expect_both_ways(option, option + " WITH GRANT OPTION");
}

TEST_F(PairFindings, APublicSchemaMadeAgainHasItsUsualComment) {
  const std::string again = "DROP SCHEMA public; CREATE SCHEMA public;"
                            "GRANT USAGE ON SCHEMA public TO PUBLIC;";
  const std::string comment = "COMMENT ON SCHEMA public IS 'standard public schema';";
  EXPECT_EQ(run(again + comment, again).sql(), "");
  EXPECT_EQ(run(again, again + comment).sql(), "");
}

TEST_F(PairFindings, APublicSchemaKeepsItsCommentUnderAnotherName) {
  const auto planned = run("", "ALTER SCHEMA public RENAME TO renamed");
  EXPECT_EQ(planned.values("SELECT obj_description('renamed'::regnamespace, 'pg_namespace')"),
            "standard public schema");
}

TEST_F(PairFindings, ATableLeavesItsTypeBeforeThatChanges) {
  const std::string from = "CREATE TYPE pair AS (x bigint, y text); CREATE TABLE typed OF pair;";
  diff::Options options;
  options.not_renamed = {{schema::Kind::column, "public", "pair", "y"}};
  const auto planned =
      run(from, from + "ALTER TABLE typed NOT OF; ALTER TYPE pair RENAME ATTRIBUTE y TO why", {},
          options);
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.left, std::vector<std::string>()) << planned.sql();
}

TEST_F(PairFindings, ATransformGoesThatARoutineNames) {
  const std::string type =
      "CREATE TYPE mood AS ENUM ('ok');"
      "CREATE FUNCTION out_of(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textin';";
  const std::string from =
      type +
      "CREATE TRANSFORM FOR mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION out_of(internal));"
      "CREATE FUNCTION turned(m int) RETURNS text LANGUAGE plpgsql TRANSFORM FOR TYPE mood AS"
      " 'BEGIN RETURN 1; END';";
  expect_both_ways(from, type + "CREATE FUNCTION turned(m int) RETURNS text LANGUAGE plpgsql AS"
                                " 'BEGIN RETURN 1; END'");
  // From 18 on the server keeps a transform that a routine names.
  if (major_version() >= 18) return;
  expect_both_ways(from, from + "DROP TRANSFORM FOR mood LANGUAGE plpgsql");
  for (const std::string gone :
       {"DROP TYPE mood CASCADE", "DROP TRANSFORM FOR mood LANGUAGE plpgsql;"
                                  "ALTER TYPE mood RENAME TO feeling"}) {
    expect_refused("", from + gone, "which is not there: make it");
  }
}

TEST_F(PairFindings, ATypeIsMadeAnewUnderWhatNamesItsTransform) {
  if (major_version() >= 18) return;
  const std::string functions =
      "CREATE FUNCTION out_of(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textin';";
  const auto type = [](const std::string& label) {
    return "CREATE TYPE mood AS ENUM ('" + label + "', 'bad');";
  };
  const std::string transform =
      "CREATE TRANSFORM FOR mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION out_of(internal));";
  const std::string turned = "CREATE FUNCTION turned(m integer) RETURNS text LANGUAGE plpgsql "
                             "TRANSFORM FOR TYPE mood AS 'BEGIN RETURN 1; END';";
  const std::string gone = "DROP TRANSFORM FOR mood LANGUAGE plpgsql;";
  const std::string plain =
      "CREATE FUNCTION turned(m integer) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';";
  expect_arrives(functions + type("fine") + transform + turned + gone,
                 functions + type("ok") + transform + turned);
  const std::string table = "CREATE TABLE t (m mood);";
  for (const auto& holder : {std::string(), table})
    for (const auto& before : {std::string(), turned, plain})
      expect_refused(functions + type("ok") + transform + before + holder,
                     functions + type("fine") + transform + turned + gone + holder,
                     "which is not there: make it");
}

TEST_F(PairFindings, ATransformGoesAfterTheLastWhoTakesIt) {
  if (major_version() >= 18) return;
  const std::string from =
      "CREATE TYPE mood AS ENUM ('ok', 'bad');"
      "CREATE FUNCTION out_of(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textin';"
      "CREATE TRANSFORM FOR mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION out_of(internal));";
  const auto turned = [](const std::string& result) {
    return "CREATE FUNCTION turned(m integer) RETURNS " + result +
           " LANGUAGE plpgsql "
           "TRANSFORM FOR TYPE mood AS 'BEGIN RETURN 1; END';";
  };
  const std::string gone = "DROP TRANSFORM FOR mood LANGUAGE plpgsql;";
  expect_arrives(from, from + turned("text") + gone + "ALTER TYPE mood ADD VALUE 'new'");
  expect_arrives(from + turned("int"), from + turned("text") + gone);
}

TEST_F(PairFindings, ATriggerOfAPartitionThatComesIsDisabled) {
  const std::string parent =
      "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id); CREATE TRIGGER tr AFTER INSERT ON "
      "p FOR EACH ROW EXECUTE FUNCTION touch();";
  const auto partition = [](const std::string& bound) {
    return "CREATE TABLE c PARTITION OF p FOR VALUES FROM (" + bound +
           ") TO (20); ALTER TABLE c DISABLE TRIGGER tr;";
  };
  expect_both_ways(parent, parent + partition("10"));
  expect_both_ways(parent + "CREATE TABLE c (id int NOT NULL)", parent + partition("10"));
  expect_both_ways(parent + partition("5"), parent + partition("10"));
  if (major_version() < 14) return;
  const std::string pending = "UPDATE pg_catalog.pg_inherits SET inhdetachpending = true;";
  expect_arrives(parent + partition("10") + pending, parent + partition("10"));
  expect_arrives(parent + partition("10") + "ALTER TABLE c ENABLE TRIGGER tr;" + pending,
                 parent + partition("10"));
}

TEST_F(PairFindings, AReferencedTableBecomesUnlogged) {
  const auto tables = [](const std::string& word) {
    return "CREATE " + word + " TABLE keyed (id int PRIMARY KEY); CREATE " + word +
           " TABLE a (k int); CREATE " + word + " TABLE zz (k int);";
  };
  const std::string a = "ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (k) REFERENCES keyed;";
  const std::string z = "ALTER TABLE zz ADD CONSTRAINT c FOREIGN KEY (k) REFERENCES keyed;";
  expect_both_ways(tables("") + a + z, tables("UNLOGGED") + a + z);
  expect_both_ways(tables("") + a + z, tables("UNLOGGED"));
  expect_both_ways(tables("") + a + z, tables("UNLOGGED") + "DROP TABLE zz");
}

TEST_F(PairFindings, AWrapperGetsOptionsThatItsValidatorDoesNotKnow) {
  const std::string wrapper = "CREATE FOREIGN DATA WRAPPER w";
  const std::string validated =
      wrapper + " OPTIONS (b '2'); ALTER FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator";
  expect_both_ways(wrapper, validated);
  expect_both_ways(wrapper + " VALIDATOR postgresql_fdw_validator", validated);
}

TEST_F(PairFindings, ARuleIsValidBelowAndNotAbove) {
  const auto all = [](const std::string& label) {
    return "CREATE TYPE mood AS ENUM ('" + label +
           "'); CREATE TABLE t (id int, m mood); ALTER TABLE t ADD CONSTRAINT c CHECK (m IS NULL OR "
           "id > 1) NOT VALID; CREATE TABLE child (b int) INHERITS (t);";
  };
  expect_both_ways(all("ok"), all("fine"));
  const auto plain = [](const std::string& least) {
    return "CREATE TABLE t (id int); ALTER TABLE t ADD CONSTRAINT c CHECK (id > " + least +
           ") NOT VALID; CREATE TABLE child (b int) INHERITS (t);";
  };
  expect_both_ways(plain("1"), plain("2"));
}

TEST_F(PairFindings, APartitionGoesThatAForeignKeyPointsAt) {
  const std::string tables =
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
      "CREATE TABLE t (id int); ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES p;";
  expect_arrives(tables + "CREATE TABLE d PARTITION OF p DEFAULT", tables);
  expect_arrives(tables + "CREATE TABLE d PARTITION OF p FOR VALUES FROM (1) TO (2)", tables);
}

TEST_F(PairFindings, WhatIsNewOverAColumnAwaitsTheSwapOfItsType) {
  const auto all = [](const std::string& labels) {
    return "CREATE TYPE mood AS ENUM (" + labels + "); CREATE TABLE t (a int, m mood);";
  };
  expect_arrives(all("'ok', 'bad'"),
                 all("'bad'") + "CREATE VIEW v AS SELECT m FROM t; CREATE STATISTICS s ON a, m "
                                "FROM t; ALTER STATISTICS s SET STATISTICS 41; "
                                "CREATE POLICY p ON t USING (m IS NULL)");
}

// The server makes them anew, and forgets that.
TEST_F(PairFindings, StatisticsKeepTheirTargetAndOwner) {
  for (const std::string more :
       {"ALTER STATISTICS s SET STATISTICS 41", "ALTER STATISTICS s OWNER TO slip_reader"})
    for (const std::string type : {"text", "mood"}) {
      const auto all = [&](const std::string& labels, const std::string& changed) {
        return k_reader + "CREATE TYPE mood AS ENUM (" + labels + "); CREATE TABLE t (a int, b " +
               changed + "); CREATE STATISTICS s ON a, b FROM t;" + more;
      };
      expect_arrives(all("'ok', 'bad'", type), all("'ok'", type == "mood" ? type : "varchar(10)"));
    }
}

TEST_F(PairFindings, ADomainWithoutTheDefaultOfItsBase) {
  const std::string base = "CREATE DOMAIN base AS int;";
  const std::string own_default = "ALTER DOMAIN base SET DEFAULT 2;";
  expect_both_ways(base, base + "CREATE DOMAIN bare AS base;" + own_default);
  expect_both_ways("", base + own_default +
                           "CREATE DOMAIN bare AS base DEFAULT 3; "
                           "CREATE DOMAIN same AS base");
}

TEST_F(PairFindings, AMaterializedViewWhoseOwnerMayNotReadIt) {
  const std::string all = k_reader +
                          "CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t; "
                          "CREATE UNIQUE INDEX i ON m (a); ALTER TABLE m OWNER TO slip_reader;";
  expect_both_ways(all, all + "REFRESH MATERIALIZED VIEW m WITH NO DATA");
}

// What comes with an extension has the privileges that are usual by then.
TEST_F(PairFindings, DefaultPrivilegesGoBeforeAnExtensionComes) {
  const auto planned = run("ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC",
                           "CREATE EXTENSION lo; CREATE TABLE t (a int)");
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_LT(planned.sql().find("ALTER DEFAULT PRIVILEGES"), planned.sql().find("CREATE EXTENSION"))
      << planned.sql();
}

// The routine is to let go of one transform and take hold of another, whose function is made anew.
TEST_F(PairFindings, ARoutineChangesItsTransform) {
  const auto all = [](const std::string& type) {
    return "CREATE TYPE " + type + " AS ENUM ('" + type +
           "'); CREATE FUNCTION into_it(internal) RETURNS " + type +
           " LANGUAGE internal IMMUTABLE AS 'textin'; CREATE TRANSFORM FOR " + type +
           " LANGUAGE plpgsql (TO SQL WITH FUNCTION into_it(internal)); "
           "CREATE FUNCTION turned(m integer) RETURNS text LANGUAGE plpgsql TRANSFORM FOR TYPE " +
           type + " AS 'BEGIN RETURN 1; END';";
  };
  expect_both_ways(all("mood"), all("feeling"));
}

TEST_F(PairFindings, AViewTakesHoldOfOneThatAwaitsWhatItLetsGo) {
  expect_both_ways("CREATE TABLE t (id serial PRIMARY KEY); CREATE VIEW v3 AS SELECT id FROM t",
                   "CREATE TABLE t (id integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10)); "
                   "CREATE VIEW v2 AS SELECT id FROM t; CREATE VIEW v3 AS SELECT id FROM v2");
}

TEST_F(PairFindings, AnIndexThatGoesKeepsNoPartitionOut) {
  const std::string table = "CREATE TABLE p (id int NOT NULL, a int) PARTITION BY RANGE (id);";
  const std::string index = "CREATE UNIQUE INDEX i ON ONLY p (id);";
  const std::string partition = "CREATE TABLE d PARTITION OF p DEFAULT PARTITION BY LIST (a);";
  expect_arrives(table + index, table + partition);
  expect_refused("", table + partition + index + "DROP TABLE d", "has no partitions, is valid");
}

TEST_F(PairFindings, ABodyThatFitsNoLongerWhatIsMadeAnew) {
  const std::string from =
      "CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE FUNCTION mood_by(integer) RETURNS mood "
      "LANGUAGE sql AS 'SELECT NULL::public.mood'; CREATE CAST (integer AS mood) WITH FUNCTION "
      "mood_by(integer);";
  const std::string renamed = "ALTER TYPE mood RENAME TO feeling; CREATE TYPE mood AS ENUM ('bad')";
  const std::string table = "CREATE TABLE t (m mood);";
  expect_arrives(from, from + renamed);
  expect_arrives(from + table, from + renamed + ";" + table);
}

TEST_F(PairFindings, WhatAnIndexCallsIsNotImmutableAnyMore) {
  const std::string table = "CREATE TABLE t (id int);";
  const std::string index =
      "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + 6'; "
      "CREATE INDEX i ON t (f(id)); CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql "
      "STABLE SECURITY DEFINER AS 'SELECT x + 6'";
  expect_refused(table, table + index, "which is not IMMUTABLE");
  expect_arrives(table + index, table);
  // Of this one the server sees in its body that it is as good as IMMUTABLE.
  expect_both_ways(table, table + "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS "
                                  "'SELECT x + 6'; CREATE INDEX i ON t (f(id))");
}

TEST_F(PairFindings, AColumnOutlivesTheParents) {
  const std::string parent = "CREATE TABLE p (id int, a varchar(10) DEFAULT 'x');";
  for (const std::string type : {"integer", "varchar(10) DEFAULT 'x'"})
    expect_arrives(parent + "CREATE TABLE c (b text) INHERITS (p);"
                            "CREATE TABLE g () INHERITS (c); CREATE TABLE o () INHERITS (p)",
                   "CREATE TABLE p (id int); CREATE TABLE c (b text, a " + type +
                       ") INHERITS (p); CREATE TABLE g () INHERITS (c); "
                       "CREATE TABLE o () INHERITS (p)");
}

TEST_F(PairFindings, ValuesOutliveTheParentsColumn) {
  const auto planned = run("CREATE TABLE p (id int, a int); CREATE TABLE c () INHERITS (p)",
                           "CREATE TABLE p (id int); CREATE TABLE c (a int) INHERITS (p)",
                           "INSERT INTO c VALUES (1, 2)");
  EXPECT_EQ(planned.error, "") << planned.sql();
  EXPECT_EQ(planned.values("SELECT id, a FROM c"), "1 2");
}

TEST_F(PairFindings, APartitionLeavesAsARuleGoes) {
  const std::string table = "CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id);";
  const std::string rule = "ALTER TABLE p ADD CONSTRAINT ck CHECK (id > 0);";
  const std::string partition = "CREATE TABLE c PARTITION OF p FOR VALUES FROM (20) TO (30);";
  expect_arrives(table + rule + partition, table + "CREATE TABLE c (id int NOT NULL)");
  expect_arrives(table + partition + "CREATE INDEX i ON p (id); ALTER TABLE p ADD UNIQUE (id)",
                 table + "CREATE TABLE c (id int NOT NULL)");
}

TEST_F(PairFindings, AnIdentityComesToATableWithChildren) {
  const std::string child = "CREATE TABLE c (b text) INHERITS (p);";
  expect_both_ways("CREATE TABLE p (a int);" + child,
                   "CREATE TABLE p (a int, id bigint GENERATED ALWAYS AS IDENTITY (START 5));" +
                       child);
}

TEST_F(PairFindings, APolicyOverAColumnWhoseTypeIsSwapped) {
  const auto all = [](const std::string& labels) {
    return "CREATE TYPE mood AS ENUM (" + labels +
           "); CREATE TABLE t (id int, m mood); CREATE POLICY p ON t USING (m IS NULL);"
           "CREATE RULE r AS ON INSERT TO t WHERE new.m IS NULL DO NOTHING";
  };
  expect_both_ways(all("'ok', 'bad'"), all("'mid', 'ok', 'bad'"));
}

TEST_F(PairFindings, AnAttributeChangesItsTypeBeforeAColumnTakesIt) {
  const std::string table = "CREATE TABLE base (id int, a timestamptz);";
  expect_arrives("CREATE TYPE pair AS (x bigint, y text);" + table,
                 "CREATE TYPE pair AS (x bigint, y text COLLATE \"C\");"
                 "CREATE TABLE base (id int, a pair);");
}

TEST_F(PairFindings, APredicateThatIsAlwaysTrueOutlivesTheRepairOfItsIndex) {
  const std::string good =
      "CREATE TABLE t (id int);"
      "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 4';"
      "CREATE INDEX i ON t (id) WHERE f(1) > 0;";
  expect_arrives(good + "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
                 good);
}

TEST_F(PairFindings, AnArrayWithADefaultBecomesOneOfItsElements) {
  expect_both_ways("CREATE TABLE t (a integer NOT NULL)",
                   "CREATE TABLE t (a integer[] DEFAULT '{}')");
}

TEST_F(PairFindings, AnIndexChangesWithTheTypeThatItIsOver) {
  expect_both_ways("CREATE TABLE t (a char(3)); CREATE INDEX i ON t (a)",
                   "CREATE TABLE t (a int4range); CREATE INDEX i ON t USING spgist (a)");
}

TEST_F(PairFindings, WhatIsGrantedOnALanguageThatIsTrustedNoLonger) {
  expect_both_ways(k_reader + "CREATE LANGUAGE tongue HANDLER plpgsql_call_handler",
                   k_reader + "CREATE TRUSTED LANGUAGE tongue HANDLER plpgsql_call_handler;"
                              "GRANT USAGE ON LANGUAGE tongue TO slip_reader");
}

TEST_F(PairFindings, OptionsThatTheValidatorDoesNotKnow) {
  expect_both_ways("", "CREATE FOREIGN DATA WRAPPER w OPTIONS (a '1');"
                       "ALTER FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator");
}

TEST_F(PairFindings, AColumnGoesFromBothBeforeOneIsAttachedToTheOther) {
  const std::string from =
      "CREATE TABLE m (id int NOT NULL, a int) PARTITION BY RANGE (id);"
      "CREATE TABLE r PARTITION OF m FOR VALUES FROM (0) TO (10) PARTITION BY LIST (a);";
  expect_both_ways(from, from + "ALTER TABLE m ADD COLUMN extra text;"
                                "ALTER TABLE m DETACH PARTITION r");
}

} // namespace

} // namespace slipway::test
