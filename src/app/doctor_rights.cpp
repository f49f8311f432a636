#include "doctor_rights.hpp"

#include "rollback_in_place.hpp"

#include "slipway/rollback/rights.hpp"

namespace slipway::app {

std::vector<Diagnosis> find_rights(const Context& context, pg::Session& session, const Wait& wait) {
  constexpr auto* k_what = "way back";
  const auto place = place_of_way_back(context, session, wait);
  if (!place) return {{k_what, Health::unknown, place.error().message, place.error().hint}};
  std::vector<Diagnosis> found;
  if (!place->why.empty())
    found.push_back({k_what, Health::note,
                     "a rollback over a backup is made in place: " + place->why,
                     "docs/guide/rollback.md says what that can and cannot do"});
  if (place->rights.service.empty() && place->why.empty()) return found;
  for (auto& line : rollback::told(place->rights))
    found.push_back({k_what, Health::note, std::move(line), {}});
  return found;
}

} // namespace slipway::app
