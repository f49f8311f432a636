#include "slipway/pg/server_disk.hpp"

#include "relay.hpp"
#include "session_test.hpp"

namespace slipway::pg {
namespace {

using ServerDiskTest = SessionTest;

TEST_F(ServerDiskTest, ASocketLeadsToADiskOfThisMachine) {
  const auto disk = look_at_server_disk(session(), test::long_wait());
  ASSERT_TRUE(disk) << disk.error().message;
  ASSERT_TRUE(disk->free) << disk->unknown_since;
  EXPECT_GT(*disk->free, 0U);
}

TEST_F(ServerDiskTest, WhoMayNotSeeTheFolderKnowsNothing) {
  ASSERT_TRUE(execute("CREATE ROLE \"disk nobody\""));
  ASSERT_TRUE(execute("SET ROLE \"disk nobody\""));
  const auto disk = look_at_server_disk(session(), test::long_wait());
  ASSERT_TRUE(disk) << disk.error().message;
  EXPECT_FALSE(disk->free);
  EXPECT_EQ(disk->unknown_since, "the role may not see where the data is");
}

// Behind a loopback address there may be a tunnel. Fails when the address is enough.
TEST_F(ServerDiskTest, ALoopbackAddressIsBelievedOnceTheFolderIsKnownToBeTheServers) {
  const Relay relay(session().host(), session().port(), Relay::BackendPid::as_it_is);
  auto options = session().options();
  options.connection_string = "host=127.0.0.1 port=" + relay.port() + " user=" + session().user() +
                              " dbname=" + session().database();
  auto through = Session::open(options, test::long_wait());
  ASSERT_TRUE(through) << through.error().message;
  const auto known = look_at_server_disk(*through, test::long_wait());
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_TRUE(known->free) << known->unknown_since;
  // Who may see the folder, and may not ask the server which one it is.
  ASSERT_TRUE(execute("CREATE ROLE \"disk guest\" IN ROLE pg_read_all_settings"));
  ASSERT_TRUE(execute("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC"));
  ASSERT_TRUE(through->execute(SqlText("SET ROLE \"disk guest\""), test::long_wait()));
  const auto unproven = look_at_server_disk(*through, test::long_wait());
  ASSERT_TRUE(unproven) << unproven.error().message;
  EXPECT_FALSE(unproven->free);
  EXPECT_EQ(unproven->unknown_since, "the server may be on another machine, behind 127.0.0.1");
}

} // namespace
} // namespace slipway::pg
