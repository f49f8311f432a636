// Kinds of options whose values are checked while the command line is read.
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace slipway::cli {

CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& target,
                        const std::vector<std::string>& choices, const std::string& description) {
  const auto check = [choices](std::string& value) {
    const bool known = std::find(choices.begin(), choices.end(), value) != choices.end();
    return known ? std::string() : fmt::format("it takes {}", fmt::join(choices, ", "));
  };
  return app.add_option(name, target, description)
      ->type_name(fmt::format("{}", fmt::join(choices, "|")))
      ->check(CLI::Validator(check, ""));
}

CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<std::int64_t>& target,
                        std::int64_t least, const std::string& description) {
  const auto check = [least](std::string& value) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size();
    return whole && number >= least ? std::string()
                                    : fmt::format("it takes a whole number of at least {}", least);
  };
  return app.add_option(name, target, description)
      ->type_name("N")
      ->check(CLI::Validator(check, ""));
}

std::vector<std::string> choices_in(const std::string& value_name) {
  std::vector<std::string> choices;
  if (value_name.find('|') == std::string::npos) return choices;
  for (std::size_t from = 0; from <= value_name.size();) {
    const std::size_t bar = std::min(value_name.find('|', from), value_name.size());
    choices.push_back(value_name.substr(from, bar - from));
    from = bar + 1;
  }
  return choices;
}

} // namespace slipway::cli
