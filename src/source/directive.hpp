#pragma once

#include "slipway/base/result.hpp"
#include "slipway/sql/script.hpp"
#include "source_text.hpp"

#include <string_view>
#include <vector>

namespace slipway::source {

enum class DirectiveName {
  up,
  down,
  verify,
  irreversible,
  transaction,
  lock_timeout,
  statement_timeout,
  allow,
  phase,
  change,
  backfill,
  requires_version,
  reverse,
};

/// "lock-timeout", as a file spells it.
std::string_view directive_text(DirectiveName name);

/// `up`, `down` and `verify` begin a section.
bool opens_section(DirectiveName name);

/// `-- slipway:NAME VALUE` as found. Spans are of the whole file.
struct Directive {
  DirectiveName name = DirectiveName::up;
  Span comment; ///< from the dashes to the last byte that is not white space
  Span value;   ///< trimmed; empty when there is none
  std::string_view value_in(std::string_view text) const {
    return text.substr(value.offset, value.length);
  }
};

/// The directives among the comments of a script, in order. (sql::split tells of no comment inside
/// a function's body.) Errors (source, with place): unknown name with the nearest named; not on a
/// line of its own; a section that begins inside a statement.
Result<std::vector<Directive>> find_directives(const SourceText& file, const sql::Script& script);

} // namespace slipway::source
