// Backups by a role that is no superuser: what it may read is in it, and what it may not is said.
#include "backup_test.hpp"

#include "slipway/base/sql_text.hpp"

namespace slipway::backup {
namespace {

class PlainRole : public test::BackupTest {
protected:
  void SetUp() override {
    BackupTest::SetUp();
    make_shop();
    role_ = value("SELECT current_database()") + "_plain";
    exec("CREATE ROLE " + role_ + " LOGIN");
    for (const auto* what : {"TABLES", "SEQUENCES"}) {
      // Where a schema is written as statements, its rights are among them.
      shop_.after.push_back(std::string("GRANT SELECT ON ALL ") + what + " IN SCHEMA public TO " +
                            role_);
      exec(shop_.after.back());
    }
  }
  void TearDown() override {
    exec("DROP OWNED BY " + role_);
    exec("DROP ROLE " + role_);
    BackupTest::TearDown();
  }
  Result<Manifest> create_as_plain() {
    auto asked = request();
    asked.source.connection_string += "&user=" + role_;
    return create(asked);
  }
  std::string role_;
};

TEST_F(PlainRole, WhatItMayReadComesBackAndTheRestIsSaid) {
  exec("SELECT lo_from_bytea(0, 'nobody else reads this')");
  const auto manifest = create_as_plain();
  ASSERT_TRUE(manifest) << explained(manifest.error());
  EXPECT_TRUE(std::any_of(manifest->not_included.begin(), manifest->not_included.end(),
                          [](const auto& one) { return one.starts_with("large objects"); }));
  EXPECT_TRUE(manifest->large_objects.parts.empty());
  const auto name = fresh_name("_p");
  const auto restored = restore(*manifest, name);
  ASSERT_TRUE(restored) << explained(restored.error());
  EXPECT_TRUE(restored->equal());
  {
    auto copy = test::connect(url_of(name));
    EXPECT_EQ(test::value(copy, "SELECT count(*) FROM orders"), "2000");
  }
  // It has the role's rights, too.
  exec("DROP DATABASE " + quote_identifier(name));
}

// Fails when a table that cannot be read is left out.
TEST_F(PlainRole, ATableThatItMayNotReadStopsIt) {
  exec("REVOKE SELECT ON orders FROM " + role_);
  const auto manifest = create_as_plain();
  ASSERT_FALSE(manifest);
  EXPECT_NE(explained(manifest.error()).find("orders"), std::string::npos)
      << explained(manifest.error());
  EXPECT_TRUE(list_backups(*store_, test::long_wait())->backups.empty());
}

} // namespace
} // namespace slipway::backup
