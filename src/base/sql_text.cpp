#include "slipway/base/sql_text.hpp"

namespace slipway {

namespace {

std::string doubled(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote || (quote == '\'' && c == '\\')) out += c;
  }
  out += quote;
  return out;
}

} // namespace

std::string quote_identifier(std::string_view name) {
  return doubled(name, '"');
}

std::string quote_literal(std::string_view value) {
  const bool escaped = value.find('\\') != std::string_view::npos;
  return (escaped ? " E" : "") + doubled(value, '\'');
}

std::string QualifiedName::quoted() const {
  return schema.empty() ? quote_identifier(name)
                        : quote_identifier(schema) + "." + quote_identifier(name);
}

} // namespace slipway
