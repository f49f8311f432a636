#include "plan_test.hpp"

namespace slipway::test {

class TableRulesTest : public PlanTest {};

TEST_F(TableRulesTest, ATableIsMadeAndDropped) {
  expect_both_ways("CREATE TABLE a (id int PRIMARY KEY)",
                   "CREATE TABLE a (id int PRIMARY KEY);"
                   "CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a(id),"
                   " n text COLLATE \"C\" DEFAULT 'x', CHECK (id > 0), UNIQUE (a_id))");
}

} // namespace slipway::test
