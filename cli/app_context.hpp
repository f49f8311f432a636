#pragma once

#include "command.hpp"
#include "options.hpp"

#include "slipway/app/context.hpp"
#include "slipway/app/migrations.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli {

/// What a use case is given, from what a command is given.
app::Context app_context(Invocation& invocation);

/// --to and --steps as typed.
struct SelectionOptions {
  std::string to;
  std::optional<std::int64_t> steps;
};

/// Declares --to and --steps, of which one may be given.
void add_selection(CLI::App& app, SelectionOptions& options, const std::string& to_means,
                   const std::string& steps_means);

/// Errors: usage for a --to that is no version.
Result<plan::Selection> selection_from(const SelectionOptions& options);

/// The settings every command takes that reaches a target, and those of one that changes it.
std::vector<std::string_view> target_settings();
std::vector<std::string_view> run_settings();

/// Prints what a run would do, as text or as the document. Yields exit status 0.
int print_plan(Invocation& invocation, const plan::Plan& plan);

/// Prints the result of a run: nothing in text (the events said it), the document in JSON. Yields
/// exit status 0.
int print_run(Invocation& invocation, const app::RunReport& report);

} // namespace slipway::cli
