#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::style {

/// The root of the repository.
std::filesystem::path root();

/// Paths, relative to the root and sorted, of all files that belong to the repository: not those of
/// git, of builds and of caches.
std::vector<std::filesystem::path> files();

/// Those below `folder` whose name ends with one of `extensions`.
std::vector<std::filesystem::path> files(const std::string& folder,
                                         const std::vector<std::string>& extensions);

/// Bytes of a file by its path relative to the root. Throws when it cannot be read.
std::string read(const std::filesystem::path& path);

std::vector<std::string> lines_of(const std::string& text);

/// Cells of a row of a Markdown table, without the space around them; empty for a line that is
/// none.
std::vector<std::string> cells_of(const std::string& line);

} // namespace slipway::style
