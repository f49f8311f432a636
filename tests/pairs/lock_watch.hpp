#pragma once

#include "slipway/diff/plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/sql/facts.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::test {

/// What the server was seen to do, where somebody said that it does not.
struct Untrue {
  std::string sql;
  std::string what;
};

/// Runs statements of a plan and compares the locks that the server takes and the tables and
/// indexes that it writes anew with what is said of each statement: the locks that the runner's
/// look before it tells, the findings `rewrite` and `access_exclusive`.
class LockWatch {
public:
  explicit LockWatch(pg::Session& session) : session_(session) {}
  /// Stops at a statement that fails, and yields its error; else nothing.
  std::string run(const std::vector<diff::Statement>& statements);

  const std::vector<Untrue>& untrue() const { return untrue_; }
  int compared() const { return compared_; } ///< relations whose lock was seen
  int rewrites() const { return rewrites_; } ///< that were seen

private:
  struct Relation {
    std::string name;
    std::string kind; ///< its relkind
    std::string file;
    QualifiedName parts; ///< of its name
    std::string table;   ///< of an index
  };
  using Relations = std::map<std::string, Relation>; ///< by number
  /// The strongest mode that has been said of a relation so far in the transaction, by its name.
  using Said = std::map<std::string, sql::LockMode>;

  std::string run_alone(const diff::Statement& statement);
  std::string run_together(const std::vector<diff::Statement>& statements);
  Relations relations();
  /// What the runner finds out before it runs the statement.
  void say(const diff::Statement& statement, Said& said);
  void compare_locks(const diff::Statement& statement, const Relations& before, Said& said);
  void compare_files(const diff::Statement& statement, const Relations& before,
                     const Relations& after);
  pg::Session& session_;
  std::vector<Untrue> untrue_;
  bool said_nothing_ = false; ///< of a statement of the transaction
  int compared_ = 0;
  int rewrites_ = 0;
};

} // namespace slipway::test
