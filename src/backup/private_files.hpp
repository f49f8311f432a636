#pragma once

#include "slipway/os/private_files.hpp"

namespace slipway::backup {

using os::make_private_folder;
using os::new_private_file;
using os::rename_durably;
using os::sync_file;
using os::sync_folder;
using os::write_all;

} // namespace slipway::backup
