#include "routine_text.hpp"

#include "naming.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

// Settings whose value is a list of names, which the server keeps in double quotes where need be.
// As one string they would be one name.
// https://www.postgresql.org/docs/current/sql-set.html
constexpr auto k_lists_of_names = std::to_array<std::string_view>({
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
});

std::string setting_name(std::string_view name) {
  const auto at = name.find('.');
  if (at == std::string_view::npos) return ident(name);
  return ident(name.substr(0, at)) + "." + setting_name(name.substr(at + 1));
}

std::string names_of(std::string_view value) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    if (c == '"' && quoted && at + 1 < value.size() && value[at + 1] == '"') {
      names.back() += '"';
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      names.emplace_back();
    } else if (c != ' ' || quoted) {
      names.back() += c;
    }
  }
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + literal(name);
  return text;
}

std::string setting_text(const std::string& setting) {
  const auto at = setting.find('=');
  const auto name = setting.substr(0, at);
  const auto value = at == std::string::npos ? std::string() : setting.substr(at + 1);
  const bool list =
      std::find(k_lists_of_names.begin(), k_lists_of_names.end(), name) != k_lists_of_names.end();
  return "\n SET " + setting_name(name) + " TO " + (list ? names_of(value) : literal(value));
}

std::string upper(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return text;
}

std::string attributes_of(const Object& routine) {
  std::string text;
  const auto flag = [&](Property property, const std::string& words) {
    if (routine.has(property)) text += " " + words;
  };
  const auto value = [&](Property property, const std::string& words) {
    if (routine.has(property)) text += " " + words + std::string(routine.text(property));
  };
  flag(Property::window, "WINDOW");
  flag(Property::volatility, upper(routine.text(Property::volatility)));
  flag(Property::strict, "STRICT");
  flag(Property::security_definer, "SECURITY DEFINER");
  flag(Property::leakproof, "LEAKPROOF");
  flag(Property::parallel, "PARALLEL " + upper(routine.text(Property::parallel)));
  value(Property::cost, "COST ");
  value(Property::rows, "ROWS ");
  value(Property::support, "SUPPORT ");
  return text.empty() ? text : "\n" + text;
}

std::string transforms_of(const Object& routine) {
  std::string text;
  for (const auto& type : routine.list(Property::transforms))
    text += (text.empty() ? "\n TRANSFORM FOR TYPE " : ", FOR TYPE ") + type;
  return text;
}

std::string body_of(const Object& routine) {
  if (routine.has(Property::sql_body)) return "\n" + std::string(routine.text(Property::sql_body));
  const auto body = routine.text(Property::body);
  if (routine.has(Property::library))
    return "\nAS " + literal(routine.text(Property::library)) + ", " + literal(body);
  return "\nAS " + dollar_quoted(body);
}

// Arguments apart, without what is in parentheses, brackets and quotes being taken for more.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  std::string one;
  char quote = '\0';
  int depth = 0;
  for (const char c : text) {
    if (quote != '\0')
      quote = c == quote ? '\0' : quote;
    else if (c == '\'' || c == '"')
      quote = c;
    else if (c == '(' || c == '[')
      ++depth;
    else if (c == ')' || c == ']')
      --depth;
    if (c == ',' && depth == 0 && quote == '\0') {
      arguments.push_back(std::move(one));
      one.clear();
    } else if (c != ' ' || !one.empty()) {
      one += c;
    }
  }
  if (!one.empty()) arguments.push_back(std::move(one));
  return arguments;
}

struct Argument {
  std::string declared; // mode, name and type
  std::string default_value;
};

// DEFAULT is a word that nothing before it can contain but a quoted name.
Argument argument_of(const std::string& text) {
  constexpr std::string_view k_default = " DEFAULT ";
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (!quoted && text.compare(at, k_default.size(), k_default) == 0)
      return {text.substr(0, at), text.substr(at + k_default.size())};
  }
  return {text, {}};
}

bool can_become(const Argument& from, const Argument& to) {
  // An argument without a name can get one.
  const bool same = from.declared == to.declared || to.declared.ends_with(" " + from.declared);
  if (!same) return false;
  if (from.default_value.empty() || from.default_value == to.default_value) return true;
  // Of a polymorphic argument another default may be of another type.
  return !to.default_value.empty() && to.declared.find("any") == std::string::npos;
}

} // namespace

std::string routine_text(const std::string& create, const Object& routine) {
  const bool procedure = routine.kind() == Kind::procedure;
  std::string sql = create + (procedure ? " PROCEDURE " : " FUNCTION ") + qualified(routine) + "(" +
                    std::string(routine.text(Property::arguments)) + ")";
  if (routine.has(Property::result))
    sql += "\n RETURNS " + std::string(routine.text(Property::result));
  sql += "\n LANGUAGE " + ident(routine.text(Property::language));
  sql += transforms_of(routine) + attributes_of(routine);
  for (const auto& setting : routine.list(Property::settings)) sql += setting_text(setting);
  return sql + body_of(routine);
}

bool can_replace_routine(const Object& from, const Object& to) {
  if (from.get(Property::result) != to.get(Property::result) ||
      from.has(Property::window) != to.has(Property::window))
    return false;
  const auto before = split_arguments(from.text(Property::arguments));
  const auto after = split_arguments(to.text(Property::arguments));
  return before.size() == after.size() &&
         std::equal(before.begin(), before.end(), after.begin(),
                    [](const std::string& a, const std::string& b) {
                      return can_become(argument_of(a), argument_of(b));
                    });
}

} // namespace slipway::diff
