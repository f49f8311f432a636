#pragma once

#include "slipway/app/context.hpp"
#include "slipway/app/drift.hpp"
#include "slipway/inspect/read.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// What the target should be, read or made only when somebody asks for it.
struct Expectation {
  std::string description;
  /// Changes whenever what is expected may have changed.
  std::string identity;
  /// Its fingerprint, digests of secrets included; empty: known only when `schema` was called.
  std::string fingerprint;
  /// inspect::Gate::text() of a moment at which the target was as expected; empty: not known.
  std::string gate;
  std::string salt; ///< with which its secrets were digested
  std::vector<std::string> notes;
  /// Makes it. `found` is the target's schema, read already. Nothing, when that differs in the
  /// wording of expressions only and means the same.
  std::function<Result<std::optional<schema::Schema>>(const schema::Schema& found,
                                                      const Wait& wait)>
      schema;
};

/// The snapshot that the last run kept. `session` must outlive it. Errors: check_failed when there
/// is none; sql.
Result<Expectation> expect_last_run(const Context& context, pg::Session& session, const Wait& wait);

/// What the migrations that the history has as applied make on a throwaway server of the target's
/// version. `session` and `scope` must outlive it.
Result<Expectation> expect_migrations(const Context& context, pg::Session& session,
                                      const inspect::Scope& scope, Remembered remembered,
                                      const Wait& wait);

} // namespace slipway::app
