#pragma once

#include "slipway/plan/history.hpp"
#include "slipway/source/folder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::plan {

/// How the file of an applied migration differs from what was applied.
enum class Difference {
  none,
  line_ends, ///< only CRLF against LF, or a byte order mark
  comments,  ///< the up section has the same tokens: comments, white space, or the down section
  changed,   ///< the up section is another one
};

enum class EntryState { applied, pending, out_of_order, half_applied, half_undone, missing };
std::string_view entry_state_name(EntryState state);

/// One version as files and history together show it.
struct Entry {
  Version version;
  std::string name;
  EntryState state = EntryState::pending;
  Difference difference = Difference::none;
  std::optional<std::size_t> file;    ///< index into Folder::files
  std::optional<std::size_t> applied; ///< index into History::applied
};

/// Files against history.
struct Comparison {
  std::vector<Entry> entries; ///< in numeric order of version
  std::size_t count(EntryState state) const;
  std::size_t changed() const;
  /// Nothing to apply and nothing half done.
  bool up_to_date() const;
  bool clean() const; ///< up to date, nothing changed, nothing missing
};

/// Compares by version, then by checksum; a file is read for its tokens only when its bytes differ.
/// Late merges (pending below the highest applied version) are out_of_order.
Comparison compare(const source::Folder& folder, const History& history);

} // namespace slipway::plan
