#pragma once

#include "slipway/base/result.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace slipway {

/// The version of a migration: the leading digits of its file name, ordered as a number ("7" =
/// "007" < "10").
class Version {
public:
  /// 0: before every migration.
  Version() = default;
  explicit Version(std::int64_t number) : number_(number) {}
  /// All of `text` must be digits and fit 18 of them (a bigint column holds it). Errors: usage.
  static Result<Version> parse(std::string_view text);
  std::int64_t number() const { return number_; }
  std::string str() const { return std::to_string(number_); }
  auto operator<=>(const Version&) const = default;

private:
  std::int64_t number_ = 0;
};

} // namespace slipway

template<>
struct std::hash<slipway::Version> {
  std::size_t operator()(const slipway::Version& v) const noexcept {
    return std::hash<std::int64_t>{}(v.number());
  }
};
