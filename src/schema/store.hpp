#pragma once

#include "slipway/schema/schema.hpp"

#include <deque>
#include <string>
#include <unordered_set>

namespace slipway::schema {

/// Texts that live as long as it, each kept once. A schema of ten thousand tables has hundreds of
/// thousands of values and few different ones.
class TextPool {
public:
  std::string_view keep(std::string_view text);

private:
  std::string_view copy(std::string_view text);
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::unordered_set<std::string_view> known_;
};

/// What objects are views into.
struct Object::Store {
  struct Entry {
    Kind kind = Kind::table;
    std::uint16_t values = 0;
    Index first_value = 0;
    Index parent = 0; ///< itself, when it is no part
    Index parts = 0;  ///< how many follow it
    std::string_view schema, name, part;
  };
  Origin origin;
  TextPool texts;
  std::vector<Entry> entries;
  std::vector<Value> values;
  std::vector<Index> tops;
  std::vector<Dependency> dependencies;
  bool dependencies_read = false;
};

} // namespace slipway::schema
