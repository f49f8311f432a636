#pragma once

#include "slipway/sql/facts.hpp"

#include <string>
#include <string_view>

namespace slipway::sql {

/// Facts of a statement that was not parsed, guessed from its words: kind, what it changes, and
/// transaction safety for the forms known to be refused. `why` becomes `unparsed_why`. No objects
/// and no locks.
StatementFacts facts_of_words(std::string_view sql, std::string why);

/// Whether a statement moves rows, by its first word: the kind that may be as big as its data.
bool is_bulk_statement(std::string_view sql);

} // namespace slipway::sql
