#pragma once

#include "built_program.hpp"

#include "slipway/base/event.hpp"
#include "slipway/pg/session.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace slipway::test {

/// One migration of a soak. Its statements that count have a row each in the table `tally`, which
/// up raises by one and down lowers by one: 1 when the migration is applied, else 0. Anything else
/// is an effect that was lost or came twice.
struct SoakMigration {
  std::string up;
  std::string down;
  bool piecewise = false; ///< transaction off
  /// Statement number -> row in `tally`, by direction.
  std::map<Direction, std::map<int, std::string>> tallies = {};
};

/// A mixed set of migrations made from a seed.
class SoakWorld {
public:
  SoakWorld(std::uint64_t seed, int count);

  /// SQL that makes what the migrations build on.
  std::string ground() const;
  void write_to(const ProjectFolder& project) const;
  int size() const { return static_cast<int>(migrations_.size()); }
  /// An SQL expression: whether a statement took effect. Throws for one that does not count.
  std::string took_effect(int version, Direction direction, int statement) const;

private:
  using Random = std::mt19937_64;
  SoakMigration table(int i);
  SoakMigration column(int i, Random& random);
  SoakMigration foreign_key(int i, Random& random);
  SoakMigration data_change(int i, Random& random);
  SoakMigration enum_value(int i);
  SoakMigration concurrent_index(int i, Random& random);
  SoakMigration rebuilt_index(int i, Random& random);
  SoakMigration pieces(int i, Random& random);
  std::string some_table(Random& random) const;

  std::vector<SoakMigration> migrations_;
  std::vector<std::string> tables_;
  std::vector<std::string> tally_names_;
};

} // namespace slipway::test
