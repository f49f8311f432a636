#include "facts/parse_limits.hpp"

#include "facts/depth_guard.hpp"
#include "facts/leading_words.hpp"

namespace slipway::sql {

namespace {

// Rows of that many bytes teach nothing that their first words do not.
constexpr std::size_t k_longest_bulk = std::size_t{1024} * 1024;

} // namespace

std::optional<std::string> why_not_parse(std::string_view sql) {
  if (sql.find('\0') != sql.npos) return "it holds a NUL byte";
  if (sql.size() > k_longest_bulk && is_bulk_statement(sql))
    return "longer than 1 MiB: only its first words were read";
  if (nesting_estimate(sql) > k_deepest) return "nested too deeply for the parser";
  return std::nullopt;
}

} // namespace slipway::sql
