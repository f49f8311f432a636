#include "plan_test.hpp"

namespace slipway::test {

namespace {

const std::string k_tables =
    "CREATE TABLE a (id int PRIMARY KEY, n int, x int); CREATE TABLE \"B b\" (id int PRIMARY KEY); CREATE SCHEMA s;";

class ReplicationRules : public PlanTest {};

TEST_F(ReplicationRules, Publications) {
  expect_both_ways(k_tables,
                   k_tables +
                       "CREATE PUBLICATION p FOR TABLE a, \"B b\" WITH (publish = 'insert,update');"
                       "COMMENT ON PUBLICATION p IS 'x';"
                       "CREATE PUBLICATION q FOR ALL TABLES WITH (publish_via_partition_root);"
                       "CREATE PUBLICATION none WITH (publish = '');");
  expect_both_ways(
      k_tables + "CREATE PUBLICATION p FOR ALL TABLES",
      k_tables +
          "CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert', publish_via_partition_root)");
  expect_both_ways(k_tables + "CREATE PUBLICATION p FOR ALL TABLES",
                   k_tables + "CREATE PUBLICATION p FOR TABLE a");
  expect_both_ways(k_tables + "CREATE PUBLICATION p FOR TABLE a",
                   k_tables + "CREATE PUBLICATION p FOR TABLE \"B b\"");
}

TEST_F(ReplicationRules, ColumnsConditionsAndSchemas) {
  if (major_version() < 15) {
    expect_both_ways(k_tables + "CREATE PUBLICATION p FOR TABLE a",
                     k_tables + "CREATE PUBLICATION p FOR TABLE a, \"B b\"");
    return;
  }
  expect_both_ways(
      k_tables + "CREATE PUBLICATION p FOR TABLE a",
      k_tables + "CREATE PUBLICATION p FOR TABLE a (id, x) WHERE (id > 1), \"B b\" WHERE (id > 2)");
  expect_both_ways(k_tables + "CREATE PUBLICATION p",
                   k_tables + "CREATE PUBLICATION p FOR TABLES IN SCHEMA s, TABLE a");
}

TEST_F(ReplicationRules, AColumnThatAPublicationNamesChangesItsType) {
  const std::string end = major_version() < 15 ? "CREATE PUBLICATION p FOR TABLE b"
                                               : "CREATE PUBLICATION p FOR TABLE b WHERE (n > 1)";
  expect_both_ways("CREATE TABLE b (id int PRIMARY KEY, n int);" + end,
                   "CREATE TABLE b (id int PRIMARY KEY, n bigint);" + end);
}

TEST_F(ReplicationRules, Subscriptions) {
  const std::string make =
      "CREATE SUBSCRIPTION slip_sub CONNECTION 'host=127.0.0.1 port=1 dbname=x password=hushhush' PUBLICATION p, q "
      "WITH (connect = false, slot_name = NONE";
  const auto planned = run("", make + "); ALTER SUBSCRIPTION slip_sub OWNER TO CURRENT_USER");
  ASSERT_EQ(planned.plan.refusals.size(), 1U);
  EXPECT_EQ(planned.plan.refusals.front().message.find("hushhush"), std::string::npos);
  expect_arrives(make + ")", "");
}

const std::string k_server =
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w ";

TEST_F(ReplicationRules, WrappersServersAndMappings) {
  expect_both_ways(
      "",
      "CREATE FOREIGN DATA WRAPPER w OPTIONS (host 'it''s');"
      "COMMENT ON FOREIGN DATA WRAPPER w IS 'x';"
      "CREATE SERVER srv TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'a', port '1');"
      "COMMENT ON SERVER srv IS 'y'; CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (\"user\" 'me');");
  expect_both_ways(k_server + "OPTIONS (host 'a', port '1')",
                   k_server + "OPTIONS (host 'b', dbname 'x')");
  expect_both_ways("CREATE FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator",
                   "CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'b')");
  expect_both_ways(
      "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv VERSION '1' FOREIGN DATA WRAPPER w",
      "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv TYPE 't' FOREIGN DATA WRAPPER w");
  expect_both_ways(k_server + "; CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (\"user\" 'me')",
                   k_server +
                       "; CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (\"user\" 'you')");
}

TEST_F(ReplicationRules, SecretsAreLeftToAPerson) {
  const std::string map = "; CREATE USER MAPPING FOR PUBLIC SERVER srv ";
  for (const auto& [from, to] :
       {std::pair{k_server, k_server + map + "OPTIONS (password 'hushhush')"},
        std::pair{k_server + map + "OPTIONS (password 'a')",
                  k_server + map + "OPTIONS (password 'hushhush')"}}) {
    const auto planned = run(from, to);
    ASSERT_FALSE(planned.plan.refusals.empty());
    EXPECT_EQ(planned.plan.refusals.front().message.find("hushhush"), std::string::npos);
    EXPECT_EQ(planned.sql().find("hushhush"), std::string::npos);
  }
}

} // namespace

} // namespace slipway::test
