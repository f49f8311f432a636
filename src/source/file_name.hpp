#pragma once

#include "slipway/base/version.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::source {

enum class FileKind { whole, up, down };

/// A migration's file name taken apart.
struct FileName {
  std::string_view digits;
  std::string_view separator; ///< "_", "__", "-", "."; empty when nothing follows the digits
  std::string_view name;
  FileKind kind = FileKind::whole;
};

/// True for names that end with ".sql", in whatever case.
bool is_sql_file(std::string_view file_name);

/// Digits, then any of `_ - .`, then words, then `.sql`, `.up.sql` or `.down.sql`; digits alone
/// will do. Nothing for any other name: "2fa_setup.sql" is not version 2.
std::optional<FileName> take_apart(std::string_view file_name);

bool is_up_file(std::string_view file_name);

/// Words of a name or title in small letters: cut at anything but letters and digits, and inside
/// camelCase. Letters beyond ASCII are kept as they are; blanks, punctuation and pictures beyond
/// ASCII separate.
std::vector<std::string> words_of(std::string_view text);

} // namespace slipway::source
