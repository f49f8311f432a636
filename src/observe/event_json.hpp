#pragma once

#include "slipway/base/event.hpp"

#include <nlohmann/json.hpp>

namespace slipway::observe {

/// An error as an object; see docs/formats/events.md for its members.
nlohmann::ordered_json error_object(const Error& error);

/// The fields of an event as an object, in the order the event names them.
nlohmann::ordered_json fields_object(const Event& event);

/// Applies `change` to each string value in `json`.
template<class F>
void change_strings(nlohmann::ordered_json& json, const F& change) {
  if (json.is_string()) json = change(json.get_ref<const std::string&>());
  if (json.is_structured())
    for (auto& value : json) change_strings(value, change);
}

/// One line of JSON. Bytes that are not UTF-8 become U+FFFD.
std::string one_line(const nlohmann::ordered_json& json);

} // namespace slipway::observe
