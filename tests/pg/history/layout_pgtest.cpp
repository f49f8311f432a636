#include "slipway/history/store.hpp"

#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>

namespace slipway::history {
namespace {

class Layout : public test::ServerTest {
protected:
  // The tables as layout 1 had them, with a migration in them.
  void make_layout_1() {
    auto session = connect();
    const Store store("slipway");
    ASSERT_TRUE(store.prepare(session, test::long_wait()));
    exec("DROP TABLE slipway.migration_progress; DROP TABLE slipway.lease; "
         "DROP TABLE slipway.snapshot; "
         "ALTER TABLE slipway.journal DROP COLUMN witness; UPDATE slipway.layout SET version = 1");
    exec(
        "INSERT INTO slipway.migration (version, name, state, checksum_bytes, checksum_normalised, checksum_tokens, run) VALUES (7, 'kept', 'applied', 'a', 'b', 'c', 1)");
  }
};

TEST_F(Layout, PreparingTwiceIsTheSameAsOnce) {
  auto session = connect();
  const Store store("slipway");
  ASSERT_TRUE(store.prepare(session, test::long_wait()));
  ASSERT_TRUE(store.prepare(session, test::long_wait()));
  EXPECT_EQ(*store.layout(session, test::long_wait()), k_layout);
}

TEST_F(Layout, AnOldLayoutIsMovedForwardWithItsRows) {
  make_layout_1();
  auto session = connect();
  const Store store("slipway");
  EXPECT_EQ(*store.layout(session, test::long_wait()), 1);
  EXPECT_EQ(store.read(session, test::long_wait())->applied.size(), 1U)
      << "an old layout can be read as it is";
  ASSERT_TRUE(store.prepare(session, test::long_wait()));
  EXPECT_EQ(*store.layout(session, test::long_wait()), k_layout);
  EXPECT_EQ(store.read(session, test::long_wait())->applied[0].name, "kept");
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration_progress"), "0");
}

// Fails when the steps do not share one transaction: the tables of the first step would stay.
TEST_F(Layout, AMoveThatFailsLeavesNothingOfItself) {
  exec("CREATE SCHEMA slipway; CREATE VIEW slipway.migration_progress AS SELECT 1 AS in_the_way");
  auto session = connect();
  const Store store("slipway");
  EXPECT_FALSE(store.prepare(session, test::long_wait()));
  EXPECT_EQ(session.transaction_status(), pg::TransactionStatus::idle);
  EXPECT_EQ(*store.layout(session, test::long_wait()), 0);
  EXPECT_EQ(value("SELECT to_regclass('slipway.run') IS NULL"), "t");
}

TEST_F(Layout, AMoveThatFailsLeavesTheOldLayout) {
  make_layout_1();
  exec("CREATE VIEW slipway.migration_progress AS SELECT 1 AS in_the_way");
  auto session = connect();
  const Store store("slipway");
  EXPECT_FALSE(store.prepare(session, test::long_wait()));
  EXPECT_EQ(*store.layout(session, test::long_wait()), 1);
}

TEST_F(Layout, ANewerLayoutIsNotTouched) {
  make_layout_1();
  exec("UPDATE slipway.layout SET version = 99");
  auto session = connect();
  const Store store("slipway");
  EXPECT_EQ(store.layout(session, test::long_wait()).error().code, ErrorCode::unsupported);
  EXPECT_FALSE(store.prepare(session, test::long_wait()));
}

TEST_F(Layout, ASchemaNameWithQuotesIsOnlyAName) {
  auto session = connect();
  const Store store("odd \"name\"; drop schema public");
  ASSERT_TRUE(store.prepare(session, test::long_wait()));
  EXPECT_TRUE(store.read(session, test::long_wait())->exists);
}

} // namespace
} // namespace slipway::history
