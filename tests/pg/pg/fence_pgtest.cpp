// The fence of a role that is no superuser: the server lets it make no setting that it does not
// know.
#include "slipway/pg/fence.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/test/test_server.hpp"

namespace slipway::pg {
namespace {

class PlainFence : public test::ServerTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    database_ = value("SELECT current_database()");
    exec("DO $$ BEGIN CREATE ROLE fence_owner LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;"
         "ALTER DATABASE " +
         quote_identifier(database_) + " OWNER TO fence_owner");
    close_looker();
  }
  Session control() {
    auto session =
        test::connect(test::TestServer::instance().cluster().connection_string("postgres"));
    test::exec(session, "SET SESSION AUTHORIZATION fence_owner");
    return session;
  }
  std::string database_;
};

// Fails when the note is a setting of slipway's alone: nobody could open the database after a kill.
TEST_F(PlainFence, IsPutUpFoundAndTakenAwayByTheOwner) {
  auto owner = control();
  {
    auto fence = Fence::put_up(owner, database_, "rollback of run 7", 0, test::long_wait());
    ASSERT_TRUE(fence) << fence.error().message;
    const auto found = fenced_databases(owner, test::long_wait());
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1);
    EXPECT_EQ(found->front().database, database_);
    EXPECT_EQ(found->front().note, "rollback of run 7");
    EXPECT_EQ(test::value(owner, "SELECT datallowconn FROM pg_database WHERE datname = " +
                                     quote_literal(database_)),
              "f");
    fence->forget();
  }
  // As after a kill.
  owner.close();
  auto other = control();
  const auto lifted = lift_forgotten_fence(other, database_, test::long_wait());
  ASSERT_TRUE(lifted) << lifted.error().message;
  EXPECT_TRUE(fenced_databases(other, test::long_wait())->empty());
  EXPECT_EQ(value("SELECT count(*) FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = "
                  "s.setdatabase WHERE d.datname = current_database()"),
            "0");
}

TEST_F(PlainFence, LeavesWhatTheOwnerHasSetForTheDatabase) {
  auto owner = control();
  test::exec(owner,
             "ALTER DATABASE " + quote_identifier(database_) + " SET application_name = 'mine'");
  const auto fence = Fence::put_up(owner, database_, "x", 0, test::long_wait());
  ASSERT_FALSE(fence);
  EXPECT_EQ(
      value("SELECT setconfig::text FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = "
            "s.setdatabase WHERE d.datname = current_database()"),
      "{application_name=mine}");
  EXPECT_EQ(value("SELECT datallowconn FROM pg_database WHERE datname = current_database()"), "t");
}

} // namespace
} // namespace slipway::pg
