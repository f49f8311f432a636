#pragma once

#include "slipway/backup/cipher.hpp"
#include "slipway/backup/manifest.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace slipway::backup {

/// Writes one stored file: compressed, then encrypted where that is asked for, on the disk when
/// finish() returns.
class PartWriter {
public:
  /// A new file. `cipher` and `wait` must outlive the writer. Errors: io.
  static Result<PartWriter> open(const std::string& file, const Cipher& cipher, int level,
                                 const Wait& wait);
  PartWriter(PartWriter&&) noexcept;
  PartWriter& operator=(PartWriter&&) noexcept;
  ~PartWriter();

  /// After an error nothing more is written and finish() yields it.
  void add(std::string_view bytes);
  /// A line with its end.
  void add_line(std::string_view line);
  /// Errors: io, also of what was added before; cancelled. Yields the part under `path`.
  Result<Part> finish(const std::string& path);

private:
  struct State;
  explicit PartWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// SHA-256 and size of a file. Errors: io; cancelled.
Result<Part> part_of_file(const std::string& file, const std::string& path, const Wait& wait);

} // namespace slipway::backup
