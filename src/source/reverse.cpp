// TABLE.COLUMN = EXPRESSION
#include "reverse.hpp"

#include "slipway/base/text.hpp"

#include <utility>
#include <vector>

namespace slipway::source {

namespace {

constexpr std::string_view k_form = "write `-- slipway:reverse TABLE.COLUMN = EXPRESSION`";

bool is_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

tl::unexpected<Error> refuse(std::string message) {
  return fail(Error(ErrorCode::source, std::move(message)).with_hint(std::string(k_form)));
}

/// One name; leaves `at` behind it.
Result<std::string> take_name(std::string_view text, std::size_t& at) {
  std::string name;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size(); ++at) {
      if (text[at] != '"') {
        name += text[at];
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        name += text[++at];
      } else {
        ++at;
        if (name.empty()) return refuse("a name is empty");
        return name;
      }
    }
    return refuse("a quoted name does not end");
  }
  const auto from = at;
  while (at < text.size() && is_in_name(text[at])) ++at;
  if (at == from) return refuse("a name is missing");
  return to_lower_ascii(text.substr(from, at - from));
}

} // namespace

Result<Reverse> read_reverse(std::string_view value) {
  constexpr std::size_t k_most_names = 3;
  std::vector<std::string> names;
  std::size_t at = 0;
  while (true) {
    SLIPWAY_ASSIGN(std::string name, take_name(value, at));
    names.push_back(std::move(name));
    if (at == value.size() || value[at] != '.') break;
    ++at;
  }
  if (names.size() < 2 || names.size() > k_most_names)
    return refuse("the column needs its table's name, and may have its schema's");
  const auto rest = trim(value.substr(at));
  if (!rest.starts_with('=')) return refuse("there is no = behind the column");
  const auto expression = trim(rest.substr(1));
  if (expression.empty()) return refuse("the expression is missing");
  Reverse reverse;
  reverse.column = names.back();
  reverse.table.name = names[names.size() - 2];
  if (names.size() == k_most_names) reverse.table.schema = names.front();
  reverse.expression = expression;
  reverse.written = value;
  return reverse;
}

} // namespace slipway::source
