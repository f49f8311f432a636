#pragma once

#include "rules.hpp"

#include <string>

namespace slipway::diff {

/// A detach that was not finished can only go on, and nothing else is done to the table before.
void finish_detach(const Alteration& alteration, Draft& draft);

/// ATTACH PARTITION, when all else of the table is in place. A CHECK that says the same as the
/// bound is validated before, so that nothing is looked through under the lock.
void attach_partition(const Scene& scene, const schema::Object& table, Draft& draft);
/// DETACH PARTITION, on a table in use without keeping others waiting where that can be.
void detach_partition(const Scene& scene, const schema::Object& table, Draft& draft);
/// Before a partition is dropped: lets its parent go on without waiting, where that can be.
void release_partition(const Scene& scene, const schema::Object& table, Draft& draft);
/// Another bound or parent: out and in again, in one transaction when the parent is the same.
void change_bound(const Scene& scene, const Alteration& alteration, Draft& draft);

/// A condition on a row that says what the bound says, NULL not allowed: "(at >= '2024-01-01') AND
/// ..."; empty for bounds that cannot be said so (of several columns, expressions or hashes).
std::string bound_condition(const schema::Object& parent, std::string_view bound);

} // namespace slipway::diff
