#pragma once

#include "slipway/base/file_system.hpp"
#include "slipway/inspect/read.hpp"
#include "slipway/rehearse/shadow.hpp"
#include "slipway/rehearse/side.hpp"

#include <string>
#include <vector>

namespace slipway::rehearse {

/// A schema with a database of the shadow that holds it. Nobody is connected to that, so it can be
/// copied.
struct Materialised {
  schema::Schema schema;
  std::string database;
};

/// What the makers below share. All references must outlive them.
struct Workshop {
  Shadow& shadow;
  const FileSystem& files;
  inspect::Scope scope; ///< how schemas are read
  /// Where a command runs, and how long it may.
  std::string working_directory;
  Millis command_limit{600'000};
};

/// Reads the schema of a database of the shadow.
Result<schema::Schema> read_back(const Workshop& workshop, const std::string& database,
                                 const Wait& wait);

/// Makes a side that is no live database and no snapshot on a new database of the shadow and reads
/// it. Errors: source, sql with the place in the file, unsupported for a missing extension, and
/// check_failed with its output for a command that does not end well.
Result<Materialised> materialise(const Workshop& workshop, const Side& side, const Wait& wait);

/// Makes a schema that was read elsewhere on a new database of the shadow and reads it there: what
/// it says of expressions has then been through the server once more. Secrets, of which only
/// digests are known, have stand-ins there, and subscriptions lead nowhere. Errors: unsupported for
/// missing extensions and for what there is no statement for.
Result<Materialised> rebuild(const Workshop& workshop, const schema::Schema& schema,
                             const Wait& wait);

} // namespace slipway::rehearse
