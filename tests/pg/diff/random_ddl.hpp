#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace slipway::test {

/// Random statements over a small set of names, so that they often meet the same objects. Any of
/// them may fail: what stands after running them all, errors ignored, is a random schema.
class RandomDdl {
public:
  explicit RandomDdl(std::uint64_t seed) : random_(seed) {}

  /// Statements that make something of every kind.
  std::vector<std::string> creations(int count);
  /// Statements that change, drop or add to what creations() made.
  std::vector<std::string> mutations(int count);

private:
  using Maker = std::string (RandomDdl::*)();

  int below(int limit);
  bool chance(int percent) { return below(100) < percent; }
  std::string pick(const std::vector<std::string>& from);
  std::string schema();
  std::string table();
  std::string column();
  std::string type();
  std::string constant(const std::string& type);
  std::string expression();
  std::string predicate();
  std::string function();
  std::string role();
  std::string number(int limit) { return std::to_string(below(limit) + 1); }

  std::string create_type();
  std::string create_sequence();
  std::string create_function();
  std::string create_table();
  std::string create_partition();
  std::string create_view();
  std::string create_index();
  std::string create_trigger();
  std::string create_policy();
  std::string create_constraint();
  std::string create_other();
  std::string alter_column();
  std::string alter_table();
  std::string alter_type();
  std::string alter_other();
  std::string drop();
  std::string grant();
  std::string comment();

  std::mt19937_64 random_;
};

} // namespace slipway::test
