// One output stream and the progress line at its end. The cursor rests after the progress line;
// whatever is written first takes the line away and then puts it back, in one write, so that
// nothing can come between.
#include "slipway/observe/output.hpp"

#include "code_points.hpp"

#include <cerrno>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace slipway::observe {

namespace {

constexpr std::string_view k_clear_line = "\r\x1b[K";

std::string_view code_of(Role role) {
  switch (role) {
  case Role::plain:
    return "";
  case Role::error:
    return "\x1b[1;31m";
  case Role::warning:
    return "\x1b[33m";
  case Role::ok:
    return "\x1b[32m";
  case Role::dim:
    return "\x1b[2m";
  case Role::bold:
    return "\x1b[1m";
  }
  return "";
}

} // namespace

Output::Output(int descriptor, Style style, const Masker& masker)
    : descriptor_(descriptor), style_(style), masker_(masker) {
}

Output::~Output() {
  clear_progress();
}

void Output::write(std::string_view text) {
  if (text.empty()) return;
  const std::string safe = masker_.mask(text);
  const std::scoped_lock lock(mutex_);
  std::string bytes;
  if (!progress_.empty() && at_line_start_) bytes += k_clear_line;
  bytes += safe;
  at_line_start_ = safe.back() == '\n';
  if (!progress_.empty() && at_line_start_) bytes += progress_line();
  put(bytes);
}

void Output::line(std::string_view text) {
  write(std::string(text) + "\n");
}

void Output::progress(std::string_view text) {
  if (!style_.animate) return;
  // Masked before it is shortened: half of a secret has lost the form it is known by.
  const std::string whole = printable(masker_.mask(text));
  const std::string first = whole.substr(0, whole.find('\n'));
  const std::scoped_lock lock(mutex_);
  const std::string before = std::exchange(progress_, first);
  if (before == progress_ || !at_line_start_) return;
  put(progress_.empty() ? std::string(k_clear_line) : progress_line());
}

void Output::clear_progress() {
  const std::scoped_lock lock(mutex_);
  if (progress_.empty()) return;
  progress_.clear();
  if (at_line_start_) put(k_clear_line);
}

void Output::repaint(std::string_view text) {
  if (style_.animate) {
    const std::scoped_lock lock(mutex_);
    put("\x1b[H\x1b[2J");
    at_line_start_ = true;
  }
  write(text);
}

std::string Output::paint(Role role, std::string_view text) const {
  if (!style_.colour || role == Role::plain || text.empty()) return std::string(text);
  std::string painted(code_of(role));
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

// One column is left free: a cursor that has wrapped to the next line cannot come back with "\r".
std::string Output::progress_line() const {
  std::string text = progress_;
  for (char& c : text)
    if (c == '\t') c = ' ';
  return "\r" + elide_middle(text, style_.width > 1 ? style_.width - 1 : 1) + "\x1b[K";
}

void Output::put(std::string_view text) {
  while (!text.empty() && !broken_) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Another program may have made the shared descriptor non-blocking.
      pollfd ready{descriptor_, POLLOUT, 0};
      if (poll(&ready, 1, -1) < 0 && errno != EINTR) broken_ = true;
    } else if (errno != EINTR) {
      broken_ = true;
    }
  }
}

} // namespace slipway::observe
