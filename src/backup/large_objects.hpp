#pragma once

#include "slipway/backup/cipher.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::backup {

/// A query of the pieces of all large objects: id, place, data. pg_largeobject itself is closed to
/// all but superusers.
std::string large_object_pieces();

/// The statements that make all large objects, empty, with their owners, privileges and comments.
Result<std::vector<std::string>> large_object_statements(pg::Session& session, const Wait& wait);

/// Fills them with what COPY of large_object_pieces() wrote.
Status load_large_objects(pg::Session& session, const std::string& file, const Cipher& cipher,
                          const Wait& wait);

} // namespace slipway::backup
