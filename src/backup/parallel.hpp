#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstddef>
#include <functional>

namespace slipway::backup {

/// Does tasks 0 to `count` - 1 on `jobs` threads, each with a session of its own that `open` makes,
/// in that order as far as their begin goes. After the first failure no further task is begun; its
/// error is the result. The tasks must not share anything that is not guarded.
Status in_parallel(int jobs, std::size_t count, const std::function<Result<pg::Session>()>& open,
                   const std::function<Status(pg::Session&, std::size_t)>& task);

} // namespace slipway::backup
