#pragma once

#include "slipway/schema/difference.hpp"
#include "slipway/schema/schema.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::diff {

/// What of a drift is not meant.
struct DriftOptions {
  /// Paths of objects that may differ as they like, with their parts; * stands for any text. A
  /// pattern without a kind ("public.tmp_*") means objects of every kind.
  std::vector<std::string> ignore;
  /// Schemas that one of the sides did not read, by name; a trailing * stands for any ending.
  std::vector<std::string> leave_out;
};

/// One object that is not as it should be.
struct DriftItem {
  schema::Difference difference;      ///< `from` is what was expected, `to` what was found
  std::vector<std::string> made_by;   ///< what somebody may have run
  std::vector<std::string> undone_by; ///< what puts it back
};

/// How a schema that was found differs from the one that was expected.
struct Drift {
  std::vector<DriftItem> items;
  /// Objects that are there and that nothing expects, each with its parts.
  std::vector<DriftItem> unmanaged;
  /// Statements for objects that do not differ themselves: what must be made again around the rest.
  std::vector<std::string> also_made_by;
  std::vector<std::string> also_undone_by;
  /// "PATH: REASON" of what there is no statement for.
  std::vector<std::string> not_planned;
  std::size_t ignored = 0;
};

/// The statements are left out when one of the schemas was read without dependencies.
Drift find_drift(const schema::Schema& expected, const schema::Schema& found,
                 const DriftOptions& options);

/// Whether the text is like the pattern, in which * stands for any text.
bool is_like(std::string_view text, std::string_view pattern);

} // namespace slipway::diff
