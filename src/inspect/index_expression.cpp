#include "index_expression.hpp"

#include <charconv>

namespace slipway::inspect {

namespace {

constexpr std::uint32_t k_no_collation = 0;
constexpr std::uint32_t k_default_collation = 100;

// Reads " NAME NUMBER" and moves past it.
std::optional<std::uint32_t> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// Every field of a node that holds a collation has "coll" in its name: varcollid, inputcollid.
bool all_collations_are_usual(std::string_view tree) {
  for (auto at = tree.find("coll"); at != std::string_view::npos; at = tree.find("coll", at + 1)) {
    const auto end = tree.find(' ', at);
    if (end == std::string_view::npos) return false;
    auto rest = tree.substr(end);
    const auto collation = take_number(rest, " ");
    if (collation != k_no_collation && collation != k_default_collation) return false;
  }
  return true;
}

} // namespace

std::optional<IndexExpression> index_expression(std::string_view tree) {
  if (!all_collations_are_usual(tree)) return std::nullopt;
  constexpr std::string_view k_explicit_call =
      " :funcretset false :funcvariadic false :funcformat 0 ";
  auto rest = tree;
  if (take_number(rest, "({FUNCEXPR :funcid ")) {
    const auto type = take_number(rest, " :funcresulttype ");
    if (!type || !rest.starts_with(k_explicit_call)) return std::nullopt;
    return IndexExpression{*type, true};
  }
  if (take_number(rest, "({OPEXPR :opno ") && take_number(rest, " :opfuncid ")) {
    const auto type = take_number(rest, " :opresulttype ");
    if (!type) return std::nullopt;
    return IndexExpression{*type, false};
  }
  return std::nullopt;
}

} // namespace slipway::inspect
