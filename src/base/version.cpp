#include "slipway/base/version.hpp"

#include <algorithm>
#include <charconv>

namespace slipway {

Result<Version> Version::parse(std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (!digits)
    return fail(Error(ErrorCode::usage, "\"" + std::string(text) + "\" is not a version")
                    .with_hint("a version is the leading digits of a migration's file name"));
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::int64_t k_limit = 999'999'999'999'999'999;
  if (parsed.ec != std::errc{} || number > k_limit)
    return fail(Error(ErrorCode::usage, "version " + std::string(text) + " is too large")
                    .with_hint("a version has at most 18 significant digits"));
  return Version(number);
}

} // namespace slipway
