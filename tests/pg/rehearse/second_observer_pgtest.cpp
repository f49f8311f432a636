// pg_dump and the states, as the second pair of eyes sees them.
#include "slipway/rehearse/catalog_states.hpp"
#include "slipway/rehearse/dump_normal_form.hpp"
#include "slipway/rehearse/dump_program.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/test/test_server.hpp"

namespace slipway::rehearse {
namespace {

using Texts = std::vector<std::string>;

class SecondObserverTest : public test::ServerTest {
protected:
  static pg::Cluster& cluster() { return test::TestServer::instance().cluster(); }

  static ProofDatabase made_of(const std::string& sql) {
    auto database = ProofDatabase::make(cluster(), "", test::long_wait());
    if (!database) throw std::runtime_error(database.error().message);
    auto session = open_in(cluster(), database->name(), test::long_wait());
    if (!session) throw std::runtime_error(session.error().message);
    test::exec(*session, sql);
    return std::move(*database);
  }
  static Texts seen(const ProofDatabase& database) {
    const auto program = find_pg_dump(cluster(), test::long_wait());
    if (!program) throw std::runtime_error("no pg_dump");
    const auto dump =
        dump_schema(*program, cluster(), database.name(), {"left_*"}, test::long_wait());
    if (!dump) throw std::runtime_error(dump.error().message);
    auto form = dump_normal_form(*dump);
    if (!form) throw std::runtime_error(form.error().message);
    return *form;
  }
  /// False where this machine has no pg_dump that can read the server, which then is told.
  static bool there_is_a_pg_dump() {
    return find_pg_dump(cluster(), test::long_wait()).has_value();
  }
  Texts states() {
    auto session = connect();
    const auto found = catalog_states(session, {"left_*"}, test::long_wait());
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }
};

TEST_F(SecondObserverTest, SeesNoDifferenceInTheOrderOfMaking) {
  if (!there_is_a_pg_dump()) {
    EXPECT_GT(major_version(), 15) << "Debian's pg_dump 15 reads every server up to 15";
    return;
  }
  const auto one = made_of(
      "CREATE TABLE a (x int PRIMARY KEY, y text); CREATE TABLE b (z int) WITH (fillfactor=70, "
      "autovacuum_enabled=off); CREATE INDEX i ON a (y); COMMENT ON TABLE a IS 'x;'");
  const auto other = made_of(
      "CREATE TABLE b (gone int, z int) WITH (autovacuum_enabled=off, fillfactor=70);"
      "ALTER TABLE b DROP gone; CREATE TABLE a (y text, x int);"
      "COMMENT ON TABLE a IS 'x;'; CREATE INDEX i ON a (y); ALTER TABLE a ADD PRIMARY KEY (x)");
  EXPECT_EQ(seen(one), seen(other));
  const auto changed = made_of("CREATE TABLE a (x int PRIMARY KEY, y text)");
  const DumpDifference difference = dump_difference(seen(one), seen(changed));
  EXPECT_EQ(difference.only_second, Texts{});
  EXPECT_GE(difference.only_first.size(), 3U);
}

TEST_F(SecondObserverTest, SeesWhatIsHalfDone) {
  EXPECT_EQ(states(), Texts{});
  exec("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1); CREATE TABLE \"B\" (a int);"
       "ALTER TABLE t ADD CONSTRAINT \"p q\" CHECK (a > 0) NOT VALID;"
       "CREATE MATERIALIZED VIEW m AS SELECT 1 AS x WITH NO DATA; CREATE INDEX i ON \"B\" (a);"
       "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass");
  EXPECT_EQ(states(),
            (Texts{"constraint \"p q\" of public.t is not validated", "index public.i is not valid",
                   "materialized view public.m has no data"}));
}

TEST_F(SecondObserverTest, LooksAwayFromSchemasThatAreLeftOut) {
  const std::string there = "CREATE TABLE t (a int);";
  const std::string half_done = "CREATE SCHEMA left_out; CREATE TABLE left_out.t (a int);"
                                "ALTER TABLE left_out.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;"
                                "CREATE SCHEMA \"LEFT_too\"; CREATE TABLE \"LEFT_too\".t (a int)";
  exec(half_done);
  EXPECT_EQ(states(), Texts{});
  if (!there_is_a_pg_dump()) return;
  const auto difference = dump_difference(seen(made_of(there)), seen(made_of(there + half_done)));
  EXPECT_EQ(difference.only_first, Texts{});
  EXPECT_FALSE(difference.only_second.empty()) << "capitals are another name";
  for (const auto& one : difference.only_second)
    EXPECT_EQ(one.find("left_out"), std::string::npos) << one;
}

TEST_F(SecondObserverTest, SecretsAreNotSeenAndEverythingElseOfTheirObjectsIs) {
  if (!there_is_a_pg_dump()) return;
  const auto with = [](const std::string& user, const std::string& secret) {
    return made_of("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
                   "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (\"user\" '" +
                   user + "', password '" + secret +
                   "'); CREATE SUBSCRIPTION sub CONNECTION 'host=" + secret +
                   "' PUBLICATION p WITH (connect = false, slot_name = NONE)");
  };
  const auto one = with("me", "hush");
  for (const auto& statement : seen(one))
    EXPECT_EQ(statement.find("hush"), std::string::npos) << statement;
  EXPECT_EQ(seen(one), seen(with("me", "other")));
  EXPECT_NE(seen(one), seen(with("you", "hush")));
}

TEST_F(SecondObserverTest, ACopyIsDroppedAlsoWithASubscription) {
  std::string name;
  {
    const auto database = made_of("CREATE TABLE t (a int)");
    name = database.name();
    auto session = open_in(cluster(), name, test::long_wait());
    ASSERT_TRUE(session);
    test::exec(*session, "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p "
                         "WITH (connect = false, slot_name = 'x')");
    session->close();
  }
  EXPECT_EQ(value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"), "0");
}

} // namespace
} // namespace slipway::rehearse
