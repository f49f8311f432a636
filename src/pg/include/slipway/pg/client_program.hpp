#pragma once

#include "slipway/base/deadline.hpp"

#include <optional>
#include <string>

namespace slipway::pg {

/// A program of PostgreSQL's clients on this machine.
struct ClientProgram {
  std::string path;
  int major_version = 0;
};

/// A pg_dump, pg_restore ... that can talk to a server of that version: of just that version, in
/// `preferred_folder` or in the usual places; else the oldest that is newer. Absent when there is
/// none.
std::optional<ClientProgram> find_client_program(const std::string& name, int major_version,
                                                 const std::string& preferred_folder,
                                                 const Wait& wait);

} // namespace slipway::pg
