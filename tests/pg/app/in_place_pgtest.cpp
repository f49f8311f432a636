// A rollback over a backup by a role that may not make a database.
#include "in_place_project.hpp"

namespace slipway {
namespace {

using InPlace = test::InPlaceProjectTest;

TEST_F(InPlace, TheOldSchemaIsBackInTheSameDatabaseWithWhatWasWrittenSince) {
  back_up();
  exec("UPDATE users SET name = 'before it' WHERE id = 1; DELETE FROM users WHERE id = 2");
  break_it(test::k_breaking_in_place);
  exec(
      "UPDATE users SET label = 'after it' WHERE id = 3;"
      "INSERT INTO users (label, mood, age) VALUES ('new', 'bad', 40), ('odd', 'so so', 1), "
      "('too old', 'good', 5000000000); INSERT INTO lines VALUES ('two'), ('two');"
      "INSERT INTO shop.orders (user_id, total) SELECT id, 7 FROM users WHERE label IN ('new', 'too "
      "old'); INSERT INTO news VALUES (1); SELECT nextval('numbers'), nextval('numbers')");
  const auto outlook = look();
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_NE(outlook->in_place.find("may not make databases"), std::string::npos)
      << outlook->in_place;
  const auto report = roll_back();
  ASSERT_TRUE(report) << explained(report.error()) << said();
  EXPECT_TRUE(report->proven);
  ASSERT_TRUE(report->safe);
  EXPECT_TRUE(report->safe->in_place);
  EXPECT_EQ(value("SELECT string_agg(name, ', ' ORDER BY id) FROM users WHERE name !~ '^u'"),
            "before it, after it, new");
  EXPECT_EQ(value("SELECT count(*) FROM users"), "50");
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE note = 'old'"), "50");
  EXPECT_EQ(value("SELECT count(*) FROM lines"), "4");
  EXPECT_EQ(value("SELECT last_value FROM numbers"), "2");
  // Four orders went with user 2, one is of a user that no old schema holds.
  EXPECT_EQ(value("SELECT count(*) FROM shop.orders"), "197");
  EXPECT_EQ(value("SELECT count(*) FROM shop.audit"), "202") << "no trigger fired anew";
  EXPECT_EQ(value("SELECT count(*) FROM shop.rich"), "50");
  EXPECT_EQ(value("SELECT count(*) FROM shop.totals"), "50");
  EXPECT_EQ(value("SELECT string_agg(table_name || ' ' || sqlstate, ', ' ORDER BY table_name, "
                  "sqlstate) FROM slipway.parked"),
            "news 42P01, orders 23503, users 22003, users 22P02");
  EXPECT_EQ(schemas(), "public public__broken_2 shop shop__broken_2 slipway");
  EXPECT_EQ(value("SELECT label FROM public__broken_2.users WHERE id = 53"), "too old");
  EXPECT_EQ(value("SELECT string_agg(version::text, ' ') FROM slipway.migration"), "1");
  EXPECT_EQ(value("SELECT string_agg(kind || ' ' || outcome, ', ' ORDER BY id) FROM slipway.run"),
            "up done, up done, rollback done");
  // It goes on: what acts on rows acts again.
  exec("INSERT INTO shop.orders (user_id, total) VALUES (1, 1)");
  EXPECT_EQ(value("SELECT count(*) FROM shop.audit"), "203");
  EXPECT_THROW(exec("INSERT INTO shop.orders (user_id, total) VALUES (2, 1)"), std::runtime_error);
}

} // namespace
} // namespace slipway
