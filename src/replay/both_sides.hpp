#pragma once

#include "slipway/base/result.hpp"

#include <future>
#include <utility>

namespace slipway::replay {

/// Asks both databases at the same time, each through a session of its own.
template<class AskNew, class AskCopy>
auto on_both_sides(const AskNew& ask_new, const AskCopy& ask_copy)
    -> Result<std::pair<typename decltype(ask_new())::value_type,
                        typename decltype(ask_copy())::value_type>> {
  auto in_copy = std::async(std::launch::async, ask_copy);
  auto in_new = ask_new();
  auto copied = in_copy.get();
  if (!copied) return fail(std::move(copied).error());
  if (!in_new) return fail(std::move(in_new).error());
  return std::pair{std::move(*in_new), std::move(*copied)};
}

} // namespace slipway::replay
