#pragma once

#include "slipway/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::rehearse {

/// What pg_dump -s wrote, without what does not count: its statements sorted, without comments and
/// settings; the access method and tablespace that a setting gave are put to the statement that
/// they hold for. Sorted within a statement: the columns of a table, since nobody can change their
/// order, and lists that are sets (storage parameters, options, columns of statistics and
/// publications). The order of what is not a set stays: labels, attributes of a composite type,
/// keys, view columns. Errors: source, when the text cannot be split.
Result<std::vector<std::string>> dump_normal_form(std::string_view dump);

/// What stands in one of two sorted lists only; repetitions count.
struct DumpDifference {
  std::vector<std::string> only_first;
  std::vector<std::string> only_second;
  bool empty() const { return only_first.empty() && only_second.empty(); }
};
DumpDifference dump_difference(const std::vector<std::string>& first,
                               const std::vector<std::string>& second);

} // namespace slipway::rehearse
