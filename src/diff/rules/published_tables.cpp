#include "published_tables.hpp"

#include "naming.hpp"

namespace slipway::diff {

std::string published_name(const std::string& entry) {
  bool quoted = false;
  for (std::size_t at = 0; at < entry.size(); ++at) {
    if (entry[at] == '"') quoted = !quoted;
    if (entry[at] == ' ' && !quoted) return entry.substr(0, at);
  }
  return entry;
}

std::string published_entry(const schema::Object& publication, const schema::Object& table) {
  for (const auto& entry : publication.list(schema::Property::tables)) {
    const auto name = split_name(published_name(entry));
    if (name.schema == table.schema() && name.name == table.name()) return entry;
  }
  return {};
}

} // namespace slipway::diff
