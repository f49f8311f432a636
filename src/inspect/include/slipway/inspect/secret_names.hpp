#pragma once

#include <string>

namespace slipway::inspect {

/// Who may read the options: those of a wrapper or server everybody, so that only what is called
/// like a secret is one there; those of a user mapping its user only, so that there only what is
/// known to be none is not.
enum class OptionsOf { everybody, one_user };

/// Whether the value of the option must not be written down.
bool is_secret_option(std::string name, OptionsOf readers);

} // namespace slipway::inspect
