#pragma once

#include <functional>
#include <map>
#include <string>

namespace slipway::os {

using Environment = std::map<std::string, std::string, std::less<>>;

/// A copy of this process's environment variables. The only place that reads them. When a name
/// stands there twice, the first counts, as for getenv.
Environment environment();

} // namespace slipway::os
