// What `slipway generate` puts into which file, and with which time limit.
#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace slipway::test {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class GenerateFiles : public RunnerTest {
protected:
  void file(const std::string& name, const std::string& text) { project_.write(name, text); }
  std::vector<std::string> generate(std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", "one", "change", "--to", "schema.sql", "--json"});
    const auto ran = run(more);
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    std::vector<std::string> texts;
    if (ran.status != 0) return texts;
    const auto report = ran.json();
    for (const auto& path : report["files"]) {
      texts.push_back(read_file(project_.file(path)));
      names_.push_back(path);
    }
    for (const auto& one : report["ways_back"]) classes_.push_back(one["class"]);
    return texts;
  }
  std::vector<std::string> names_;
  std::vector<std::string> classes_;
};

// What the release before still uses goes last, in a file that can wait for it.
TEST_F(GenerateFiles, WhatIsAddedAndWhatIsTakenAwayAreTwoFiles) {
  write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, legacy text);",
        "DROP TABLE users;");
  write("2_old.sql", "CREATE TABLE old (id int);", "DROP TABLE old;");
  file("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\n"
                     "CREATE TABLE fresh (id int);\n");
  const auto texts = generate({"--drop", "users.legacy", "--drop", "old", "--allow-data-loss",
                               "users.legacy", "--allow-data-loss", "old"});
  ASSERT_EQ(texts.size(), 2U);
  const auto up_of = [](const std::string& text) {
    return text.substr(0, text.find("-- slipway:down"));
  };
  EXPECT_TRUE(holds(up_of(texts[0]), "ADD COLUMN email")) << texts[0];
  EXPECT_TRUE(holds(up_of(texts[0]), "CREATE TABLE public.fresh")) << texts[0];
  EXPECT_FALSE(holds(up_of(texts[0]), "DROP")) << texts[0];
  EXPECT_TRUE(holds(up_of(texts[1]), "DROP COLUMN legacy")) << texts[1];
  EXPECT_TRUE(holds(up_of(texts[1]), "DROP TABLE public.old")) << texts[1];
  EXPECT_FALSE(holds(up_of(texts[1]), "CREATE")) << texts[1];
  EXPECT_EQ(classes_, (std::vector<std::string>{"exact", "lossy"}));
  EXPECT_TRUE(holds(texts[0], "-- slipway:phase expand\n")) << texts[0];
  EXPECT_TRUE(holds(texts[1], "-- slipway:phase contract\n")) << texts[1];
  EXPECT_TRUE(holds(names_[0], "one_change_1_expand")) << names_[0];
  EXPECT_TRUE(holds(names_[1], "one_change_2_contract")) << names_[1];

  ASSERT_EQ(run({"up"}).status, 0);
  EXPECT_EQ(run({"diff", "target", "schema.sql"}).status, 0);
  ASSERT_EQ(run({"down", "--to", "2"}).status, 0);
  file("before.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, legacy text);\n"
                     "CREATE TABLE old (id int);\n");
  EXPECT_EQ(run({"diff", "target", "before.sql"}).status, 0);
}

// Statement by statement, since one of them cannot be in a transaction.
TEST_F(GenerateFiles, EverythingIsInOneFileWhereThatIsWanted) {
  write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, legacy text);",
        "DROP TABLE users;");
  file("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n"
                     "CREATE INDEX by_id ON users (id);\n");
  const auto texts =
      generate({"--one-file", "--drop", "users.legacy", "--allow-data-loss", "users.legacy"});
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_FALSE(holds(texts[0], "slipway:phase")) << texts[0];
  EXPECT_TRUE(holds(texts[0], "DROP COLUMN legacy")) << texts[0];
  EXPECT_TRUE(holds(texts[0], "CREATE INDEX CONCURRENTLY")) << texts[0];
  const auto up = run({"up"});
  ASSERT_EQ(up.status, 0) << up.err;
  EXPECT_EQ(run({"diff", "target", "schema.sql"}).status, 0);
  const auto down = run({"down", "--to", "1"});
  EXPECT_EQ(down.status, 0) << down.err << texts[0];
}

// A check gives way to another in one step, and its rows are looked at after a commit.
TEST_F(GenerateFiles, WhatDoesNotFitIntoOneFileIsSaid) {
  write("1_a.sql", "CREATE TABLE a (n int CONSTRAINT c CHECK (n > 0));", "DROP TABLE a;");
  file("schema.sql", "CREATE TABLE a (n int CONSTRAINT c CHECK (n > 1));\n");
  const auto ran = run({"generate", "one", "change", "--to", "schema.sql", "--one-file"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(holds(ran.err, "it does not fit into one file")) << ran.err;
  ASSERT_EQ(run({"up"}).status, 0);
  EXPECT_EQ(run({"diff", "target", "schema.sql"}).status, 0);
}

// Another order would not lead there.
TEST_F(GenerateFiles, WhatHasToGoBeforeSomethingComesStaysInItsOrder) {
  write("1_users.sql", "CREATE TABLE a (id int); CREATE TABLE x (id int, n int);",
        "DROP TABLE a, x;");
  file("schema.sql", "CREATE VIEW a AS SELECT 1 AS id;\nCREATE TABLE x (id int);\n");
  const auto texts = generate(
      {"--drop", "a", "--drop", "x.n", "--allow-data-loss", "a", "--allow-data-loss", "x.n"});
  EXPECT_FALSE(texts.empty());
  ASSERT_EQ(run({"up"}).status, 0);
  EXPECT_EQ(run({"diff", "target", "schema.sql"}).status, 0);
}

// The table is as large as it is where the migration will run; the usual limit is said to be small,
// so that the test need not wait for gigabytes.
TEST_F(GenerateFiles, TimeLimitsFollowTheSizeOfTheTables) {
  exec("CREATE TABLE big (id int, name text); CREATE TABLE small (id int);"
       "INSERT INTO big SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 50000) AS i");
  file("schema.sql", "CREATE TABLE big (id int, name text, CONSTRAINT c CHECK (id > 0));\n"
                     "CREATE TABLE small (id int, CONSTRAINT d CHECK (id > 0));\n");
  const auto usual = generate({"--from", "target"});
  for (const auto& text : usual) EXPECT_FALSE(holds(text, "statement-timeout")) << text;
  for (const auto& name : names_) std::filesystem::remove(project_.file(name));
  file("slipway.toml", "[apply]\nstatement_timeout = \"1s\"\n");
  const auto texts = generate({"--from", "target"});
  std::string all;
  for (const auto& text : texts) all += text;
  EXPECT_TRUE(holds(all, "-- slipway:statement-timeout 1min\n")) << all;
  EXPECT_TRUE(holds(all, "-- May take long, as \"public\".\"big\" has ") ||
              holds(all, "-- May take long, as public.big has "))
      << all;
  EXPECT_FALSE(holds(all, "small has")) << all;
  const auto up = run({"up"});
  EXPECT_EQ(up.status, 0) << up.err;
  EXPECT_EQ(run({"diff", "target", "schema.sql"}).status, 0);
}

} // namespace
} // namespace slipway::test
