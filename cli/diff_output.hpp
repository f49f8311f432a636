#pragma once

#include "command.hpp"

#include "slipway/app/diff.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace slipway::cli {

/// What --rename, --drop, --seed and --no-cache say.
struct DiffOptions {
  std::vector<std::string> renames;
  std::vector<std::string> drops;
  std::string seed;
  bool no_cache = false;
};
void add_diff_options(CLI::App& app, DiffOptions& options);
/// The request for two sides, with questions asked where somebody can answer. A side that carries a
/// password is warned of: others can read it in the process list.
app::DiffRequest diff_request(Invocation& invocation, const DiffOptions& options,
                              const std::string& from, const std::string& to);

/// The statements with what they can do beside them, for people.
std::string diff_text(const app::DiffReport& report, const observe::Output& out);
/// What is open, for people; nothing where nothing is.
std::string questions_text(const app::DiffReport& report, const observe::Output& out);
nlohmann::ordered_json diff_json(const app::DiffReport& report);
nlohmann::ordered_json findings_json(const std::vector<diff::Finding>& findings);
nlohmann::ordered_json questions_json(const app::DiffReport& report);
/// 0 equal, 3 different, 5 stopped for an answer.
int diff_status(const app::DiffReport& report);

} // namespace slipway::cli
