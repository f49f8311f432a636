#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::os {

/// Texts that can be made again, kept in a folder of the user's that nobody else may read. What is
/// damaged, or not ours, is as if it were not there; nothing here is ever an error. Several
/// processes may use one folder: a file is there completely or not at all.
class CacheFolder {
public:
  struct Bounds {
    std::size_t files = 64;
    std::uint64_t bytes = std::uint64_t{64} << 20U;
  };
  /// An empty path: nothing is kept. The folder is made with the first text, mode 0700.
  explicit CacheFolder(std::string path) : CacheFolder(std::move(path), Bounds()) {}
  CacheFolder(std::string path, Bounds bounds) : path_(std::move(path)), bounds_(bounds) {}

  /// Names consist of letters, digits and dashes.
  std::optional<std::string> find(const std::string& name) const;
  /// Keeps a text, and drops those that were not asked for the longest while there are too many.
  void keep(const std::string& name, std::string_view text) const;

private:
  bool is_ours() const;
  void trim(const std::string& newest) const;
  std::string path_;
  Bounds bounds_;
};

/// Something that changes whenever a file is replaced or written to; empty when it is not there.
std::string file_stamp(const std::string& path);

/// The stamp of the program that runs.
std::string program_stamp();

} // namespace slipway::os
