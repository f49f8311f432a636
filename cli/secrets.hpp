#pragma once

#include "slipway/config/config.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::cli {

using Environment = std::map<std::string, std::string, std::less<>>;

/// What must not be shown though nothing is settled yet: PGPASSWORD and the passwords within
/// connection strings of the environment.
std::vector<std::string> secrets_of(const Environment& environment);

/// What the settled configuration adds: secret settings, passwords within connection strings, and
/// the variables that output.secrets names.
std::vector<std::string> secrets_of(const config::Config& config, const Environment& environment);

/// Refuses a password on the command line, which every user of the machine can read in the process
/// list. Errors: usage, naming the flag but not the value.
Status refuse_secret_flags(const std::map<std::string, std::string, std::less<>>& flags);

} // namespace slipway::cli
