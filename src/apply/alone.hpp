#pragma once

#include "slipway/apply/step.hpp"

#include <string>

namespace slipway::apply {

/// One statement outside a transaction: announced in the journal, sent, and journaled again. What
/// happens in between a later run finds out from the catalog.
class AloneStatement {
public:
  AloneStatement(const RunContext& context, const plan::Step& step,
                 const plan::PlannedStatement& statement, const Wait& wait)
      : context_(context), step_(step), statement_(statement), wait_(wait) {}

  /// Yields the rows affected. Errors carry their place; what is in the database besides is the
  /// caller's to say, unless the connection broke.
  Result<std::int64_t> run();
  /// After a failure: nothing of the statement is in the database.
  bool left_nothing() const { return left_nothing_; }

private:
  Error failed(Error error);
  Error finished_unrecorded(Error error) const;
  Status check_valid() const;

  const RunContext& context_;
  const plan::Step& step_;
  const plan::PlannedStatement& statement_;
  const Wait& wait_;
  std::string witness_;
  bool left_nothing_ = true;
};

/// Journals a statement as done: one of this run, or of an earlier run that nobody saw end.
Status journal_done(const RunContext& context, const plan::Step& step,
                    const plan::PlannedStatement& statement, std::int64_t rows, const Wait& wait);

} // namespace slipway::apply
