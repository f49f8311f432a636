#pragma once

#include "slipway/base/secrets.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace slipway::observe {

enum class ColourChoice { automatic, always, never };

/// What a stream can show. `automatic` colour: a terminal with TERM other than dumb; NO_COLOR beats
/// CLICOLOR_FORCE, FORCE_COLOR beats NO_COLOR, --color beats all.
struct Style {
  bool colour = false;
  bool animate = false;   ///< a terminal that can redraw its last line
  std::size_t width = 80; ///< columns of the terminal
};

/// What the stream behind `descriptor` can show. `environment` is that of the process: NO_COLOR,
/// FORCE_COLOR, CLICOLOR_FORCE and TERM are read from it.
Style style_for(int descriptor, ColourChoice choice,
                const std::map<std::string, std::string, std::less<>>& environment);

/// The five roles text may have; never raw codes at call sites.
enum class Role { plain, error, warning, ok, dim, bold };

/// One of the two output streams. Everything a person or program reads passes here: secrets are
/// masked, and control characters of text that came from elsewhere are stripped. Thread-safe.
class Output {
public:
  /// `descriptor` is 1 or 2 (or any, in tests); `masker` must outlive this.
  Output(int descriptor, Style style, const Masker& masker);
  /// Clears the progress line.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  Output(Output&&) = delete;
  Output& operator=(Output&&) = delete;
  /// Writes `text` as it is after masking; clears a progress line before, redraws it after.
  void write(std::string_view text);
  void line(std::string_view text);
  /// The line at the bottom that is redrawn in place; nothing when the stream cannot animate.
  /// Elided in the middle.
  void progress(std::string_view text);
  void clear_progress();
  /// Shows `text` instead of all the terminal showed before; on a stream that cannot animate it is
  /// just written.
  void repaint(std::string_view text);
  std::string paint(Role role, std::string_view text) const;
  /// `text` as it may be shown: without secrets. For text that is shortened, measured or painted
  /// before it is written.
  std::string masked(std::string_view text) const { return masker_.mask(text); }
  const Style& style() const { return style_; }
  /// False once a write failed (a closed pipe); the program then goes on silently.
  bool broken() const { return broken_; }

private:
  void put(std::string_view text);
  std::string progress_line() const;

  int descriptor_;
  Style style_;
  const Masker& masker_;
  std::mutex mutex_;
  std::string progress_;
  bool at_line_start_ = true;
  std::atomic<bool> broken_ = false;
};

/// Escape sequences and control characters other than newline and tab replaced, so that a server's
/// or file's text cannot drive the terminal; so are invalid UTF-8 and the marks that turn the
/// direction of writing. Each becomes U+FFFD, and a carriage return before a newline is dropped.
std::string printable(std::string_view text);

} // namespace slipway::observe
