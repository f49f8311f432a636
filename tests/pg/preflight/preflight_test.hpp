#pragma once

#include "slipway/preflight/preflight.hpp"
#include "slipway/test/migration_files.hpp"
#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace slipway::preflight {

inline std::ostream& operator<<(std::ostream& out, Verdict verdict) {
  return out << verdict_name(verdict);
}

/// Checks on the test's own database, about a plan of one migration.
class PreflightTest : public test::ServerTest {
protected:
  static plan::Plan plan_for(const std::string& up) {
    const auto folder = test::folder_of({{"1_a.sql", test::migration_text(up, "SELECT 1;")}});
    auto plan = plan::plan_up(folder, {}, {}, plan::LateMerges::refuse);
    if (!plan) throw std::runtime_error(plan.error().message);
    return std::move(*plan);
  }

  Report report(pg::Session& session, const std::string& up) {
    const auto plan = plan_for(up);
    auto found = examine(session, plan, "slipway", limits_, test::long_wait());
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
  }

  /// What one check found about a plan, on a session of the server's own user, or on that given.
  Finding check(const std::string& name, const std::string& up) {
    auto session = connect();
    return check(name, up, session);
  }
  Finding check(const std::string& name, const std::string& up, pg::Session& session) {
    for (const auto& finding : report(session, up).findings)
      if (finding.check == name) return finding;
    throw std::runtime_error("no such check: " + name);
  }

  /// A role of this test alone, for the server is shared; may log in and create schemas.
  std::string make_role(const std::string& word) {
    const std::string role = word + "_of_" + value("SELECT current_database()");
    exec("CREATE ROLE " + role + " LOGIN");
    exec("GRANT CREATE ON DATABASE " + value("SELECT current_database()") + " TO " + role);
    return role;
  }
  pg::Session connect_as(const std::string& role) {
    auto session = connect();
    return test::connect("host=" + session.host() + " port=" + session.port() + " user=" + role +
                         " dbname=" + session.database());
  }

  /// Returns once the SQL expression is true.
  void await(const std::string& condition) {
    const auto deadline = test::long_wait().deadline;
    while (value("SELECT " + condition) != "t") {
      ASSERT_FALSE(deadline.passed()) << "in vain: " << condition;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  static bool says(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  }

  Limits limits_;
};

} // namespace slipway::preflight
