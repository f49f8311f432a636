#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::replay {

/// Takes one message of the stream; an error ends the taking.
using TakeChange = std::function<Status(const pgoutput::Change&)>;

struct StreamSource {
  std::string slot;
  std::string publication;
};

/// Takes one message as the server sent it.
using TakeBytes = std::function<Status(std::string_view)>;

/// As read_changes, undecoded.
Status read_messages(pg::Session& origin, const StreamSource& source, Lsn end,
                     const TakeBytes& take, const Wait& wait);

/// Reads what a slot has kept up to `end`, without moving it. The server decodes it all at once and
/// hands it on row by row; that its statement ends well says that the stream is complete.
Status read_changes(pg::Session& origin, const StreamSource& source, Lsn end,
                    const TakeChange& take, const Wait& wait);

} // namespace slipway::replay
