#include "repository.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace slipway::style {

namespace fs = std::filesystem;

namespace {

// As .gitignore has it.
bool is_foreign(const fs::path& path) {
  static const std::set<std::string> names{".git", "node_modules", "__pycache__",
                                           "compile_commands.json"};
  static const std::set<std::string> names_at_root{"build", ".cache"};
  const std::string name = path.filename().string();
  const bool at_root = !path.has_parent_path();
  return names.contains(name) || name.ends_with(".actual") ||
         (at_root && (names_at_root.contains(name) || name.starts_with("build-")));
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

fs::path root() {
  return SLIPWAY_SOURCE_ROOT;
}

std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator at(root()), end; at != end; ++at) {
    if (is_foreign(at->path().lexically_relative(root())))
      at.disable_recursion_pending();
    else if (at->is_regular_file())
      found.push_back(at->path().lexically_relative(root()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> files(const std::string& folder, const std::vector<std::string>& extensions) {
  std::vector<fs::path> found;
  for (const auto& path : files()) {
    const bool wanted = std::find(extensions.begin(), extensions.end(),
                                  path.extension().string()) != extensions.end();
    if (wanted && path.generic_string().starts_with(folder + "/")) found.push_back(path);
  }
  return found;
}

std::string read(const fs::path& path) {
  std::ifstream in(root() / path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  if (!line.starts_with("|")) return cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trimmed(cell));
  return cells;
}

} // namespace slipway::style
