#pragma once

#include "slipway/diff/plan.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/schema.hpp"
#include "slipway/test/test_server.hpp"

#include <string>
#include <vector>

namespace slipway::test {

/// What became of a plan.
struct Brought {
  enum class End { arrived, refused, failed } end = End::arrived;
  std::string why;    ///< of what did not arrive
  std::string script; ///< what was run
};

/// A database on which random schemas are made and changed, again and again.
class PairBench {
public:
  PairBench();

  /// The database is as new.
  void empty();
  /// Runs what can be run; what cannot is left out. Yields what could.
  std::vector<std::string> make(const std::vector<std::string>& statements);
  schema::Schema read();
  /// Plans from `now`, which is what the database holds, to `wanted`, and runs it. Arrived is what
  /// is then read as `wanted` and plans nothing any more.
  Brought bring(const schema::Schema& now, const schema::Schema& wanted);

  pg::Session& session() { return *session_; }
  const std::string& url() const { return url_; }
  std::string database() const { return session_->database(); }

private:
  void take_new_database();
  static bool mean_the_same(const schema::Schema& one, const schema::Schema& other,
                            const std::vector<schema::Difference>& differences);

  std::optional<pg::Session> session_;
  std::string url_;
  std::string new_traces_;
  int used_ = 0;
};

/// Runs a plan in its transactions. Yields the statement that failed, with its error, or nothing.
std::string run_plan(pg::Session& session, const std::vector<diff::Statement>& statements);

/// A line each.
std::string text_of(const std::vector<schema::Difference>& differences);
std::string script_of_statements(const std::vector<std::string>& statements);

} // namespace slipway::test
