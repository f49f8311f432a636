#include "marks.hpp"

#include "slipway/base/text.hpp"

#include <nlohmann/json.hpp>

namespace slipway::backup {

namespace {

constexpr const char* k_pinned = "pinned";
constexpr const char* k_verified = "verified.json";

} // namespace

Status read_marks(Store& store, const std::set<std::string>& files, Listed& listed,
                  const Wait& wait) {
  const std::string folder = listed.manifest.name + "/";
  if (files.contains(k_pinned)) {
    SLIPWAY_ASSIGN(const auto text, store.read(folder + k_pinned, wait));
    listed.pinned = std::string(trim(text));
  }
  if (!files.contains(k_verified)) return {};
  SLIPWAY_ASSIGN(const auto text, store.read(folder + k_verified, wait));
  try {
    const auto json = nlohmann::json::parse(text);
    listed.verified = Verified{json.at("at"), json.at("restored")};
  } catch (const nlohmann::json::exception&) {
    // A mark that cannot be read counts as none: verify writes it anew.
    listed.verified.reset();
  }
  return {};
}

Status write_verified(Store& store, const std::string& name, const Verified& verified,
                      const Wait& wait) {
  const nlohmann::ordered_json json{{"at", verified.at}, {"restored", verified.restored}};
  return store.write(json.dump() + "\n", name + "/" + k_verified, wait);
}

Status pin(Store& store, const std::string& name, const std::string& reason, const Wait& wait) {
  return store.write(reason + "\n", name + "/" + k_pinned, wait);
}

Status unpin(Store& store, const std::string& name, const Wait& wait) {
  return store.remove_file(name + "/" + k_pinned, wait);
}

} // namespace slipway::backup
