#pragma once

#include "command.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

enum class LogFormat { text, json };

/// The options every command takes, before or after its name.
struct GlobalOptions {
  std::string config_file; ///< empty: find slipway.toml
  std::string colour;      ///< "auto", "always", "never"; empty: not given
  std::string log_format = "text";
  bool json = false;
  bool no_colour = false;
  bool quiet = false;
  bool verbose = false;
  bool yes = false;
  bool no_input = false;
  bool version = false;

  Format format() const { return json ? Format::json : Format::text; }
  LogFormat log() const { return log_format == "json" ? LogFormat::json : LogFormat::text; }
  /// What the command line says of colour, "auto" when it says nothing.
  observe::ColourChoice colour_choice() const;
};

/// Declares the options on the top-level parser; `options` must outlive it.
void add_global_options(CLI::App& app, GlobalOptions& options);

/// How to report an error in a command line that could not be read: the output options found in it,
/// wherever they stand.
GlobalOptions guess_global_options(const std::vector<std::string>& arguments);

/// "auto", "always" or "never". Anything else counts as auto.
observe::ColourChoice colour_choice_from(std::string_view name);

} // namespace slipway::cli
