// Storage parameters and view options, which are NAME=VALUE each.
#include "view_options.hpp"

#include "../naming.hpp"

#include <algorithm>

namespace slipway::diff {

namespace {

std::string name_of(const std::string& option) {
  return option.substr(0, option.find('='));
}

// The name of a TOAST table's parameter has two parts.
std::string quoted_name(const std::string& option) {
  constexpr std::string_view k_toast = "toast.";
  const auto name = name_of(option);
  if (!name.starts_with(k_toast)) return ident(name);
  return std::string(k_toast) + ident(name.substr(k_toast.size()));
}

// Numbers and plain words need no quotes here, keywords such as true and on neither.
std::string value_of(const std::string& option) {
  constexpr std::string_view k_plain = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
  const auto at = option.find('=');
  const auto value = at == std::string::npos ? std::string("true") : option.substr(at + 1);
  const bool plain = !value.empty() && value.find_first_not_of(k_plain) == std::string::npos;
  return plain ? value : literal(value);
}

} // namespace

std::string option_list(const std::vector<std::string>& options) {
  std::string text;
  for (const auto& option : options)
    text += (text.empty() ? "" : ", ") + quoted_name(option) + "=" + value_of(option);
  return text;
}

std::string with_options(const std::vector<std::string>& options) {
  return options.empty() ? std::string() : " WITH (" + option_list(options) + ")";
}

void change_options(const std::string& alter, const std::vector<std::string>& before,
                    const std::vector<std::string>& after, Draft& draft) {
  std::string gone;
  for (const auto& option : before) {
    const bool stays = std::any_of(after.begin(), after.end(), [&](const std::string& other) {
      return name_of(other) == name_of(option);
    });
    if (!stays) gone += (gone.empty() ? "" : ", ") + quoted_name(option);
  }
  std::vector<std::string> set;
  for (const auto& option : after)
    if (std::find(before.begin(), before.end(), option) == before.end()) set.push_back(option);
  if (!gone.empty()) draft.add("reset options", alter + " RESET (" + gone + ")");
  if (!set.empty()) draft.add("set options", alter + " SET (" + option_list(set) + ")");
}

} // namespace slipway::diff
