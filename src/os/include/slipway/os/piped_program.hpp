#pragma once

#include "slipway/os/process.hpp"
#include "slipway/os/unique_fd.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::os {

/// A program that is fed or read from piece by piece, so that nothing large is ever held. When this
/// object goes before finish(), the program is killed.
class PipedProgram {
public:
  /// Starts a program whose standard input is what write() gives; it prints to `output`, which
  /// stays the caller's. Errors: io when it cannot be started.
  static Result<PipedProgram> fed(const Command& command, int output);
  /// Starts a program that reads `input`, which stays the caller's; read() gives what it prints.
  static Result<PipedProgram> read_from(const Command& command, int input);

  PipedProgram(PipedProgram&&) noexcept;
  PipedProgram& operator=(PipedProgram&&) noexcept;
  ~PipedProgram();

  /// Errors: io when the program no longer reads; cancelled.
  Status write(std::string_view bytes, const Wait& wait);
  /// As many bytes as are there, at most `size`; 0 at the end. Errors: io; cancelled.
  Result<std::size_t> read(char* buffer, std::size_t size, const Wait& wait);
  /// Closes our end and waits for the program's. Errors: io, with what it printed on standard
  /// error in a note, when it did not end well; cancelled, then it is killed.
  Status finish(const Wait& wait);

private:
  struct State;
  explicit PipedProgram(std::unique_ptr<State> state);
  static Result<PipedProgram> start(const Command& command, int input, int output);
  std::unique_ptr<State> state_;
};

} // namespace slipway::os
