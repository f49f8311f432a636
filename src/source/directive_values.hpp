#pragma once

#include "directive.hpp"
#include "slipway/source/migration.hpp"

namespace slipway::source {

/// Sets what one directive says. Nothing for those that open a section. Errors (source, with
/// place): a missing or bad value.
Status apply_directive(Migration& migration, const Directive& directive, const SourceText& file);

/// The rules of place: each directive once (but `allow` and `requires`), and in the down and verify
/// sections only `allow` and `irreversible`. Errors: source, with place.
Status check_placement(const std::vector<Directive>& directives, const SourceText& file);

} // namespace slipway::source
