#pragma once

#include "slipway/schema/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

/// The hash of one object with all its parts.
struct ObjectHash {
  Identity identity;
  std::string hash; ///< 64 lower-case hexadecimal digits
};

/// A hash tree over a schema: root over objects over their parts and properties. Two schemas have
/// the same root when compare() finds no difference between them.
struct Fingerprint {
  int server_version = 0;
  std::string root;                ///< 64 lower-case hexadecimal digits
  std::vector<ObjectHash> objects; ///< in canonical order
  /// "s1-150020-ROOT": the format of the hash, the server that deparsed the texts, the hash.
  std::string text() const;
};

/// SHA-256 over length-prefixed fields in canonical order; a property that is absent differs from
/// an empty one.
Fingerprint fingerprint(const Schema& schema);

/// How the text of two fingerprints relates. Expressions deparsed by different server versions may
/// differ in text without meaning anything else, so they are not compared.
enum class Relation { equal, different, not_comparable };
Relation relate(std::string_view one, std::string_view other);

/// The hash of an object without its names, for telling what was renamed. Texts of expressions
/// count as they are.
std::string shape_hash(const Object& object);

} // namespace slipway::schema
