#pragma once

#include "slipway/base/event.hpp"

#include <utility>

namespace slipway::observe {

/// Calls `visit` with a default value of each kind of event, in the order of the variant.
template<class F, std::size_t... I>
void for_each_event_kind(const F& visit, std::index_sequence<I...>) {
  (visit(std::variant_alternative_t<I, Event>{}), ...);
}
template<class F>
void for_each_event_kind(const F& visit) {
  for_each_event_kind(visit, std::make_index_sequence<std::variant_size_v<Event>>{});
}

} // namespace slipway::observe
