#pragma once

#include "slipway/source/folder.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <map>
#include <stdexcept>
#include <string>

namespace slipway::test {

/// A folder of migrations from file names and texts. Throws, which fails the test, when it cannot
/// be read.
inline source::Folder folder_of(const std::map<std::string, std::string>& files) {
  MemoryFileSystem memory;
  memory.add_folder("migrations");
  for (const auto& [name, text] : files) {
    const auto written = memory.write("migrations/" + name, text, Overwrite::yes);
    if (!written) throw std::runtime_error(written.error().message);
  }
  auto folder = source::read_folder(memory, "migrations");
  if (!folder) throw std::runtime_error(folder.error().message);
  return std::move(*folder);
}

/// A migration's text with both sections.
inline std::string migration_text(const std::string& up, const std::string& down,
                                  const std::string& directives = "") {
  return directives + "-- slipway:up\n" + up + "\n\n-- slipway:down\n" + down + "\n";
}

} // namespace slipway::test
