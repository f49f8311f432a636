#pragma once

#include "rules.hpp"

#include <string>
#include <vector>

namespace slipway::diff {

/// The names of the options of an object that are secrets, for people.
std::string secret_names(const schema::Object& object);

/// Refuses to make an object that has secrets, which a person has to do with `command`. False, and
/// nothing is refused, when it has none, or when stand-ins do.
bool refuse_secrets(const Scene& scene, const schema::Object& object, const std::string& command,
                    Draft& draft);

/// The options that the object is made with, NAME=VALUE each; with stand-ins for its secrets where
/// those do.
std::vector<std::string> options_to_make(const Scene& scene, const schema::Object& object);

/// What stands in for the connection string of a subscription.
std::string connection_to_make(const schema::Object& subscription);

} // namespace slipway::diff
