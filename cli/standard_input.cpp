// Standard input, read in a way that Ctrl-C ends: our signal handler lets a plain read go on.
#include "standard_input.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace slipway::cli {

namespace {

Status wait_for_input(const StopSignal& stop) {
  std::array<pollfd, 2> fds{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{stop.descriptor(), POLLIN, 0}};
  while (!stop.requested()) {
    // Without a descriptor to wait on, the flag is looked at now and then.
    const int slice = stop.descriptor() < 0 ? 100 : -1;
    if (::poll(fds.data(), fds.size(), slice) > 0 && fds[0].revents != 0) return {};
  }
  return fail(ErrorCode::cancelled, "stopped while reading standard input");
}

// Appends what is there, at most `limit` bytes. False at the end of input.
Result<bool> read_some(std::string& text, std::size_t limit, const StopSignal& stop) {
  SLIPWAY_TRY(wait_for_input(stop));
  std::array<char, 65'536> buffer;
  const ssize_t got = ::read(STDIN_FILENO, buffer.data(), std::min(limit, buffer.size()));
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got < 0) return fail(ErrorCode::io, "standard input cannot be read");
  text.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

} // namespace

Result<std::string> read_standard_input(const StopSignal& stop) {
  std::string text;
  for (bool more = true; more;) {
    SLIPWAY_ASSIGN(more, read_some(text, text.max_size(), stop));
  }
  return text;
}

Result<std::string> read_line(const StopSignal& stop) {
  std::string line;
  for (bool more = true; more && (line.empty() || line.back() != '\n');) {
    SLIPWAY_ASSIGN(more, read_some(line, 1, stop));
  }
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return line;
}

} // namespace slipway::cli
