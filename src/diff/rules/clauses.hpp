#pragma once

#include <string>
#include <vector>

namespace slipway::diff {

/// Clauses with ", " between.
std::string joined(const std::vector<std::string>& clauses, const std::string& between = ", ");

/// The word, or words before " = ", that a clause begins with.
std::string clause_name(const std::string& clause);

/// What differs between two lists of clauses, by their names.
struct ClauseChange {
  std::vector<std::string> set;  ///< clauses that are new or other
  std::vector<std::string> gone; ///< names of those that are no more
};
ClauseChange clause_change(const std::vector<std::string>& before,
                           const std::vector<std::string>& after);

} // namespace slipway::diff
