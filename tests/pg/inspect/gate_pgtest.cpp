// The gate is what lets drift run every minute: it must not open for nothing, and never stay shut
// when something changed.
#include "slipway/inspect/gate.hpp"
#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>

namespace slipway::inspect {
namespace {

class GateTest : public test::ServerTest {
protected:
  std::string gate() {
    auto session = connect();
    const auto read = read_gate(session, test::long_wait());
    if (!read) throw std::runtime_error(read.error().message);
    return *read ? (*read)->value : "none";
  }

  void SetUp() override {
    ServerTest::SetUp();
    exec("CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'x', CHECK (id > 0));"
         "CREATE SEQUENCE s; CREATE VIEW v AS SELECT id FROM t;"
         "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
         "CREATE TYPE e AS ENUM ('a');"
         "INSERT INTO t SELECT i, repeat('y', i) FROM generate_series(1, 200) AS i");
  }
};

TEST_F(GateTest, StaysShutForEverythingThatIsNoSchema) {
  const auto before = gate();
  const std::vector<std::string> harmless = {
      "INSERT INTO t SELECT i, repeat('z', 5000) FROM generate_series(201, 300) AS i",
      "UPDATE t SET name = 'w'",
      "DELETE FROM t WHERE id < 100",
      "SELECT nextval('s')",
      "VACUUM",
      "VACUUM (FREEZE)",
      "ANALYZE",
      "CHECKPOINT",
      "BEGIN; ALTER TABLE t ADD COLUMN c int; ROLLBACK",
      "BEGIN; LOCK TABLE t; COMMIT",
  };
  for (const auto& sql : harmless) {
    exec(sql);
    EXPECT_EQ(gate(), before) << sql;
  }
}

TEST_F(GateTest, StaysShutForTemporaryTables) {
  const auto before = gate();
  exec(
      "CREATE TEMPORARY TABLE mine (id serial PRIMARY KEY, t text DEFAULT 'a' CHECK (t <> ''));"
      "CREATE INDEX ON mine (t); COMMENT ON TABLE mine IS 'x'; CREATE TEMP VIEW w AS SELECT 1;"
      "CREATE TEMP SEQUENCE q; CREATE FUNCTION pg_temp.g() RETURNS int LANGUAGE sql AS 'SELECT 1'");
  EXPECT_EQ(gate(), before);
  close_looker();
  EXPECT_EQ(gate(), before);
}

TEST_F(GateTest, OpensForWhateverChangesTheSchema) {
  auto before = gate();
  const std::vector<std::string> changes = {
      "ALTER TABLE t ADD COLUMN c int",
      "ALTER TABLE t ALTER COLUMN c SET DEFAULT 1",
      "ALTER TABLE t DROP COLUMN c",
      "ALTER TABLE t ADD COLUMN c int DEFAULT 1",
      "ALTER TABLE t ALTER COLUMN c SET NOT NULL",
      "ALTER TABLE t ALTER COLUMN c SET STATISTICS 7",
      "ALTER TABLE t ALTER COLUMN name SET STORAGE EXTERNAL",
      "ALTER TABLE t RENAME COLUMN c TO d",
      "ALTER TABLE t SET (fillfactor = 70)",
      "ALTER TABLE t REPLICA IDENTITY FULL",
      "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
      "CREATE POLICY p ON t USING (true)",
      "ALTER POLICY p ON t USING (id > 1)",
      "CREATE INDEX i ON t (name)",
      "ALTER INDEX i RENAME TO j",
      "DROP INDEX j",
      "GRANT SELECT ON t TO PUBLIC",
      "REVOKE SELECT ON t FROM PUBLIC",
      "GRANT SELECT (id) ON t TO PUBLIC",
      "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
      "COMMENT ON TABLE t IS 'one'",
      "COMMENT ON TABLE t IS 'two'",
      "COMMENT ON COLUMN t.id IS 'three'",
      "COMMENT ON TABLE t IS NULL",
      "ALTER SEQUENCE s INCREMENT 2",
      "ALTER SEQUENCE s OWNED BY t.id",
      "ALTER SEQUENCE s OWNED BY NONE",
      "CREATE OR REPLACE VIEW v AS SELECT id + 1 AS id FROM t",
      "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
      "ALTER FUNCTION f() STABLE",
      "ALTER TYPE e ADD VALUE 'b'",
      "ALTER TYPE e RENAME VALUE 'b' TO 'c'",
      "CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING",
      "ALTER TABLE t ADD CONSTRAINT k CHECK (id > 5) NOT VALID",
      "ALTER TABLE t DROP CONSTRAINT k",
      "CREATE STATISTICS st ON id, name FROM t",
      "CREATE PUBLICATION pub FOR TABLE t",
      "ALTER PUBLICATION pub SET (publish = 'insert')",
      "DROP PUBLICATION pub",
      "CREATE SCHEMA extra",
      "ALTER TABLE t SET SCHEMA extra",
      "ALTER TABLE extra.t SET SCHEMA public",
      "CREATE FOREIGN DATA WRAPPER w",
      "CREATE SERVER sv FOREIGN DATA WRAPPER w",
      "CREATE USER MAPPING FOR PUBLIC SERVER sv OPTIONS (a '1')",
      "ALTER USER MAPPING FOR PUBLIC SERVER sv OPTIONS (SET a '2')",
      "CREATE CAST (e AS int) WITH INOUT",
      "CREATE COLLATION co FROM \"C\"",
      "CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)",
      "ALTER TEXT SEARCH CONFIGURATION tc DROP MAPPING FOR word",
      "CREATE TABLE parent (id int) PARTITION BY RANGE (id)",
      "CREATE TABLE part PARTITION OF parent FOR VALUES FROM (1) TO (2)",
      "ALTER TABLE parent DETACH PARTITION part",
      "DROP TABLE part",
  };
  for (const auto& sql : changes) {
    exec(sql);
    const auto after = gate();
    EXPECT_NE(after, before) << sql;
    before = after;
  }
}

TEST_F(GateTest, OpensWhenARoleIsCalledAnother) {
  exec("CREATE ROLE gate_one");
  const auto before = gate();
  exec("ALTER ROLE gate_one RENAME TO gate_two");
  const auto after = gate();
  exec("DROP ROLE gate_two");
  EXPECT_NE(after, before);
}

TEST_F(GateTest, NeedsNoPrivilege) {
  exec("CREATE ROLE gate_reader LOGIN");
  auto session = connect();
  test::exec(session, "SET ROLE gate_reader");
  const auto read = read_gate(session, test::long_wait());
  exec("DROP ROLE gate_reader");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(*read);
}

TEST_F(GateTest, VouchesForNothingWhereThereAreSubscriptions) {
  exec("CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p "
       "WITH (connect = false, enabled = false, slot_name = NONE, create_slot = false)");
  EXPECT_EQ(gate(), "none");
  exec("DROP SUBSCRIPTION sub");
}

TEST_F(GateTest, KnowsOneDatabaseFromAnother) {
  auto here = connect();
  auto there = test::connect(test::TestServer::instance().fresh_database());
  const auto one = read_gate(here, test::long_wait());
  const auto other = read_gate(there, test::long_wait());
  ASSERT_TRUE(one && *one && other && *other);
  EXPECT_NE((*one)->place, (*other)->place);
  EXPECT_EQ((*one)->place.system, (*other)->place.system);
}

} // namespace
} // namespace slipway::inspect
