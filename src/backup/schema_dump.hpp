#pragma once

#include "slipway/backup/create.hpp"

#include <optional>
#include <string>

namespace slipway::backup {

/// The schema as it is to be stored, in a local file.
struct SchemaFile {
  SchemaForm form = SchemaForm::pg_dump;
  std::string file; ///< plain
};

/// Writes the schema under a snapshot into `folder`: by pg_dump where there is one that can, else
/// by our own statements, which is said. Errors: unsupported when neither can, with what there is
/// no statement for.
Result<SchemaFile> dump_schema(const CreateRequest& request, pg::Session& session,
                               const std::string& snapshot, const std::string& folder,
                               EventSink& events, const Wait& wait);

/// The lists that dump_schema wrote as statements.
Result<SchemaScript> schema_script_from(const std::string& text);

/// Texts as a JSON list, and back. Errors: io.
std::string list_text(const std::vector<std::string>& items);
Result<std::vector<std::string>> list_from(const std::string& text);

} // namespace slipway::backup
