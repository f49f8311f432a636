#pragma once

#include "slipway/app/context.hpp"

#include <string>
#include <vector>

namespace slipway::app {

/// The small file in which a look that found no drift is remembered: one for each target, role,
/// expectation and settings, so that the answer can only be that of the same question. It is kept
/// on the machine that looks, for the target is only read.
class DriftState {
public:
  /// `question` is everything that the answer depends on beside the two sides.
  DriftState(const Context& context, const std::vector<std::string>& question);

  /// Whether the target was as `identity` expects at this gate.
  bool was_right(const std::string& gate, const std::string& identity) const;
  /// Remembers that. What cannot be written is not remembered: the next look is a full one.
  void note_right(const std::string& gate, const std::string& identity);

private:
  std::string text(const std::string& gate, const std::string& identity) const;
  FileSystem& files_;
  std::string path_; ///< empty: there is no place to keep it
};

} // namespace slipway::app
