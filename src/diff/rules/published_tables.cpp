#include "published_tables.hpp"

#include "family.hpp"
#include "naming.hpp"

namespace slipway::diff {

namespace {

bool has_heirs(const Scene& scene, const std::string& entry) {
  for (const auto* schema : {&scene.from, &scene.to})
    if (const auto table = relation_of(*schema, published_name(entry));
        table && !table->has(schema::Property::partition_by) &&
        !children_of(*schema, *table).empty())
      return true;
  return false;
}

} // namespace

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

// Before 15 the word TABLE can stand only once.
std::vector<std::string> published_entries(const Scene& scene,
                                           const std::vector<std::string>& tables,
                                           const std::vector<std::string>& schemas) {
  std::vector<std::string> all;
  for (const auto& table : tables)
    all.push_back(std::string(all.empty() ? "TABLE " : "") +
                  (has_heirs(scene, table) ? "ONLY " : "") + table);
  for (const auto& schema : schemas) all.push_back("TABLES IN SCHEMA " + schema);
  return all;
}

std::vector<std::string> published_plainly(const Scene& scene, const schema::Object& publication,
                                           const std::set<std::string>& plain) {
  auto tables = publication.list(schema::Property::tables);
  for (auto& table : tables)
    if (plain.contains(table)) table = published_name(table);
  return published_entries(scene, tables, publication.list(schema::Property::schemas));
}

} // namespace slipway::diff
