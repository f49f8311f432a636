// What is rolled back. The tables have a column `token` that no kind touches: the oracle reads it.
#include "kinds.hpp"

namespace slipway::test {

namespace {

DrillKind additive() {
  return {.name = "additive",
          .up = "ALTER TABLE items ADD COLUMN extra text DEFAULT 'x';\n"
                "CREATE TABLE fresh (id bigint PRIMARY KEY, token text NOT NULL);",
          .down = "DROP TABLE fresh;\nALTER TABLE items DROP COLUMN extra;",
          .bad_down = "ALTER TABLE items DROP COLUMN extra;"};
}

DrillKind drop_column() {
  return {.name = "drop_column",
          .up = "ALTER TABLE items DROP COLUMN gone;",
          .down = "ALTER TABLE items ADD COLUMN gone text DEFAULT 'g0';",
          .bad_down = "ALTER TABLE items ADD COLUMN gone int;",
          .loses = true};
}

// As generate writes it. The bad one names what it would take back, and fails.
DrillKind soft_drop() {
  const std::string place = "slipway_trash_20261120103000_public";
  const std::string column = "slipway_trash_20261120103000_gone";
  const std::string back = "ALTER TABLE items RENAME COLUMN " + column + " TO gone;\nALTER TABLE " +
                           place + ".extras SET SCHEMA public;\nDROP SCHEMA " + place + ";";
  return {.name = "soft_drop",
          .up = "CREATE SCHEMA " + place + ";\nALTER TABLE extras SET SCHEMA " + place +
                ";\nALTER TABLE items RENAME COLUMN gone TO " + column + ";",
          .down = back,
          .bad_down = back + "\nALTER TABLE items RENAME COLUMN nope TO no;"};
}

DrillKind rename() {
  return {.name = "rename",
          .up = "ALTER TABLE items RENAME COLUMN a TO label;\nALTER TABLE wide RENAME TO broad;",
          .down = "ALTER TABLE broad RENAME TO wide;\nALTER TABLE items RENAME COLUMN label TO a;",
          .bad_down = "ALTER TABLE items RENAME COLUMN labl TO a;"};
}

DrillKind swap_of_names() {
  return {.name = "swap_of_names",
          .up = "ALTER TABLE items RENAME COLUMN a TO x;\nALTER TABLE items RENAME COLUMN b TO a;\n"
                "ALTER TABLE items RENAME COLUMN x TO b;",
          .down =
              "ALTER TABLE items RENAME COLUMN b TO x;\nALTER TABLE items RENAME COLUMN a TO b;\n"
              "ALTER TABLE items RENAME COLUMN x TO a;",
          .bad_down = "SELECT 1;"};
}

DrillKind retype() {
  return {.name = "retype",
          .up = "ALTER TABLE items ALTER COLUMN n TYPE bigint;\n"
                "ALTER TABLE wide ALTER COLUMN n TYPE bigint;",
          .down = "ALTER TABLE wide ALTER COLUMN n TYPE int;\n"
                  "ALTER TABLE items ALTER COLUMN n TYPE int;",
          .bad_down = "ALTER TABLE items ALTER COLUMN n TYPE int;"};
}

DrillKind split() {
  return {.name = "split",
          .up = "ALTER TABLE people ADD COLUMN first text, ADD COLUMN last text;\n"
                "UPDATE people SET first = split_part(full_name, ' ', 1), "
                "last = split_part(full_name, ' ', 2);\nALTER TABLE people DROP COLUMN full_name;",
          .down = "ALTER TABLE people ADD COLUMN full_name text;\n"
                  "UPDATE people SET full_name = first || ' ' || last;\n"
                  "ALTER TABLE people DROP COLUMN first, DROP COLUMN last;",
          .bad_down = "ALTER TABLE people DROP COLUMN frist;",
          .loses = true};
}

DrillKind drop_table() {
  return {.name = "drop_table",
          .up = "DROP TABLE extras;",
          .down = "CREATE TABLE extras (id bigint PRIMARY KEY, token text NOT NULL);",
          .bad_down = "CREATE TABLE extras (id int);",
          .loses = true,
          .only_in_old = "extras"};
}

DrillKind constraint() {
  return {
      .name = "constraint",
      .up = "ALTER TABLE items ADD CONSTRAINT items_small CHECK (n < 1000);",
      .down = "ALTER TABLE items DROP CONSTRAINT items_small;",
      .bad_down =
          "ALTER TABLE items DROP CONSTRAINT items_small;\nALTER TABLE items DROP CONSTRAINT x;"};
}

DrillKind data_migration() {
  return {.name = "data_migration",
          .up = "UPDATE items SET b = upper(b);",
          .down = "UPDATE items SET b = lower(b);",
          .bad_down = "UPDATE items SET b = lower(b);\nSELECT 1 / 0;",
          .changes_rows = true};
}

DrillKind not_transactional() {
  return {.name = "not_transactional",
          .up = "CREATE INDEX CONCURRENTLY items_a ON items (a);\n"
                "CREATE INDEX CONCURRENTLY items_b ON items (b);",
          .down = "DROP INDEX CONCURRENTLY items_b;\nDROP INDEX CONCURRENTLY items_a;",
          .bad_down = "DROP INDEX CONCURRENTLY items_b;\nDROP INDEX CONCURRENTLY items_x;",
          .piecewise = true};
}

DrillKind half_applied() {
  const std::string half = "ALTER TABLE items ADD COLUMN extra text;\n"
                           "CREATE INDEX CONCURRENTLY items_extra ON items (extra);\n";
  const std::string fails = "CREATE INDEX CONCURRENTLY items_nope ON items (nope);";
  return {.name = "half_applied",
          .up = half + fails,
          .down = "DROP INDEX items_nope;\nALTER TABLE items DROP COLUMN extra;",
          .bad_down = "DROP INDEX items_nope;\nALTER TABLE items DROP COLUMN extra;",
          .bad_up = half + "UPDATE items SET b = b;\n" + fails,
          .up_fails = true,
          .piecewise = true};
}

} // namespace

const std::vector<DrillKind>& drill_kinds() {
  static const std::vector<DrillKind> all = {additive(),       drop_column(),       soft_drop(),
                                             rename(),         swap_of_names(),     retype(),
                                             split(),          drop_table(),        constraint(),
                                             data_migration(), not_transactional(), half_applied()};
  return all;
}

// One row of `wide` takes a page, so that a small disk is full of it: 24 MB.
std::string drill_ground() {
  return "CREATE TABLE items (id bigint PRIMARY KEY, token text NOT NULL, a text DEFAULT 'a0', "
         "b text DEFAULT 'b0', n int DEFAULT 0, gone text DEFAULT 'g0');\n"
         "CREATE TABLE orders (token text PRIMARY KEY, item bigint NOT NULL REFERENCES items);\n"
         "CREATE TABLE lines (text text NOT NULL);\n"
         "CREATE TABLE people (id bigint PRIMARY KEY, token text NOT NULL, full_name text);\n"
         "CREATE TABLE extras (id bigint PRIMARY KEY, token text NOT NULL);\n"
         "CREATE TABLE wide (id int PRIMARY KEY, n int, text text) WITH (fillfactor = 10);\n"
         "CREATE SEQUENCE numbers;\n"
         "INSERT INTO items (id, token, a, b, n, gone) SELECT i, 's' || i, 'a' || i, 'b' || i, i, "
         "'g' || i FROM generate_series(1, 200) AS i;\n"
         "INSERT INTO orders SELECT 's' || i, i FROM generate_series(1, 50) AS i;\n"
         "INSERT INTO people SELECT i, 's' || i, 'Ada L' || i FROM generate_series(1, 50) AS i;\n"
         "INSERT INTO extras SELECT i, 's' || i FROM generate_series(1, 50) AS i;\n"
         "INSERT INTO wide SELECT i, i, repeat('x', 1500) FROM generate_series(1, 3000) AS i;\n";
}

} // namespace slipway::test
