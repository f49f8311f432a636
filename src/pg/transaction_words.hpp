#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::pg {

/// The first two words of each statement in a text, in lower case; the second may be empty.
/// Comments, quotes and dollar quotes are stepped over by the server's rules. Statements without a
/// word are left out. Good enough to tell transaction commands from the rest, which is all it is
/// for.
struct LeadingWords {
  std::string first;
  std::string second;
};
std::vector<LeadingWords> leading_words(std::string_view sql);

/// Whether a text run inside an open transaction can make something permanent: it commits,
/// prepares, or goes on after the transaction's end. When in doubt, yes.
bool may_commit(std::string_view sql);

/// Whether the first statement opens a transaction block.
bool begins_transaction(std::string_view sql);

/// Whether the last statement is a COMMIT by one of its names.
bool ends_with_commit(std::string_view sql);

} // namespace slipway::pg
