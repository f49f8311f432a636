#pragma once

#include "slipway/diff/plan.hpp"
#include "slipway/schema/schema.hpp"
#include "slipway/test/test_server.hpp"

#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace slipway::test {

/// The names of scripts/test-schemas.txt.
std::vector<std::string> corpus_names();

/// A number from the environment.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise);

/// Where chance begins for a schema: CORPUS_SEED, or another fixed number for each.
std::uint64_t seed_of(const std::string& name);

/// A test of one schema, which is loaded once a program. Everything throws std::runtime_error when
/// it cannot do its work.
class CorpusTest : public ::testing::TestWithParam<std::string> {
protected:
  void SetUp() override;

  /// The database that holds it, as its makers' scripts and rows have made it. To be copied; nobody
  /// may stay connected.
  const std::string& database() const;
  /// What is in it.
  const schema::Schema& schema() const;

  static pg::Cluster& cluster() { return TestServer::instance().cluster(); }
  static pg::Session session_in(const std::string& database);
  static schema::Schema read(const std::string& database);
  static schema::Schema read(pg::Session& session);
  static std::string dump(const std::string& database);
  /// Runs a script by psql, which ends at the first error.
  static void run_psql(const std::string& database, const std::string& script);
};

/// What a plan is stopped by, and its statements, for a message.
std::string told(const diff::Plan& plan);

} // namespace slipway::test
