// Options that are secrets are known by a digest only: a person gives them, or, on a throwaway
// copy, something stands in for them.
#include "secrets.hpp"

#include "slipway/schema/stand_in.hpp"

namespace slipway::diff {

namespace {

using schema::Object;
using schema::Property;

std::string name_in(const std::string& digest) {
  return digest.substr(0, digest.find('='));
}

std::string digest_in(const std::string& digest) {
  const auto equals = digest.find('=');
  return equals == std::string::npos ? std::string() : digest.substr(equals + 1);
}

} // namespace

std::string secret_names(const Object& object) {
  std::string names;
  for (const auto& digest : object.list(Property::secret_digest))
    names += (names.empty() ? "" : ", ") + name_in(digest);
  return names;
}

bool refuse_secrets(const Scene& scene, const Object& object, const std::string& command,
                    Draft& draft) {
  if (scene.options.stand_ins || !object.has(Property::secret_digest)) return false;
  draft.refuse(object.path() + " has options that are secrets (" + secret_names(object) +
               "), which are never written down: run " + command +
               " by hand with their values, then plan again");
  return true;
}

std::vector<std::string> options_to_make(const Scene& scene, const Object& object) {
  auto options = object.list(Property::foreign_options);
  if (scene.options.stand_ins)
    for (const auto& digest : object.list(Property::secret_digest))
      options.push_back(name_in(digest) + "=" + schema::stand_in(digest_in(digest)));
  return options;
}

std::string connection_to_make(const Object& subscription) {
  const auto digests = subscription.list(Property::secret_digest);
  return schema::stand_in_connection(digests.empty() ? std::string() : digest_in(digests.front()));
}

} // namespace slipway::diff
