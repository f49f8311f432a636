// What a stream can show, by what it is and what the environment asks for.
#include "slipway/observe/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace slipway::observe {

namespace {

using Environment = std::map<std::string, std::string, std::less<>>;

std::string_view value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view() : std::string_view(found->second);
}

bool is_set(const Environment& environment, std::string_view name) {
  const auto value = value_of(environment, name);
  return !value.empty() && value != "0";
}

bool wants_colour(ColourChoice choice, bool smart_terminal, const Environment& environment) {
  if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
  if (is_set(environment, "FORCE_COLOR")) return true;
  // By its convention any value of NO_COLOR counts, "0" too.
  if (!value_of(environment, "NO_COLOR").empty()) return false;
  return is_set(environment, "CLICOLOR_FORCE") || smart_terminal;
}

} // namespace

Style style_for(int descriptor, ColourChoice choice, const Environment& environment) {
  const auto term = value_of(environment, "TERM");
  const bool smart_terminal = isatty(descriptor) == 1 && !term.empty() && term != "dumb";
  Style style;
  style.colour = wants_colour(choice, smart_terminal, environment);
  style.animate = smart_terminal;
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  return style;
}

} // namespace slipway::observe
