#include "slipway/pg/server_facts.hpp"

#include <gtest/gtest.h>

namespace slipway::pg {
namespace {

TEST(PlatformFrom, IsSelfManagedWithoutMarks) {
  EXPECT_EQ(platform_from({}), "self-managed");
}

TEST(PlatformFrom, KnowsEachMark) {
  for (const std::string& mark : platform_marks())
    EXPECT_NE(platform_from({mark}), "self-managed") << mark;
  EXPECT_EQ(platform_from({"role rds_superuser"}), "rds");
  EXPECT_EQ(platform_from({"role cloudsqlsuperuser"}), "cloudsql");
  EXPECT_EQ(platform_from({"setting azure"}), "azure");
  EXPECT_EQ(platform_from({"role supabase_admin"}), "supabase");
  EXPECT_EQ(platform_from({"role neon_superuser"}), "neon");
  EXPECT_EQ(platform_from({"extension citus"}), "citus");
}

TEST(PlatformFrom, PrefersTheMoreSpecific) {
  EXPECT_EQ(platform_from({"role rds_superuser", "function aurora_version"}), "aurora");
  EXPECT_EQ(platform_from({"extension citus", "role azure_pg_admin"}), "azure");
}

// The marks travel to the server as one list.
TEST(PlatformMarks, HoldNoSeparator) {
  for (const std::string& mark : platform_marks())
    EXPECT_EQ(mark.find_first_of(",\"{}\\"), std::string::npos) << mark;
}

} // namespace
} // namespace slipway::pg
