#pragma once

#include "rules.hpp"

namespace slipway::diff {

void create_domain(const Scene& scene, const schema::Object& domain, Draft& draft);
Altered alter_domain(const Scene& scene, const Alteration& alteration, Draft& draft);

/// Refuses a rule that the server cannot check for all rows. Says whether it did.
bool refuse_unchecked(const Scene& scene, const schema::Object& domain, Draft& draft);

// Constraints of domains that are there already.
void create_domain_constraint(const Scene& scene, const schema::Object& constraint, Draft& draft);
void drop_domain_constraint(const Scene& scene, const schema::Object& constraint, Draft& draft);
Altered alter_domain_constraint(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
