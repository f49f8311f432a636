#include "reading.hpp"

namespace slipway::inspect {

namespace {

std::uint64_t joined(Oid high, Oid low) {
  return (static_cast<std::uint64_t>(high) << 32U) | low;
}

} // namespace

Status Reading::each(const std::string& select,
                     const std::function<void(const CopiedRow&)>& on_row) {
  CopiedRow row;
  SLIPWAY_TRY(session_.copy_out(
      SqlText("COPY (" + select + ") TO STDOUT"),
      [&](std::string_view line) {
        row.parse(line);
        on_row(row);
      },
      wait_));
  return {};
}

void Reading::remember(Catalog catalog, Oid oid, Handle handle, int column) {
  if (column != 0)
    columns_[joined(oid, static_cast<Oid>(column))] = handle;
  else
    objects_[joined(static_cast<Oid>(catalog), oid)] = handle;
}

std::optional<Handle> Reading::known(Catalog catalog, Oid oid, int column) const {
  return known(static_cast<Oid>(catalog), oid, column);
}

std::optional<Handle> Reading::known(Oid catalog, Oid oid, int column) const {
  // Only relations have columns, so the number of the relation alone says which.
  const auto& map = column != 0 ? columns_ : objects_;
  const auto found =
      map.find(column != 0 ? joined(oid, static_cast<Oid>(column)) : joined(catalog, oid));
  if (found == map.end()) return std::nullopt;
  return found->second;
}

std::string Reading::in_read_schemas(const std::string& column) const {
  std::string list;
  for (const auto& [oid, name] : schemas_) list += (list.empty() ? "" : ",") + std::to_string(oid);
  if (list.empty()) return "false";
  return column + " OPERATOR(pg_catalog.=) ANY ('{" + list + "}'::pg_catalog.oid[])";
}

void Reading::note_schema(Oid oid, std::string name) {
  schemas_[oid] = std::move(name);
}

const std::string& Reading::schema_name(Oid oid) const {
  return schemas_.at(oid);
}

void Reading::note_piece(Catalog catalog, Oid oid, Handle of) {
  pieces_[joined(static_cast<Oid>(catalog), oid)] = of;
}

std::optional<Handle> Reading::meant_by(Oid catalog, Oid oid, int column) const {
  if (column != 0) {
    if (const auto part = known(catalog, oid, column)) return part;
  }
  if (const auto whole = known(catalog, oid)) return whole;
  const auto found = pieces_.find(joined(catalog, oid));
  if (found == pieces_.end()) return std::nullopt;
  return found->second;
}

void Reading::note_member(Oid catalog, Oid oid, Oid extension) {
  members_[joined(catalog, oid)] = extension;
}

bool Reading::is_member(Catalog catalog, Oid oid) const {
  return extension_of(static_cast<Oid>(catalog), oid).has_value();
}

std::optional<Oid> Reading::extension_of(Oid catalog, Oid oid) const {
  const auto found = members_.find(joined(catalog, oid));
  if (found == members_.end()) return std::nullopt;
  return found->second;
}

} // namespace slipway::inspect
