// What partitions, inheritance and extensions make by themselves, and what of it is told.
#include "inspect_test.hpp"

namespace slipway::inspect {
namespace {

using schema::Kind;
using schema::Property;

class PartitionsTest : public InspectTest {
protected:
  std::vector<std::string> paths(Kind kind) {
    const auto schema = read();
    std::vector<std::string> found;
    for (schema::Object::Index at = 0; at < schema.size(); ++at)
      if (schema.at(at).kind() == kind) found.push_back(schema.at(at).path());
    return found;
  }
};

using Paths = std::vector<std::string>;

TEST_F(PartitionsTest, BoundsAndKeysAreWrittenAsCreateTableTakesThem) {
  exec("CREATE TABLE p (a int, at date) PARTITION BY RANGE (at, lower(a::text))");
  exec("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01', MINVALUE) TO "
       "('2021-01-01', 'x')");
  EXPECT_EQ(value_of("table public.p", Property::partition_by), "RANGE (at, lower((a)::text))");
  EXPECT_EQ(value_of("table public.p1", Property::partition_bound),
            "FOR VALUES FROM ('2020-01-01', MINVALUE) TO ('2021-01-01', 'x')");
  EXPECT_EQ(value_of("table public.p1", Property::partition_of), "public.p");
  EXPECT_EQ(value_of("table public.p1", Property::inherits), "-");
}

TEST_F(PartitionsTest, AttachedIndexesAndConstraintsNameTheirParents) {
  exec("CREATE TABLE p (a int PRIMARY KEY, b int) PARTITION BY RANGE (a); "
       "CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX up ON p (b); "
       "CREATE INDEX own ON p1 (b, a)");
  EXPECT_EQ(value_of("index public.p1.p1_b_idx", Property::parent), "up");
  EXPECT_EQ(value_of("index public.p1.own", Property::parent), "-");
  EXPECT_EQ(value_of("constraint public.p1.p1_pkey", Property::parent), "p_pkey");
  EXPECT_EQ(value_of("constraint public.p1.p1_pkey", Property::inherited), "yes");
}

TEST_F(PartitionsTest, AParentIndexWithoutAllItsPartsIsInvalid) {
  exec("CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT; "
       "CREATE INDEX up ON ONLY p (a)");
  EXPECT_EQ(value_of("index public.p.up", Property::invalid), "yes");
  exec("CREATE INDEX part ON p1 (a); ALTER INDEX up ATTACH PARTITION part");
  EXPECT_EQ(value_of("index public.p.up", Property::invalid), "-");
}

// For each partition of the table that it refers to a foreign key has rows of its own.
TEST_F(PartitionsTest, AForeignKeyToPartitionsIsOneConstraint) {
  exec("CREATE TABLE p (a int PRIMARY KEY, up int) PARTITION BY RANGE (a); "
       "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2) PARTITION BY RANGE (a); "
       "CREATE TABLE p11 PARTITION OF p1 DEFAULT; CREATE TABLE p2 PARTITION OF p DEFAULT; "
       "CREATE TABLE t (a int CONSTRAINT f REFERENCES p) PARTITION BY RANGE (a); "
       "CREATE TABLE t1 PARTITION OF t DEFAULT; "
       "ALTER TABLE p ADD CONSTRAINT self FOREIGN KEY (up) REFERENCES p");
  const auto schema = read();
  Paths keys;
  for (schema::Object::Index at = 0; at < schema.size(); ++at)
    if (schema.at(at).text(Property::constraint_type) == "foreign key")
      keys.push_back(schema.at(at).path() + " " +
                     std::string(schema.at(at).text(Property::referenced_table)) + " " +
                     std::string(schema.at(at).text(Property::parent)));
  EXPECT_EQ(
      keys,
      (Paths{"constraint public.p.self public.p ", "constraint public.p1.self public.p self",
             "constraint public.p11.self public.p self", "constraint public.p2.self public.p self",
             "constraint public.t.f public.p ", "constraint public.t1.f public.p f"}));
}

TEST_F(PartitionsTest, ATriggersCloneCountsOnlyWhenItIsSwitchedOnItsOwn) {
  exec("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
       "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT; "
       "CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()");
  EXPECT_EQ(paths(Kind::trigger), Paths{"trigger public.p.g"});
  exec("ALTER TABLE p1 DISABLE TRIGGER g");
  EXPECT_EQ(paths(Kind::trigger), (Paths{"trigger public.p.g", "trigger public.p1.g"}));
  EXPECT_EQ(value_of("trigger public.p1.g", Property::enabled), "disabled");
  EXPECT_EQ(value_of("trigger public.p1.g", Property::parent), "g");
}

// The triggers behind foreign keys have numbers in their names.
TEST_F(PartitionsTest, TriggersOfConstraintsAreNeverTold) {
  exec("CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a); "
       "CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TABLE t (a int REFERENCES p); "
       "CREATE TABLE u (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  exec("ALTER TABLE p1 DISABLE TRIGGER ALL; ALTER TABLE t DISABLE TRIGGER ALL");
  EXPECT_EQ(paths(Kind::trigger), Paths());
}

TEST_F(PartitionsTest, ADetachThatWasNotFinishedIsAState) {
  if (major_version() < 14) {
    EXPECT_ANY_THROW(exec("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY"));
    return;
  }
  exec("CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p "
       "FOR VALUES FROM (1) TO (2)");
  EXPECT_EQ(value_of("table public.p1", Property::detach_pending), "-");
  auto reader = connect();
  test::exec(reader, "BEGIN; SELECT FROM p");
  auto detacher = connect();
  test::exec(detacher, "SET lock_timeout = '200ms'");
  EXPECT_ANY_THROW(test::exec(detacher, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY"));
  EXPECT_EQ(value_of("table public.p1", Property::detach_pending), "yes");
  EXPECT_EQ(value_of("table public.p1", Property::partition_of), "public.p");
  test::exec(reader, "ROLLBACK");
  exec("ALTER TABLE p DETACH PARTITION p1 FINALIZE");
  EXPECT_EQ(value_of("table public.p1", Property::partition_of), "-");
}

TEST_F(PartitionsTest, SeveralParentsKeepTheirOrder) {
  exec("CREATE TABLE b (x int); CREATE TABLE a (y int CHECK (y > 0)); "
       "CREATE TABLE c (y int, z int) INHERITS (b, a)");
  EXPECT_EQ(value_of("table public.c", Property::inherits), "public.b\npublic.a");
  EXPECT_EQ(value_of("column public.c.x", Property::inherited), "yes");
  EXPECT_EQ(value_of("column public.c.y", Property::inherited), "-");
  EXPECT_EQ(value_of("constraint public.c.a_y_check", Property::inherited), "yes");
}

TEST_F(PartitionsTest, MembersOfExtensionsAreLeftOutAndWhatNeedsThemNeedsTheExtension) {
  exec("CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE TABLE t (h ext.hstore); "
       "CREATE INDEX i ON t USING gin (h)");
  const auto schema = read();
  ASSERT_TRUE(object_at(schema, "extension hstore"));
  EXPECT_EQ(object_at(schema, "extension hstore")->text(Property::in_schema), "ext");
  EXPECT_FALSE(object_at(schema, "extension hstore")->has(Property::version));
  EXPECT_TRUE(schema.objects(Kind::function).empty());
  EXPECT_TRUE(schema.objects(Kind::base_type).empty());
  EXPECT_EQ(needs_of("column public.t.h"), Paths{"extension hstore"});
  EXPECT_EQ(needs_of("index public.t.i"), (Paths{"extension hstore", "column public.t.h"}));
  Scope with_versions;
  with_versions.extension_versions = true;
  EXPECT_TRUE(object_at(read(with_versions), "extension hstore")->has(Property::version));
}

TEST_F(PartitionsTest, SchemasLeftOutAreNotReadButCanBeReferredTo) {
  exec("CREATE SCHEMA hidden_1; CREATE SCHEMA hidden_2; CREATE SCHEMA shown; "
       "CREATE TABLE hidden_1.o (\"A b\" int PRIMARY KEY); "
       "CREATE TABLE shown.t (a int CONSTRAINT f REFERENCES hidden_1.o)");
  Scope scope;
  scope.leave_out = {"hidden_*", "public"};
  const auto schema = read(scope);
  EXPECT_EQ(schema.objects(Kind::schema).size(), 1U);
  EXPECT_EQ(schema.objects(Kind::table).size(), 1U);
  const auto key = object_at(schema, "constraint shown.t.f");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->text(Property::referenced_table), "hidden_1.o");
  EXPECT_EQ(key->text(Property::referenced_columns), "A b");
}

TEST_F(PartitionsTest, TemporaryTablesOfASessionAreNotRead) {
  auto session = connect();
  test::exec(session, "CREATE TEMPORARY TABLE t (a int PRIMARY KEY)");
  EXPECT_TRUE(read_or_throw(session).objects(Kind::table).empty());
}

TEST_F(PartitionsTest, ColumnsAreCountedWithoutHoles) {
  exec("CREATE TABLE t (a int, gone int, b int); ALTER TABLE t DROP gone; "
       "CREATE VIEW v AS SELECT b, a FROM t");
  EXPECT_EQ(value_of("column public.t.b", Property::position), "2");
  EXPECT_EQ(value_of("column public.t.b", Property::ordinal), "-");
  EXPECT_EQ(value_of("column public.v.a", Property::ordinal), "2");
  EXPECT_EQ(value_of("column public.v.a", Property::position), "-");
}

} // namespace
} // namespace slipway::inspect
