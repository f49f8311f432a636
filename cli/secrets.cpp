// Collects what the masker must know by value.
#include "secrets.hpp"

#include "slipway/pg/session.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

void add_value(std::vector<std::string>& secrets, config::Secrecy secrecy,
               const std::string& text) {
  if (text.empty() || secrecy == config::Secrecy::open) return;
  if (secrecy == config::Secrecy::secret) secrets.push_back(text);
  if (auto password = pg::password_in(text); password && !password->empty())
    secrets.push_back(std::move(*password));
}

void add_variable(std::vector<std::string>& secrets, const Environment& environment,
                  std::string_view name) {
  const auto variable = environment.find(name);
  if (variable != environment.end() && !variable->second.empty())
    secrets.push_back(variable->second);
}

} // namespace

std::vector<std::string> secrets_of(const Environment& environment) {
  std::vector<std::string> secrets;
  add_variable(secrets, environment, "PGPASSWORD");
  for (const config::Setting& setting : config::settings())
    for (const std::string_view name : {setting.environment, setting.environment_fallback})
      if (const auto variable = environment.find(name);
          !name.empty() && variable != environment.end())
        add_value(secrets, setting.secrecy, variable->second);
  return secrets;
}

std::vector<std::string> secrets_of(const config::Config& config, const Environment& environment) {
  std::vector<std::string> secrets;
  for (const config::Setting& setting : config::settings())
    add_value(secrets, setting.secrecy, config.text(setting.key));
  for (const std::string& name : config.text_list("output.secrets"))
    add_variable(secrets, environment, name);
  return secrets;
}

Status refuse_secret_flags(const std::map<std::string, std::string, std::less<>>& flags) {
  for (const config::Setting& setting : config::settings()) {
    const auto given = flags.find(setting.key);
    if (given == flags.end() || setting.secrecy == config::Secrecy::open) continue;
    const bool is_secret =
        setting.secrecy == config::Secrecy::secret || pg::password_in(given->second).has_value();
    if (is_secret)
      return fail(
          Error(ErrorCode::usage,
                fmt::format("{} holds a password, and every user of this machine can read it in "
                            "the process list",
                            setting.flag))
              .with_hint(fmt::format(
                  "leave the password out and set PGPASSWORD or PGPASSFILE, or give the whole in {}",
                  setting.environment)));
  }
  return {};
}

} // namespace slipway::cli
