// What a manifest can be asked, and the names of its values.
#include "slipway/backup/manifest.hpp"

#include <algorithm>

namespace slipway::backup {

std::string_view engine_name(Engine engine) {
  switch (engine) {
  case Engine::hot:
    return "hot";
  case Engine::template_copy:
    return "template";
  case Engine::pgbackrest:
    return "pgbackrest";
  }
  return "hot";
}

std::string_view extent_name(Extent extent) {
  switch (extent) {
  case Extent::all:
    return "all";
  case Extent::schema:
    return "schema";
  case Extent::tables:
    return "tables";
  }
  return "all";
}

std::string_view row_hash_name(RowHash hash) {
  return hash == RowHash::record ? "record" : "text";
}

std::string_view schema_form_name(SchemaForm form) {
  return form == SchemaForm::pg_dump ? "pg_dump" : "statements";
}

std::uint64_t Manifest::stored_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& one : parts) sum += one.bytes;
  return sum;
}

std::int64_t Manifest::row_count() const {
  std::int64_t sum = 0;
  for (const auto& one : tables) sum += one.content.rows;
  return sum;
}

const Part* Manifest::part(std::string_view path) const {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& one) { return one.path == path; });
  return found == parts.end() ? nullptr : &*found;
}

} // namespace slipway::backup
