// Rows out of texts that each type's input may take; what a table refuses is tried again with
// other ones.
#include "random_rows.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/test/test_server.hpp"

#include <map>
#include <random>

namespace slipway::test {

namespace {

constexpr int k_rows_of_a_table = 6;
constexpr int k_attempts = 40;
constexpr std::uint64_t k_null_each = 6;
constexpr std::uint64_t k_default_each = 12;

// Below domains, and below arrays with "[]" behind it.
constexpr const char* k_columns = R"sql(
WITH RECURSIVE ground AS (
  SELECT t.oid, t.oid AS at, t.typbasetype FROM pg_catalog.pg_type AS t
  UNION ALL
  SELECT g.oid, b.oid, b.typbasetype FROM ground AS g JOIN pg_catalog.pg_type AS b ON b.oid = g.typbasetype)
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.quote_ident(a.attname),
       CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.typtype = 'c' THEN 'composite' WHEN t.typtype = 'r' THEN 'range'
            WHEN t.typcategory = 'A' THEN e.typname || '[]' ELSE t.typname END,
       (SELECT pg_catalog.string_agg(l.enumlabel, ',' ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum AS l
         WHERE l.enumtypid = t.oid OR l.enumtypid = e.oid)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN ground AS g ON g.oid = a.atttypid AND g.typbasetype = 0
JOIN pg_catalog.pg_type AS t ON t.oid = g.at
LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem AND t.typcategory = 'A'
WHERE c.relkind IN ('r', 'p')
ORDER BY n.nspname, c.relname, a.attname)sql";

using Texts = std::vector<std::string>;

struct Column {
  std::string name;
  std::string type;
  Texts labels;
};

Texts parted(const std::string& text) {
  Texts parts;
  if (text == "NULL") return parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

class RandomRow {
public:
  explicit RandomRow(std::uint64_t seed) : random_(seed) {}

  std::string insert(const std::string& table, const std::vector<Column>& columns) {
    std::string names;
    std::string values;
    for (const auto& column : columns) {
      names += (names.empty() ? "" : ", ") + column.name;
      values += (values.empty() ? "" : ", ") + value(column);
    }
    return "INSERT INTO " + table + " (" + names + ") OVERRIDING SYSTEM VALUE VALUES (" + values +
           ")";
  }

private:
  std::string value(const Column& column) {
    if (random_() % k_null_each == 0) return "NULL";
    if (random_() % k_default_each == 0) return "DEFAULT";
    const auto& texts = column.type == "enum" && !column.labels.empty()
                            ? column.labels
                            : values_to_try(column.type);
    return quote_literal(texts[random_() % texts.size()]);
  }

  std::mt19937_64 random_;
};

} // namespace

const Texts& values_to_try(const std::string& type) {
  static const Texts k_whole{"1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "17", "0", "-1"};
  static const Texts k_words{
      "x",           "ok",        "bad",    "a",        "b",
      "c",           "d",         "",       "it's",     "007",
      "12",          "3",         "abc   ", "true",     "1.50",
      "{}",          "a@b",       "A",      "\xc3\xbc", "a long text of more than forty characters",
      "ten letters", "2024-01-01"};
  static const Texts k_moments{"2024-01-01 10:00:00.123456", "2020-02-03 00:00", "2024-01-01 10:00",
                               "1999-12-31 23:59:59.9",      "infinity",         "2021-05-05"};
  static const std::map<std::string, Texts> k_special{
      {"int4",
       {"1", "2", "3", "4", "5", "6", "7", "9", "10", "13", "25", "0", "-1", "40000",
        "2000000000"}},
      {"int8",
       {"1", "2", "3", "4", "5", "6", "7", "9", "10", "13", "0", "-5", "70000", "3000000000",
        "9007199254740993"}},
      {"numeric",
       {"1", "2", "3.00", "1.5", "2.25", "0", "-3", "123456.78", "7.1234567", "999999", "31.00"}},
      {"float8", {"1", "2", "0.1", "1.5", "1e20", "-0", "NaN", "1234567.891"}},
      {"float4", {"1", "2", "0.1", "1.5", "1e10", "NaN"}},
      {"bool", {"true", "false"}},
      {"json", {R"({"a": 1})", "[]", "1", R"({"b":2,"b":3})"}},
      {"jsonb", {R"({"a": 1})", "[]", "1", R"("x")"}},
      {"interval", {"1 day 02:03:04.5", "1 mon", "-3 days", "00:00:01.123456"}},
      {"uuid", {"00000000-0000-0000-0000-000000000000", "11111111-2222-3333-4444-555555555555"}},
      {"bytea", {"\\x00ff", "\\x", "\\x6f6b"}},
      {"inet", {"10.0.0.1", "10.0.0.1/24", "::1"}},
      {"cidr", {"10.0.0.0/8", "10.0.0.1/32"}},
      {"point", {"(1,2)", "(0,0)"}},
      {"tsvector", {"a b", "c:1"}},
      {"xml", {"<a/>", "text"}},
      {"bit", {"1"}},
      {"varbit", {"1", "101", "10101010", ""}},
      {"composite", {"(1,x)", "(2,)", "(,)"}},
      {"range", {"empty", "[1,2)", "[3,9)", "(,5)"}},
      {"int4range", {"empty", "[1,2)", "[3,9)", "[10,20)"}},
      {"daterange", {"[2024-01-01,2024-02-01)", "[2024-02-01,2024-03-01)"}},
      {"date", {"2024-01-01", "2020-02-03", "1999-12-31", "infinity"}},
      {"time", {"10:00", "23:59:59.123456"}},
      {"_", {"{}", "{1,2}", "{3,NULL}", "{abc}", "{{1,2},{3,4}}"}},
      {"enum[]", {"{}", "{ok}", "{one,two}"}},
      {"abc", {"abc"}}};
  if (const auto found = k_special.find(type); found != k_special.end()) return found->second;
  if (type.starts_with("timestamp")) return k_moments;
  if (type == "int2") return k_whole;
  if (type.ends_with("[]")) return k_special.at("_");
  return k_words;
}

int fill_with_rows(pg::Session& session, std::uint64_t seed) {
  std::map<std::string, std::vector<Column>> tables;
  for (const auto& row : rows(session, k_columns))
    tables[row[0]].push_back({row[1], row[2], parted(row[3])});
  RandomRow random(seed);
  std::map<std::string, int> taken;
  int all = 0;
  // What refers to a table that has no rows yet is taken the second time.
  for (int pass = 0; pass < 2; ++pass)
    for (const auto& [table, columns] : tables)
      for (int attempt = 0; attempt < k_attempts && taken[table] < k_rows_of_a_table; ++attempt) {
        const auto done = session.query(SqlText(random.insert(table, columns)), {}, long_wait());
        if (!done) continue;
        ++taken[table];
        ++all;
      }
  return all;
}

} // namespace slipway::test
