// Each migration undoes exactly what it did, so the state of a target is known from its newest
// version alone, whatever way it came there.
#include "soak_world.hpp"

#include "slipway/test/migration_files.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace slipway::test {

namespace {

/// Writes the two sections of a migration and keeps the number of each statement that counts.
class Sections {
public:
  explicit Sections(int version) : version_(version) {}

  void both(const std::string& up, const std::string& down) {
    add(up);
    downs_.insert(downs_.begin(), {down, {}});
  }
  /// A statement that counts, at this place of either section.
  void tally() {
    const auto name = fmt::format("{}.{}", version_, ++count_);
    names_.push_back(name);
    migration_.tallies[Direction::up][number_ + 1] = name;
    add(fmt::format("UPDATE tally SET n = n + 1 WHERE what = '{}'", name));
    downs_.insert(downs_.begin(),
                  {fmt::format("UPDATE tally SET n = n - 1 WHERE what = '{}'", name), name});
  }
  SoakMigration take(std::vector<std::string>& names) {
    int number = 0;
    for (const auto& [sql, name] : downs_) {
      ++number;
      migration_.down += sql + ";\n";
      if (!name.empty()) migration_.tallies[Direction::down][number] = name;
    }
    names.insert(names.end(), names_.begin(), names_.end());
    return std::move(migration_);
  }
  void each_on_its_own() { migration_.piecewise = true; }

private:
  void add(const std::string& sql) {
    ++number_;
    migration_.up += sql + ";\n";
  }

  int version_;
  int number_ = 0;
  int count_ = 0;
  SoakMigration migration_;
  std::vector<std::pair<std::string, std::string>> downs_; ///< statement, and its tally if any
  std::vector<std::string> names_;
};

int below(std::mt19937_64& random, std::size_t limit) {
  return std::uniform_int_distribution<int>(0, static_cast<int>(limit) - 1)(random);
}

} // namespace

SoakWorld::SoakWorld(std::uint64_t seed, int count) {
  Random random(seed);
  for (int i = 1; i <= count; ++i) {
    constexpr std::size_t k_sorts = 8;
    // The first ones are tables, for the others to work on.
    const int sort = i <= 3 ? 0 : below(random, k_sorts);
    switch (sort) {
    case 0:
      migrations_.push_back(table(i));
      break;
    case 1:
      migrations_.push_back(column(i, random));
      break;
    case 2:
      migrations_.push_back(foreign_key(i, random));
      break;
    case 3:
      migrations_.push_back(data_change(i, random));
      break;
    case 4:
      migrations_.push_back(enum_value(i));
      break;
    case 5:
      migrations_.push_back(concurrent_index(i, random));
      break;
    case 6:
      migrations_.push_back(rebuilt_index(i, random));
      break;
    default:
      migrations_.push_back(pieces(i, random));
    }
  }
}

std::string SoakWorld::some_table(Random& random) const {
  return tables_[static_cast<std::size_t>(below(random, tables_.size()))];
}

SoakMigration SoakWorld::table(int i) {
  Sections sections(i);
  const auto name = fmt::format("t{}", i);
  sections.both(fmt::format("CREATE TABLE {} (id int PRIMARY KEY, v int NOT NULL)", name),
                fmt::format("DROP TABLE {}", name));
  sections.both(fmt::format("INSERT INTO {} SELECT i, 0 FROM generate_series(1, 10) AS i", name),
                fmt::format("DELETE FROM {}", name));
  sections.tally();
  tables_.push_back(name);
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::column(int i, Random& random) {
  Sections sections(i);
  const auto table = some_table(random);
  sections.tally();
  sections.both(fmt::format("ALTER TABLE {} ADD COLUMN c{} int DEFAULT {}", table, i, i),
                fmt::format("ALTER TABLE {} DROP COLUMN c{}", table, i));
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::foreign_key(int i, Random& random) {
  Sections sections(i);
  const auto table = some_table(random);
  const auto parent = some_table(random);
  sections.both(fmt::format("ALTER TABLE {} ADD COLUMN f{} int", table, i),
                fmt::format("ALTER TABLE {} DROP COLUMN f{}", table, i));
  sections.both(fmt::format("ALTER TABLE {} ADD CONSTRAINT fk{} FOREIGN KEY (f{}) REFERENCES {} "
                            "(id) NOT VALID",
                            table, i, i, parent),
                fmt::format("ALTER TABLE {} DROP CONSTRAINT fk{}", table, i));
  sections.tally();
  sections.both(fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT fk{}", table, i), "SELECT 1");
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::data_change(int i, Random& random) {
  Sections sections(i);
  const auto table = some_table(random);
  sections.both(fmt::format("UPDATE {} SET v = v + 1", table),
                fmt::format("UPDATE {} SET v = v - 1", table));
  sections.tally();
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::enum_value(int i) {
  Sections sections(i);
  sections.both(fmt::format("CREATE TYPE e{} AS ENUM ('a')", i), fmt::format("DROP TYPE e{}", i));
  sections.tally();
  sections.both(fmt::format("ALTER TYPE e{} ADD VALUE 'b'", i), "SELECT 1");
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::concurrent_index(int i, Random& random) {
  Sections sections(i);
  const auto table = some_table(random);
  sections.tally();
  sections.both(fmt::format("CREATE INDEX CONCURRENTLY i{} ON {} (v)", i, table),
                fmt::format("DROP INDEX CONCURRENTLY i{}", i));
  sections.tally();
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::rebuilt_index(int i, Random& random) {
  Sections sections(i);
  const auto table = some_table(random);
  sections.both(fmt::format("CREATE UNIQUE INDEX CONCURRENTLY i{} ON {} (id, v)", i, table),
                fmt::format("DROP INDEX CONCURRENTLY i{}", i));
  sections.both(fmt::format("REINDEX INDEX CONCURRENTLY i{}", i), "SELECT 1");
  sections.both(fmt::format("VACUUM {}", table), fmt::format("VACUUM {}", table));
  sections.tally();
  return sections.take(tally_names_);
}

SoakMigration SoakWorld::pieces(int i, Random& random) {
  Sections sections(i);
  sections.each_on_its_own();
  const auto table = some_table(random);
  sections.tally();
  sections.both(fmt::format("ALTER TABLE {} ADD COLUMN p{} int", table, i),
                fmt::format("ALTER TABLE {} DROP COLUMN p{}", table, i));
  sections.tally();
  sections.both(fmt::format("CREATE INDEX CONCURRENTLY i{} ON {} (p{})", i, table, i),
                fmt::format("DROP INDEX CONCURRENTLY i{}", i));
  sections.tally();
  return sections.take(tally_names_);
}

std::string SoakWorld::ground() const {
  std::string sql = "CREATE TABLE tally (what text PRIMARY KEY, n int NOT NULL DEFAULT 0);\n";
  for (const auto& name : tally_names_)
    sql += fmt::format("INSERT INTO tally VALUES ('{}');\n", name);
  return sql;
}

void SoakWorld::write_to(const ProjectFolder& project) const {
  for (std::size_t i = 0; i < migrations_.size(); ++i) {
    const auto& one = migrations_[i];
    project.write(
        fmt::format("migrations/{}_m.sql", i + 1),
        migration_text(one.up, one.down, one.piecewise ? "-- slipway:transaction off\n" : ""));
  }
}

std::string SoakWorld::took_effect(int version, Direction direction, int statement) const {
  const auto& migration = migrations_.at(static_cast<std::size_t>(version - 1));
  const auto by_number = migration.tallies.find(direction);
  if (by_number != migration.tallies.end())
    if (const auto name = by_number->second.find(statement); name != by_number->second.end())
      return fmt::format("(SELECT n = {} FROM tally WHERE what = '{}')",
                         direction == Direction::up ? 1 : 0, name->second);
  throw std::runtime_error(fmt::format("slipway asks about statement {} of {} {}, which the "
                                       "catalog can tell",
                                       statement, direction_name(direction), version));
}

} // namespace slipway::test
