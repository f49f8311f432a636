#pragma once

#include "pair_trial.hpp"
#include "rows_look.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::test {

/// How the ways over filled tables ended.
struct RowsTally {
  int arrived = 0;
  int back = 0;                           ///< of those, whose way back led back
  int exact = 0;                          ///< of those, with every row as it was
  int stopped = 0;                        ///< by rows that the plan had told of
  int refused = 0;                        ///< planned not at all
  int renamed = 0;                        ///< pairs with renames that were asked for and answered
  int counts = 0;                         ///< told beforehand
  int removed = 0;                        ///< of those, whose rows were taken away before
  std::size_t rows = 0;                   ///< that were there at the start
  std::map<std::string, int> not_counted; ///< why
};

/// The statements that make a pair of schemas with tables to fill.
PairScript script_of_filled_pair(const Grammar& grammar, std::uint64_t seed);

/// Fills FROM, goes to TO and back, and looks whether each row survived and whether what the plan
/// said of rows was so.
class RowsTrial {
public:
  /// What went wrong; nothing when all was as the plan said.
  std::string go(PairScript& script, std::uint64_t seed);
  const RowsTally& tally() const { return tally_; }

private:
  using Renames = std::vector<std::vector<diff::Rename>>;
  /// A finding with what its query counted.
  struct Told {
    std::size_t statement = 0;
    diff::Finding finding;
    std::optional<std::int64_t> count;
  };
  /// How a way ended, and what was said of it.
  struct Way {
    enum class End { arrived, refused, stopped, wrong } end = End::arrived;
    std::string why;
    std::string script;
    std::vector<diff::Finding> findings; ///< without those that counted nothing
    bool lossy = false;
  };

  Renames prepare(const schema::Schema& from, const schema::Schema& to, std::uint64_t seed);
  bool rename(schema::Schema& current, const Renames& renames, std::string& script);
  /// Goes from what the database holds.
  Way walk(const schema::Schema& to, const Renames& renames);
  void run(const std::vector<diff::Statement>& statements, const std::vector<Told>& told, Way& way);
  static void judge_failure(const std::vector<diff::Statement>& statements,
                            const std::vector<Told>& told, std::size_t failed,
                            const std::string& error, Way& way);
  std::vector<Told> tell(const std::vector<diff::Statement>& statements);
  std::optional<std::int64_t> count(const std::string& sql);
  void take_away(const std::vector<diff::Statement>& statements);
  std::string go_there_and_back(const schema::Schema& from, const schema::Schema& to,
                                const Renames& renames);

  PairBench bench_;
  RowsTally tally_;
};

} // namespace slipway::test
