#pragma once

#include "stage.hpp"

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::replay {

/// How many rows there are, and the sum of a hash of 64 bits of each, modulo 2^64.
struct Digest {
  std::int64_t rows = 0;
  std::uint64_t sum = 0;

  void add(std::int64_t times, std::uint64_t hash);
  Digest& operator+=(const Digest& more);
  bool operator==(const Digest&) const = default;
};

/// Rows of which a digest is wanted, "FROM ..." with everything that belongs to it, and
/// expressions.
struct Hashed {
  std::string from;
  std::string key;     ///< a hash that tells which part a row is in
  std::string content; ///< what is summed up
};

Result<Digest> digest_of(pg::Session& session, const Hashed& rows, const Wait& wait);

/// The digest of all rows, and in the same look where those are that `since` tells of: its
/// condition is narrowed to that part of the table (from PostgreSQL 14), or to nothing. `row` is
/// what a row is called.
Result<Digest> digest_of(pg::Session& session, const Hashed& rows, const std::string& row,
                         WrittenSince& since, const Wait& wait);

/// A digest for each of 2^bits parts, by the last bits of the key's hash.
Result<std::vector<Digest>> digests_of(pg::Session& session, const Hashed& rows, int bits,
                                       const Wait& wait);

/// As many bits as make parts of about fifty rows: enough to tell few rows apart, and few enough to
/// be held.
int bits_for(std::int64_t rows);

/// Parts that are not the same.
std::vector<std::int64_t> differing(const std::vector<Digest>& one,
                                    const std::vector<Digest>& other);

/// A condition: the key's hash is in one of the parts.
std::string is_in_parts(const std::string& key, const std::vector<std::int64_t>& parts, int bits);

} // namespace slipway::replay
