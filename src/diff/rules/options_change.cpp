#include "options_change.hpp"

#include "naming.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::diff {

namespace {

std::string name_of(const std::string& option) {
  return option.substr(0, option.find('='));
}

std::string value_of(const std::string& option) {
  const auto at = option.find('=');
  return at == std::string::npos ? std::string() : option.substr(at + 1);
}

std::string written(const std::string& option, std::string_view prefix) {
  const auto value = value_of(option);
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  });
  return std::string(prefix) + ident(name_of(option)) + "=" + (plain ? value : literal(value));
}

const std::string* find(const std::vector<std::string>& options, const std::string& name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const std::string& one) { return name_of(one) == name; });
  return found == options.end() ? nullptr : &*found;
}

} // namespace

std::string options_list(const std::vector<std::string>& options, std::string_view prefix) {
  std::string text;
  for (const auto& option : options) text += (text.empty() ? "" : ", ") + written(option, prefix);
  return text;
}

OptionsChange options_change(const std::vector<std::string>& from,
                             const std::vector<std::string>& to) {
  OptionsChange change;
  for (const auto& option : from)
    if (find(to, name_of(option)) == nullptr) change.reset.push_back(name_of(option));
  for (const auto& option : to) {
    const auto* const before = find(from, name_of(option));
    if (before == nullptr || *before != option) change.set.push_back(option);
  }
  return change;
}

void change_options(const std::string& command, const std::vector<std::string>& from,
                    const std::vector<std::string>& to, Draft& draft, std::string_view prefix) {
  const auto change = options_change(from, to);
  if (!change.set.empty())
    draft.add("set options", command + " SET (" + options_list(change.set, prefix) + ")");
  if (change.reset.empty()) return;
  std::string names;
  for (const auto& name : change.reset)
    names += (names.empty() ? "" : ", ") + std::string(prefix) + ident(name);
  draft.add("reset options", command + " RESET (" + names + ")");
}

std::string foreign_options_clause(const std::vector<std::string>& options) {
  if (options.empty()) return {};
  std::string text;
  for (const auto& option : options)
    text += (text.empty() ? "" : ", ") + ident(name_of(option)) + " " + literal(value_of(option));
  return "OPTIONS (" + text + ")";
}

std::string foreign_options_change(const std::vector<std::string>& from,
                                   const std::vector<std::string>& to) {
  std::string text;
  const auto change = options_change(from, to);
  const auto add = [&](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
  for (const auto& name : change.reset) add("DROP " + ident(name));
  for (const auto& option : change.set)
    add((find(from, name_of(option)) == nullptr ? "ADD " : "SET ") + ident(name_of(option)) + " " +
        literal(value_of(option)));
  return "OPTIONS (" + text + ")";
}

} // namespace slipway::diff
