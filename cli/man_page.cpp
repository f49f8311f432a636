// Writes the reference as a manual page. Macros as in groff_man(7).
#include "man_page.hpp"

#include "commands.hpp"
#include "help_text.hpp"

#include "slipway/base/text.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

// Backslashes and hyphens are printed as typed; a line must not begin with a control character.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
  return out;
}

std::string paragraph(std::string_view text) {
  return fmt::format(".PP\n{}\n", escaped(fmt::format("{}", fmt::join(split_words(text), " "))));
}

// A term in bold and what it means, hung beside or below it.
std::string term(std::string_view name, std::string_view meaning) {
  return fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(name),
                     meaning.empty() ? "\\&" : escaped(meaning));
}

std::string example(std::string_view command, std::string_view what) {
  return fmt::format(".TP\n{}\n\\fB{}\\fR\n", escaped(what), escaped(command));
}

std::string command_body(const CommandEntry& command) {
  std::string page = fmt::format(".PP\n\\fB{}\\fR\n", escaped(command.usage()));
  page += paragraph(sentence(command.summary));
  for (const std::string& text : command.paragraphs) page += paragraph(text);
  for (const ArgumentEntry& argument : command.arguments)
    page += term(argument_title(argument), argument.choices.empty()
                                               ? argument.description
                                               : fmt::format("{}: {}", argument.description,
                                                             fmt::join(argument.choices, ", ")));
  for (const OptionEntry& option : command.options)
    page += term(option_title(option), option_description(option));
  for (const CommandEntry& sub : command.commands) page += command_body(sub);
  for (const auto& [status, meaning] : command.exit_statuses)
    page += term(fmt::format("exit status {}", status), meaning);
  for (const auto& [line, what] : command.examples) page += example(line, what);
  return page;
}

std::string environment() {
  std::string page = ".SH ENVIRONMENT\n";
  for (const config::Setting& setting : config::settings()) {
    if (setting.environment.empty()) continue;
    std::string names(setting.environment);
    if (!setting.environment_fallback.empty())
      names += fmt::format(", {}", setting.environment_fallback);
    page += term(names, fmt::format("{} ({})", setting.description, setting.key));
  }
  page += term("PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, PGPASSFILE, PGSERVICE ...",
               "As in every PostgreSQL client, where the connection string is silent.");
  return page +
         term(
             "NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR",
             "NO_COLOR turns colour off. It beats CLICOLOR_FORCE; FORCE_COLOR beats it; --color beats all.");
}

} // namespace

std::string man_page(const Reference& reference, std::string_view version) {
  std::string page =
      fmt::format(".TH SLIPWAY 1 \"\" \"slipway {}\" \"User Commands\"\n", escaped(version));
  page += ".nh\n.ad l\n";
  page += fmt::format(".SH NAME\nslipway \\- {}\n", escaped(program_summary()));
  page += ".SH SYNOPSIS\n\\fBslipway\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH EXAMPLES\n";
  for (const Example& each : program_examples()) page += example(each.command, each.what);
  page += ".SH COMMANDS\n";
  for (const std::string_view group : command_groups())
    for (const CommandEntry& command : reference.commands)
      if (command.group == group)
        page += fmt::format(".SS {}\n{}", escaped(command.path), command_body(command));
  page += ".SH OPTIONS OF EVERY COMMAND\n";
  for (const OptionEntry& option : reference.global_options)
    page += term(option_title(option), option.description);
  page += ".SH EXIT STATUS\n";
  for (const auto& [status, meaning] : exit_statuses())
    page += term(std::to_string(status), meaning);
  page += environment();
  page += ".SH FILES\n";
  return page + term("slipway.toml",
                     "The project's configuration, in the working directory or the nearest parent "
                     "that has one. slipway config shows each value and where it came from.");
}

} // namespace slipway::cli
