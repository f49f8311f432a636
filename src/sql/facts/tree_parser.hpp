#pragma once

#include "facts/tree.hpp"

#include <array>
#include <memory_resource>
#include <optional>
#include <string>

namespace slipway::sql {

/// Parses one statement at a time. The tree lives in an arena that the next call of `parse`
/// empties. Only for the parser thread: see parser_thread.hpp.
class TreeParser {
public:
  struct Outcome {
    const Node* statement = nullptr; ///< null when not understood
    std::string why_not;
  };
  /// `sql` must hold no NUL.
  Outcome parse(const std::string& sql);

private:
  std::array<std::byte, 64 * 1024> first_block_;
  std::pmr::monotonic_buffer_resource arena_{first_block_.data(), first_block_.size()};
};

} // namespace slipway::sql
