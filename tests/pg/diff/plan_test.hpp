#pragma once

#include "slipway/diff/plan.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::test {

/// Two databases, the plan from one to the other, and what became of it.
struct Planned {
  diff::Plan plan;
  std::vector<std::string> left; ///< what still differs after all rounds, by path and property
  std::string error;             ///< of the statement that failed, with its text
  int rounds = 0;
  /// All statements, one a line, for looking into.
  std::string sql() const;
  bool has(diff::FindingKind kind) const;
  /// The first row of a query where the plan was run, with blanks between the values.
  std::string values(const std::string& query) const;
  std::string url; ///< where the plan was run
};

/// Runs the statements in their transactions. Yields the one that failed with its error, or
/// nothing.
std::string apply_plan(pg::Session& session, const std::vector<diff::Statement>& statements);

class PlanTest : public ::testing::Test {
protected:
  /// Makes both databases, plans, and runs the plan on the first with `seed` in it, as often as
  /// something still differs and at most three times. With questions or refusals nothing runs.
  Planned run(const std::string& from_sql, const std::string& to_sql, const std::string& seed = {},
              diff::Options options = {});
  /// The same both ways; expects that each arrives.
  void expect_both_ways(const std::string& from_sql, const std::string& to_sql);
  void expect_arrives(const std::string& from_sql, const std::string& to_sql);
  int major_version() const { return TestServer::instance().major_version(); }
  void TearDown() override;

private:
  std::string new_database();
  std::vector<std::string> borrowed_;
};

} // namespace slipway::test
