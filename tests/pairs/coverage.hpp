#pragma once

#include "slipway/schema/difference.hpp"

#include <set>
#include <string>
#include <vector>

namespace slipway::test {

/// Which kinds and properties random pairs had on some side, and which of them differed.
class Coverage {
public:
  void add(const schema::Schema& one, const schema::Schema& other);
  /// A sentence for each kind and property that a server of that version knows, that no pair had or
  /// that was the same in all pairs, and that is not on the written list with its reason.
  std::vector<std::string> gaps(int major_version) const;

private:
  std::set<schema::Kind> had_kinds_;
  std::set<schema::Kind> changed_kinds_; ///< came, went or changed
  std::set<schema::Property> had_;
  std::set<schema::Property> changed_;
};

} // namespace slipway::test
