// The migrations that the tests interrupt. Each statement's effect can be counted.
#include "kinds.hpp"

#include "slipway/test/migration_files.hpp"

#include <algorithm>
#include <stdexcept>

namespace slipway::test {

namespace {

Kind transactional() {
  return {
      .name = "transactional",
      .files = {{"1_orders.sql",
                 migration_text(
                     "CREATE TABLE orders (id int PRIMARY KEY, item int REFERENCES items (id));\n"
                     "INSERT INTO effects VALUES ('orders up');\n"
                     "ALTER TABLE items ADD COLUMN price int NOT NULL DEFAULT 1;",
                     "ALTER TABLE items DROP COLUMN price;\n"
                     "INSERT INTO effects VALUES ('orders down');\n"
                     "DROP TABLE orders;")},
                {"2_states.sql", migration_text("CREATE TYPE state AS ENUM ('new', 'done');\n"
                                                "ALTER TABLE orders ADD COLUMN state state;\n"
                                                "INSERT INTO effects VALUES ('states up');",
                                                "INSERT INTO effects VALUES ('states down');\n"
                                                "ALTER TABLE orders DROP COLUMN state;\n"
                                                "DROP TYPE state;")}}};
}

Kind non_transactional() {
  return {.name = "non_transactional",
          .files = {{"1_indexes.sql",
                     migration_text("VACUUM items;\n"
                                    "CREATE INDEX CONCURRENTLY items_code ON items (code);\n"
                                    "REINDEX INDEX CONCURRENTLY items_code;\n"
                                    "DROP INDEX CONCURRENTLY items_old;",
                                    "CREATE INDEX CONCURRENTLY items_old ON items (note);\n"
                                    "DROP INDEX CONCURRENTLY items_code;\n"
                                    "VACUUM items;")}}};
}

Kind mixed() {
  return {.name = "mixed",
          .files = {{"1_parts.sql",
                     migration_text("CREATE TABLE parts (id int PRIMARY KEY, item int);\n"
                                    "INSERT INTO effects VALUES ('parts up 1');\n"
                                    "CREATE INDEX CONCURRENTLY parts_item ON parts (item);\n"
                                    "INSERT INTO effects VALUES ('parts up 2');\n"
                                    "ALTER TABLE parts ADD COLUMN more text;",
                                    "ALTER TABLE parts DROP COLUMN more;\n"
                                    "INSERT INTO effects VALUES ('parts down 1');\n"
                                    "DROP INDEX CONCURRENTLY parts_item;\n"
                                    "INSERT INTO effects VALUES ('parts down 2');\n"
                                    "DROP TABLE parts;")}}};
}

Kind concurrent_index() {
  return {
      .name = "concurrent_index",
      .files = {{"1_indexes.sql",
                 migration_text("CREATE UNIQUE INDEX CONCURRENTLY items_code_key ON items (code);\n"
                                "CREATE INDEX CONCURRENTLY items_note ON items (note);",
                                "DROP INDEX CONCURRENTLY items_note;\n"
                                "DROP INDEX CONCURRENTLY items_code_key;")}}};
}

std::string counted(const std::string& what) {
  return "EXISTS (SELECT FROM effects WHERE what = '" + what + "')";
}

// Nothing in the catalog tells whether an INSERT was done, so slipway may ask; the answers are
// here.
Kind piecewise() {
  const std::string has_extra =
      "EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'extra')";
  return {.name = "piecewise",
          .files = {{"1_notes.sql", migration_text("INSERT INTO effects VALUES ('notes up 1');\n"
                                                   "UPDATE items SET note = note || 'x';\n"
                                                   "INSERT INTO effects VALUES ('notes up 3');\n"
                                                   "ALTER TABLE items ADD COLUMN extra int;",
                                                   "ALTER TABLE items DROP COLUMN extra;\n"
                                                   "INSERT INTO effects VALUES ('notes down 2');\n"
                                                   "UPDATE items SET note = note || 'y';\n"
                                                   "INSERT INTO effects VALUES ('notes down 4');",
                                                   "-- slipway:transaction off\n")}},
          .took_effect = {{Direction::up,
                           {{1, counted("notes up 1")},
                            {2, "NOT EXISTS (SELECT FROM items WHERE note NOT LIKE '%x')"},
                            {3, counted("notes up 3")},
                            {4, has_extra}}},
                          {Direction::down,
                           {{1, "NOT " + has_extra},
                            {2, counted("notes down 2")},
                            {3, "NOT EXISTS (SELECT FROM items WHERE note NOT LIKE '%y')"},
                            {4, counted("notes down 4")}}}}};
}

// Both ways end in the same failure, however often they are interrupted: nothing stays of it.
Kind failing() {
  const std::string fails =
      "CREATE UNIQUE INDEX CONCURRENTLY items_half ON items ((id % 2));\nSELECT 1;";
  return {
      .name = "failing",
      .files = {{"1_fine.sql", migration_text("INSERT INTO effects VALUES ('fine up');", fails)},
                {"2_fails.sql", migration_text(fails, "SELECT 1;")}}};
}

std::string waits(const std::string& index) {
  return "EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('" + index +
         "') AND NOT indisvalid)";
}

Kind broken_off() {
  return {.name = "broken_off",
          .files = {{"1_index.sql",
                     migration_text("CREATE INDEX CONCURRENTLY items_code ON items (code);\n"
                                    "INSERT INTO effects VALUES ('index up');",
                                    "CREATE INDEX CONCURRENTLY items_back ON items (code, id);\n"
                                    "DROP INDEX CONCURRENTLY items_code;")}},
          .took_effect = {},
          .interrupted_while = {{Direction::up, waits("items_code")},
                                {Direction::down, waits("items_back")}}};
}

} // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {transactional(),    non_transactional(), mixed(),
                                        concurrent_index(), piecewise(),         failing(),
                                        broken_off()};
  return all;
}

const Kind& kind_named(const std::string& name) {
  const auto found = std::find_if(kinds().begin(), kinds().end(),
                                  [&](const Kind& kind) { return kind.name == name; });
  if (found == kinds().end()) throw std::runtime_error("no kind " + name);
  return *found;
}

std::string common_ground() {
  return "CREATE TABLE effects (what text NOT NULL);\n"
         "CREATE TABLE items (id int PRIMARY KEY, code text NOT NULL, note text NOT NULL DEFAULT '');\n"
         "INSERT INTO items SELECT i, 'c' || i FROM generate_series(1, 20) AS i;\n"
         "CREATE INDEX items_old ON items (note);";
}

std::vector<std::string> whole_way(Direction direction) {
  if (direction == Direction::up) return {"up"};
  return {"down", "--to", "0"};
}

} // namespace slipway::test
