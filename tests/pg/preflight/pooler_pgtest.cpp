// The checks through a real PgBouncer: it is found, and nothing else suffers.
#include "preflight_test.hpp"

#include "slipway/test/pooler.hpp"

namespace slipway::preflight {
namespace {

class ThroughPooler : public PreflightTest, public ::testing::WithParamInterface<const char*> {};

// Fails when the questions go in a pipeline: what it prepares stays with the pooler's connection.
TEST_P(ThroughPooler, it_is_found_and_every_check_still_looks) {
  exec("CREATE TABLE t (id int)");
  const test::Pooler pooler(GetParam(), 1);
  for (int client = 0; client < 3; ++client) {
    auto session = test::connect(pooler.url(url_));
    const auto found = report(session, "ALTER TABLE t ADD COLUMN x int;");
    EXPECT_EQ(found.findings.size(), check_names().size());
    for (const auto& finding : found.findings) {
      EXPECT_FALSE(says(finding.found, "could not be looked at"))
          << finding.check << ": " << finding.found;
      if (finding.check == "pooler") {
        EXPECT_EQ(finding.verdict, Verdict::warn) << finding.found;
      }
    }
    EXPECT_TRUE(found.may_start());
    EXPECT_EQ(test::value(session, "SELECT count(*) FROM pg_prepared_statements"), "0");
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, ThroughPooler,
                         ::testing::Values("session", "transaction", "statement"));

} // namespace
} // namespace slipway::preflight
