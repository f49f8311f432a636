// Nothing in the server's own catalogs is overlooked: every column is read or ignored with a
// reason, what is said to be read is in the queries, and a change of it changes the fingerprint.
#include "catalog_lists.hpp"
#include "changed_by.hpp"
#include "every_kind.hpp"

#include "slipway/schema/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slipway::inspect {
namespace {

class BlindSpots : public ChangedByTest {
protected:
  /// CATALOG.COLUMN of each column of each catalog that this server has.
  std::vector<std::string> columns_of_server() {
    std::vector<std::string> columns;
    for (const auto& row :
         rows("SELECT c.relname, c.relname || '.' || a.attname FROM pg_class AS c "
              "JOIN pg_attribute AS a ON a.attrelid = c.oid "
              "WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' "
              "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum"))
      if (!known_.contains(row[0])) columns.push_back(row[1]);
    return columns;
  }

  /// Everything that a reading of a database with an object of every kind sends to the server.
  std::string statements_of_a_reading() {
    exec(every_kind_sql(major_version()));
    auto session = connect();
    std::string sent;
    session.on_notice([&](const SqlError& notice) { sent += notice.message + "\n"; });
    test::exec(session, "SET log_statement = 'all'; SET client_min_messages = 'log'");
    Scope scope;
    scope.dependencies = true;
    scope.extension_versions = true;
    read(session, scope);
    return sent;
  }

  static bool is_word_in(const std::string& word, const std::string& text) {
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    };
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const auto end = at + word.size();
      if ((at == 0 || !is_name(text[at - 1])) && (end == text.size() || !is_name(text[end])))
        return true;
    }
    return false;
  }

  /// A digest of all that a column holds.
  std::string content_of(const std::string& column) {
    const auto dot = column.find('.');
    const auto name = column.substr(dot + 1);
    return value("SELECT md5(COALESCE(string_agg(" + name + "::text, ',' ORDER BY " + name +
                 "::text), '')) FROM pg_catalog." + column.substr(0, dot));
  }

  const std::map<std::string, std::string> known_ = catalog_columns();
};

bool changes_something(const std::string& entry) {
  return entry == "read" || entry.rfind("by ", 0) == 0;
}

// A new version of PostgreSQL fails here until somebody has thought about what it brings.
TEST_F(BlindSpots, every_column_of_every_catalog_is_read_or_ignored_with_a_reason) {
  for (const auto& column : columns_of_server()) {
    EXPECT_TRUE(known_.contains(column)) << column << " is not in catalog_columns.txt";
  }
  for (const auto& [name, entry] : known_) {
    const bool ignored = entry.rfind("ignored: ", 0) == 0 && entry.size() > 12;
    EXPECT_TRUE(changes_something(entry) || entry == "link" || ignored) << name << " " << entry;
  }
}

TEST_F(BlindSpots, what_is_said_to_be_read_is_in_the_queries) {
  const auto sent = statements_of_a_reading();
  ASSERT_TRUE(is_word_in("pg_class", sent)) << "no statement was caught";
  EXPECT_FALSE(is_word_in("relpages", sent));
  for (const auto& column : columns_of_server()) {
    const auto found = known_.find(column);
    if (found == known_.end() || found->second.rfind("ignored: ", 0) == 0) continue;
    const auto& entry = found->second;
    std::string word;
    if (entry == "read" || entry == "link") word = column.substr(column.find('.') + 1);
    if (entry.rfind("by ", 0) == 0) word = entry.substr(3);
    EXPECT_TRUE(is_word_in(word, sent)) << column << " " << entry;
  }
}

TEST_F(BlindSpots, a_change_is_listed_for_each_column_that_is_read) {
  std::set<std::string> changed;
  for (const auto& change : catalog_changes(major_version()))
    changed.insert(change.columns.begin(), change.columns.end());
  for (const auto& column : columns_of_server()) {
    const auto found = known_.find(column);
    if (found == known_.end() || !changes_something(found->second)) continue;
    EXPECT_TRUE(changed.contains(column)) << column << " is not in catalog_changes.txt";
  }
}

// Fails when any one property is no longer set, as it did with LEAKPROOF taken out of the query: it
// is the list of all that can be overlooked.
TEST_F(BlindSpots, each_change_of_a_column_changes_the_fingerprint) {
  exec(every_kind_sql(major_version()));
  auto reader = connect();
  auto before = schema::fingerprint(read(reader)).root;
  for (const auto& change : catalog_changes(major_version())) {
    if (change.sql.empty()) continue;
    std::map<std::string, std::string> contents;
    for (const auto& column : change.columns) contents[column] = content_of(column);
    try {
      exec(change.sql);
    } catch (const std::runtime_error& error) {
      ADD_FAILURE() << change.sql << "\n" << error.what();
      continue;
    }
    for (const auto& [column, content] : contents)
      EXPECT_NE(content_of(column), content) << column << " was not changed by " << change.sql;
    const auto after = schema::fingerprint(read(reader)).root;
    EXPECT_TRUE(change.columns.empty() || after != before)
        << change.columns.front() << " was changed by " << change.sql;
    before = after;
  }
}

} // namespace
} // namespace slipway::inspect
