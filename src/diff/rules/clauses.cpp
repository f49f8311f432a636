#include "clauses.hpp"

#include <algorithm>

namespace slipway::diff {

std::string joined(const std::vector<std::string>& clauses, const std::string& between) {
  std::string text;
  for (const auto& clause : clauses) text += (text.empty() ? "" : between) + clause;
  return text;
}

std::string clause_name(const std::string& clause) {
  const auto equals = clause.find(" = ");
  return clause.substr(0, equals == std::string::npos ? clause.find(' ') : equals);
}

ClauseChange clause_change(const std::vector<std::string>& before,
                           const std::vector<std::string>& after) {
  ClauseChange change;
  for (const auto& clause : after)
    if (std::find(before.begin(), before.end(), clause) == before.end())
      change.set.push_back(clause);
  for (const auto& clause : before) {
    const bool stays = std::any_of(after.begin(), after.end(), [&](const std::string& other) {
      return clause_name(other) == clause_name(clause);
    });
    if (!stays) change.gone.push_back(clause_name(clause));
  }
  return change;
}

} // namespace slipway::diff
