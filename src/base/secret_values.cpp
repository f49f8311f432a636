// Known secrets wherever they stand. Text is decoded while it is compared, so a spelling that
// escapes more or less than another tool would is still found.
#include "secret_values.hpp"

#include "escapes.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>

namespace slipway {

namespace {

constexpr std::size_t k_shortest_secret = 4;

enum class Spelling { plain, percent, backslash, doubled };
constexpr std::array<Spelling, 4> k_spellings{Spelling::plain, Spelling::percent,
                                              Spelling::backslash, Spelling::doubled};

Unit unit_at(std::string_view text, std::size_t i, Spelling spelling) {
  const char c = text[i];
  if (spelling == Spelling::percent && c == '%' && i + 2 < text.size()) {
    if (const auto byte = hex_number(text.substr(i + 1, 2)))
      return {{static_cast<char>(*byte)}, 1, 3};
  }
  if (spelling == Spelling::backslash && c == '\\') return backslash_escape(text, i);
  const bool quote = c == '\'' || c == '"';
  if (spelling == Spelling::doubled && quote && text.substr(i + 1, 1) == text.substr(i, 1))
    return {{c}, 1, 2};
  return {{c}, 1, 1};
}

// Where `secret` ends in `text` if it starts at `i` in this spelling.
std::optional<std::size_t> match(std::string_view text, std::size_t i, std::string_view secret,
                                 Spelling spelling) {
  std::size_t done = 0;
  while (done < secret.size()) {
    if (i >= text.size()) return std::nullopt;
    const Unit unit = unit_at(text, i, spelling);
    const bool plus_for_space =
        spelling == Spelling::percent && unit.view() == "+" && secret[done] == ' ';
    if (!plus_for_space && secret.substr(done, unit.size) != unit.view()) return std::nullopt;
    done += unit.size;
    i += unit.taken;
  }
  return i;
}

// The bytes a match can start with.
std::bitset<256> first_bytes(const std::vector<std::string>& secrets) {
  std::bitset<256> first;
  for (const auto& secret : secrets)
    if (secret.size() >= k_shortest_secret) first.set(static_cast<unsigned char>(secret.front()));
  if (first.any())
    for (const char escape : {'%', '\\', '+'}) first.set(static_cast<unsigned char>(escape));
  return first;
}

} // namespace

std::vector<Span> find_secret_values(std::string_view text,
                                     const std::vector<std::string>& secrets) {
  std::vector<Span> found;
  const auto first = first_bytes(secrets);
  if (first.none()) return found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!first.test(static_cast<unsigned char>(text[i]))) continue;
    std::size_t longest = i;
    for (const auto& secret : secrets) {
      if (secret.size() < k_shortest_secret) continue;
      for (const auto spelling : k_spellings)
        longest = std::max(longest, match(text, i, secret, spelling).value_or(i));
    }
    if (longest > i) found.push_back({i, longest - i});
  }
  return found;
}

} // namespace slipway
