#pragma once

#include "slipway/replay/pgoutput.hpp"
#include "slipway/spool/segment.hpp"

namespace slipway::replay {

/// A slot may give again what a spool has: one that was not moved on, or a server that lost where
/// it was. Transactions come in the order of their commits. What a table looks like is sent once,
/// with the first row of it, and so always passes.
class SkipSpooled {
public:
  explicit SkipSpooled(const spool::Extent& spooled) : last_(spooled.last_commit) {}

  bool passes(const pgoutput::Change& change) {
    if (const auto* begin = std::get_if<pgoutput::Begin>(&change)) {
      skips_ = begin->final_lsn <= last_;
      within_ = true;
    }
    const bool is_shape = std::holds_alternative<pgoutput::Relation>(change) ||
                          std::holds_alternative<pgoutput::Type>(change);
    // A message that belongs to no transaction says nothing of rows.
    const bool passed = is_shape || (within_ && !skips_);
    if (std::holds_alternative<pgoutput::Commit>(change)) within_ = skips_ = false;
    return passed;
  }

private:
  const Lsn last_;
  bool skips_ = false;
  bool within_ = false;
};

} // namespace slipway::replay
