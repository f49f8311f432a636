#pragma once

#include "draft.hpp"

#include "slipway/schema/schema.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace slipway::diff {

/// What a sequence is like, with what is usual filled in.
struct SequenceOptions {
  std::string type = "bigint";
  std::int64_t start = 1;
  std::int64_t increment = 1;
  std::int64_t minimum = 1;
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  std::int64_t cache = 1;
  bool cycle = false;
};

SequenceOptions options_of_sequence(const schema::Object& sequence);
/// Of the sequence of an identity column.
SequenceOptions options_of_identity(const schema::Object& column);

/// Where a new one starts that is not told where.
std::int64_t start_of_new(const SequenceOptions& options);
/// What CREATE SEQUENCE must say, each clause with a blank before it.
std::string creation_clauses(const SequenceOptions& options);
/// What becomes of it when its type changes and nothing else is said.
SequenceOptions with_type(SequenceOptions options, const std::string& type);

/// What ALTER SEQUENCE must say to make one into the other, a clause each: "INCREMENT BY 5".
std::vector<std::string> option_changes(const SequenceOptions& from, const SequenceOptions& to);
/// The statements for that. A position that the new limits allow is kept, any other one starts
/// again. `sequence` is a name with schema.
void change_sequence(const std::string& sequence, const SequenceOptions& from,
                     const SequenceOptions& to, Draft& draft);

} // namespace slipway::diff
