#include "slipway/base/duration.hpp"

#include "slipway/base/text.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace slipway {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 6> k_units{
    {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

} // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return fail(Error(ErrorCode::configuration, fmt::format("\"{}\" is not a duration", text))
                    .with_hint("write a whole number and a unit, such as 500ms, 2s, 5min or 1h"));
  };
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || number < 0) return refuse();
  const std::string_view unit =
      trim(text.substr(static_cast<std::size_t>(parsed.ptr - text.data())));
  if (unit.empty() && number == 0) return std::chrono::milliseconds(0);
  for (const auto& known : k_units) {
    if (unit != known.name) continue;
    // PostgreSQL keeps its time-outs in a 32-bit count of milliseconds.
    if (number > std::numeric_limits<std::int32_t>::max() / known.milliseconds) return refuse();
    return std::chrono::milliseconds(number * known.milliseconds);
  }
  return refuse();
}

std::string format_duration(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 60'000) {
    const auto tenths = ms / 100;
    return tenths % 10 == 0 ? fmt::format("{} s", tenths / 10)
                            : fmt::format("{}.{} s", tenths / 10, tenths % 10);
  }
  if (ms < 3'600'000) {
    const auto seconds = ms / 1000 % 60;
    return seconds == 0 ? fmt::format("{} min", ms / 60'000)
                        : fmt::format("{} min {} s", ms / 60'000, seconds);
  }
  const auto minutes = ms / 60'000 % 60;
  return minutes == 0 ? fmt::format("{} h", ms / 3'600'000)
                      : fmt::format("{} h {} min", ms / 3'600'000, minutes);
}

} // namespace slipway
