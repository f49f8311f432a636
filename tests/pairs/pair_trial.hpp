#pragma once

#include "coverage.hpp"
#include "grammar.hpp"
#include "pair_bench.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::test {

/// The statements that make both schemas of a pair.
struct PairScript {
  std::vector<std::string> creations; ///< of FROM
  std::vector<std::string> mutations; ///< after them of TO, or alone when it is `unrelated`
  bool unrelated = false;
  bool half_done = false;   ///< on the way up FROM has what a broken run leaves behind
  bool second_look = false; ///< pg_dump compares, too
};

/// With a `strength` of 2 it has twice the statements.
PairScript script_of_pair(const Grammar& grammar, std::uint64_t seed, int strength);

/// Fewer statements that still go wrong.
PairScript shrunk(PairScript script, const std::function<bool(PairScript&)>& goes_wrong);

/// Goes the ways between two schemas and looks from outside whether each end was reached.
class PairTrial {
public:
  PairTrial();

  /// What went wrong; nothing when both ends were reached. `script` then has only the statements
  /// that had worked.
  std::string go(PairScript& script);
  /// Makes both schemas and goes no way, for the coverage alone.
  void only_make(const PairScript& script);

  const Coverage& coverage() const { return coverage_; }
  const std::map<std::string, int>& refusals() const { return refusals_; }
  int second_looks() const { return second_looks_; }

private:
  /// What others than inspect see of the database.
  struct Looks {
    std::vector<std::string> states;
    std::string dump_text;
    std::vector<std::string> dump;
  };
  std::optional<Looks> look(const PairScript& script);
  std::string bring(const schema::Schema& now, const schema::Schema& wanted,
                    const std::optional<Looks>& looks, const PairScript& script,
                    const std::string& where);
  std::string compare(const std::optional<Looks>& seen, const std::optional<Looks>& wanted);
  bool dumps_mean_the_same(const std::string& one, const std::string& other);
  std::string restored(const std::string& dump);
  std::string make_again(const PairScript& script, const schema::Schema& wanted);
  void leave_half_done();

  PairBench bench_;
  std::optional<std::string> pg_dump_;
  Coverage coverage_;
  std::map<std::string, int> refusals_;
  bool was_refused_ = false;
  int second_looks_ = 0;
};

} // namespace slipway::test
