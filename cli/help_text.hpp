#pragma once

#include "reference.hpp"

#include "slipway/observe/output.hpp"

#include <string>

namespace slipway::cli {

/// How headings and names look; the identity where there is no colour.
using Paint = std::function<std::string(observe::Role, std::string_view)>;

/// What `slipway` alone prints: what it is, two examples, the commands.
std::string overview_text(const Reference& reference, const Paint& paint, std::size_t width);

/// What `slipway help` prints: the overview, the options of every command and the exit statuses.
std::string program_help(const Reference& reference, const Paint& paint, std::size_t width);

/// What `slipway COMMAND --help` prints.
std::string command_help(const CommandEntry& command, const Reference& reference,
                         const Paint& paint, std::size_t width);

/// `text` broken at spaces into lines of at most `width` code points; longer words stay whole.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// The two examples that lead the overview, the man page and the documentation.
std::vector<Example> program_examples();

/// One sentence: what slipway is.
std::string_view program_summary();

} // namespace slipway::cli
