// Renames that the release before does not notice: a view stands under the old names in between.
#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace slipway::test {
namespace {

class KeptNames : public RunnerTest {
protected:
  // A role with rights of its own, that of the application.
  static std::string users(const std::string& name) {
    return "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, " + name +
           " text NOT NULL, email text UNIQUE);\nCREATE INDEX by_name ON users (" + name +
           ");\nGRANT SELECT, INSERT ON users TO pg_monitor;\nGRANT UPDATE (" + name +
           ") ON users TO pg_monitor;\n";
  }
  void begin() {
    write("1_users.sql", users("name"), "DROP TABLE users;");
    write("2_rows.sql", "INSERT INTO users (name, email) VALUES ('ann', 'a@x');",
          "DELETE FROM users;");
  }
  std::vector<std::string> generate(const std::string& to, const std::string& rename) {
    project_.write("schema.sql", to);
    const auto ran = run({"generate", "rename", "--to", "schema.sql", "--rename", rename,
                          "--keep-old-names", "--json"});
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    std::vector<std::string> files;
    if (ran.status != 0) return files;
    const auto report = ran.json();
    for (const auto& one : report["ways_back"]) EXPECT_EQ(one["class"], "exact") << one;
    for (const auto& path : report["files"]) files.push_back(path);
    return files;
  }
  void as_application(const std::string& sql) {
    exec("SET ROLE pg_monitor; " + sql + "; RESET ROLE");
  }
  void expect_the_rest_and_all_the_way_back() {
    ASSERT_EQ(run({"up"}).status, 0);
    EXPECT_EQ(run({"diff", "target", "schema.sql"}).status, 0);

    ASSERT_EQ(run({"down", "--to", "3"}).status, 0);
    as_application("INSERT INTO users (name) VALUES ('once more')");
    ASSERT_EQ(run({"down", "--to", "2"}).status, 0);
    EXPECT_EQ(value("SELECT count(*) FROM users"), "4");
    project_.write("before.sql", users("name"));
    EXPECT_EQ(run({"diff", "target", "before.sql"}).status, 0);
  }
};

TEST_F(KeptNames, OfATableServeBothReleases) {
  begin();
  auto to = users("name") + "ALTER TABLE users RENAME TO accounts;\n";
  const auto files = generate(to, "users=accounts");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_NE(files[0].find("expand"), std::string::npos) << files[0];
  EXPECT_NE(files[1].find("contract"), std::string::npos) << files[1];

  ASSERT_EQ(run({"up", "--to", "3"}).status, 0);
  as_application("INSERT INTO users (name) VALUES ('old')");
  as_application("INSERT INTO accounts (name) VALUES ('new')");
  as_application("UPDATE users SET name = 'new of old' WHERE name = 'new'");
  exec(
      "INSERT INTO users (name, email) VALUES ('b', 'a@x') ON CONFLICT (email) DO UPDATE SET name = 'upserted'");
  EXPECT_EQ(value("SELECT string_agg(name, ',' ORDER BY id) FROM accounts"),
            "upserted,old,new of old");
  expect_the_rest_and_all_the_way_back();
}

TEST_F(KeptNames, OfAColumnServeBothReleases) {
  begin();
  const auto files = generate(users("display_name"), "users.name=display_name");
  ASSERT_EQ(files.size(), 2U);

  ASSERT_EQ(run({"up", "--to", "3"}).status, 0);
  as_application("INSERT INTO users (name) VALUES ('old')");
  as_application("INSERT INTO users (display_name) VALUES ('new')");
  as_application("UPDATE users SET display_name = 'seen' WHERE name = 'new'");
  EXPECT_EQ(value("SELECT string_agg(name || '=' || display_name, ',' ORDER BY id) FROM users"),
            "ann=ann,old=old,seen=seen");
  expect_the_rest_and_all_the_way_back();
}

TEST_F(KeptNames, OfAColumnWithMoreThanThatAreRefused) {
  begin();
  project_.write("schema.sql", users("display_name") + "ALTER TABLE users ADD COLUMN note text;\n");
  const auto ran = run({"generate", "rename", "--to", "schema.sql", "--rename",
                        "users.name=display_name", "--keep-old-names"});
  EXPECT_EQ(ran.status, 5) << ran.out;
  EXPECT_NE(ran.err.find("do it in another migration"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(project_.file("migrations/3_rename_1_expand.sql")));
}

TEST_F(KeptNames, AreNotKeptForWhatSubscribersKnow) {
  write("1_users.sql", users("name") + "CREATE PUBLICATION p FOR TABLE users;",
        "DROP TABLE users;");
  project_.write("schema.sql", users("display_name") + "CREATE PUBLICATION p FOR TABLE users;\n");
  const auto ran = run({"generate", "rename", "--to", "schema.sql", "--rename",
                        "users.name=display_name", "--keep-old-names"});
  EXPECT_EQ(ran.status, 5) << ran.out;
  EXPECT_NE(ran.err.find("it is published"), std::string::npos) << ran.err;
}

TEST_F(KeptNames, AreOfferedWhereSomethingIsRenamed) {
  begin();
  project_.write("schema.sql", users("display_name"));
  const auto ran =
      run({"generate", "rename", "--to", "schema.sql", "--rename", "users.name=display_name"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.err.find("--keep-old-names"), std::string::npos) << ran.err;
}

} // namespace
} // namespace slipway::test
