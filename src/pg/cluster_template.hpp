#pragma once

#include "cluster_programs.hpp"
#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/os/identity.hpp"

#include <optional>
#include <string>

namespace slipway::pg {

/// Whom a server's files belong to and as whom its programs run. Nobody named: as we are.
struct RunAs {
  std::optional<os::Account> account;
  std::optional<std::string> name() const;
  uid_t user_id() const;
};

/// Gives a file or folder to the server's user. Errors: io.
Status give_to(const RunAs& run_as, const std::string& path);

enum class Durable { no, yes };

/// Runs initdb for a folder that does not exist yet. postgresql.conf of the result includes our
/// settings file at its end. Errors: io with what initdb said; cancelled.
Status initialise(const Programs& programs, const RunAs& run_as, const std::string& data_folder,
                  Durable durable, const Wait& wait);

/// Initialised data folders to copy from, one for each build of the server: initdb takes a second,
/// a copy a tenth.
///
/// The folder belongs to us and nobody else may write in it; one that is otherwise is not used. A
/// template is made under a lock and renamed into place complete; a number of files and bytes
/// beside it tells when a cleaner of temporary files took some of them.
class TemplateCache {
public:
  /// An empty `folder` means slipway-UID in the temporary folder.
  explicit TemplateCache(const std::string& folder);

  /// Makes `data_folder`, which must not exist, as a throwaway's data folder: a copy, or, where no
  /// cache can be used, initdb's own work. Errors: io, cancelled.
  Status make_data_folder(const Programs& programs, const RunAs& run_as,
                          const std::string& data_folder, const Wait& wait) const;

private:
  std::string folder_;
};

} // namespace slipway::pg
