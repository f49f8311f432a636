#pragma once

#include "slipway/base/error.hpp"

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace slipway {

/// A T or an Error. A class of its own rather than an alias, so that ignoring one is a compiler
/// warning.
template<class T>
struct [[nodiscard]] Result : tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}
  Result(Error error) : Base(tl::unexpected<Error>(std::move(error))) {}
};

/// An action that yields nothing but may fail.
using Status = Result<void>;

/// Wraps an Error for a `return` in a function of any Result.
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}

} // namespace slipway

#define SLIPWAY_CONCAT_INNER(a, b) a##b
#define SLIPWAY_CONCAT(a, b) SLIPWAY_CONCAT_INNER(a, b)

/// Returns the error of `expr` from the enclosing function, if it has one.
#define SLIPWAY_TRY(expr)                                                                          \
  do {                                                                                             \
    auto slipway_try_result = (expr);                                                              \
    if (!slipway_try_result) return ::slipway::fail(std::move(slipway_try_result).error());        \
  } while (false)

/// Declares `var` with the value of `expr`, or returns its error from the enclosing function.
#define SLIPWAY_ASSIGN(var, expr)                                                                  \
  auto SLIPWAY_CONCAT(slipway_assign_, __LINE__) = (expr);                                         \
  if (!SLIPWAY_CONCAT(slipway_assign_, __LINE__))                                                  \
    return ::slipway::fail(std::move(SLIPWAY_CONCAT(slipway_assign_, __LINE__)).error());          \
  var = std::move(*SLIPWAY_CONCAT(slipway_assign_, __LINE__))
