#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"

#include <string>

namespace slipway::pg {

/// The folder of a throwaway cluster carries its owner in its name: process namespace, process id
/// and the moment that process started. So there is no moment at which a folder exists and its
/// owner is not known, and a process id used again is not taken for the owner.
///
/// Makes BASE/slipway-pg-NAMESPACE-PID-START-xxxxxx of mode 0700. Errors: io.
Result<std::string> make_leased_folder(const std::string& base_folder);

/// Bytes of the longest path make_leased_folder gives for that base.
std::size_t leased_path_length(const std::string& base_folder);

/// Ends the servers and removes the folders below `base_folder` whose owners are gone. What another
/// process namespace owns is left alone: from here nobody can tell whether it lives. Meant to be
/// called at every start; what cannot be removed now is tried again by the next.
void sweep_leases(const std::string& base_folder);

} // namespace slipway::pg
