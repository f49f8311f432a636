// What `slipway diff` remembers, and when it does not.
#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_users = "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class DiffCache : public RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    file("a.sql", k_users);
    file("b.sql", "CREATE TABLE users (name text, id bigint PRIMARY KEY);\n");
  }
  void file(const std::string& name, const std::string& text) { project_.write(name, text); }
  std::string cache() { return project_.file(".cache/slipway"); }
  std::vector<fs::path> kept() {
    std::vector<fs::path> all;
    if (fs::exists(cache()))
      for (const auto& one : fs::directory_iterator(cache())) all.push_back(one.path());
    return all;
  }
  Ran diff(const std::string& from, const std::string& to, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"diff", from, to});
    return run(more);
  }
};

TEST_F(DiffCache, EqualSidesAreLookedUp) {
  ASSERT_EQ(diff("a.sql", "b.sql").status, 0);
  EXPECT_EQ(kept().size(), 2U);
  EXPECT_EQ(fs::status(cache()).permissions(), fs::perms::owner_all);
  // With nonsense in its place each side is made again.
  for (const auto& one : kept()) std::ofstream(one) << "nonsense";
  EXPECT_EQ(diff("a.sql", "b.sql").status, 0);
  for (const auto& one : kept()) EXPECT_GT(fs::file_size(one), 100U) << "written again";
}

// What is remembered wrongly shows: that is how the tests below see whether it was looked up.
TEST_F(DiffCache, WhatIsRememberedCountsUntilSomethingChanges) {
  file("other.sql", "CREATE TABLE other (id int);\n");
  ASSERT_EQ(diff("a.sql", "b.sql").status, 0);
  const auto first = kept();
  ASSERT_EQ(diff("other.sql", "other.sql").status, 0);
  ASSERT_EQ(kept().size(), 3U);
  // The other schema under the names of the first two.
  for (const auto& one : kept())
    if (std::find(first.begin(), first.end(), one) == first.end())
      for (const auto& old : first) fs::copy_file(one, old, fs::copy_options::overwrite_existing);
  EXPECT_EQ(diff("other.sql", "a.sql").status, 0) << "looked up";
  EXPECT_EQ(diff("other.sql", "a.sql", {"--no-cache"}).status, 3);
  file("a.sql", std::string(k_users) + "-- changed\n");
  EXPECT_EQ(diff("other.sql", "a.sql").status, 3) << "its text is another";
  EXPECT_EQ(diff("other.sql", "b.sql").status, 0) << "looked up";
  file("slipway.toml", "[schema]\nleave_out = [\"audit\"]\n");
  EXPECT_EQ(diff("other.sql", "b.sql").status, 3) << "the settings are others";
}

// The plan of what differs is never made from what is remembered.
TEST_F(DiffCache, WhatDiffersIsMadeAnew) {
  file("more.sql", std::string(k_users) + "CREATE TABLE more (id int);\n");
  for (int i = 0; i < 2; ++i) {
    const auto ran = diff("a.sql", "more.sql", {"--json"});
    EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
    EXPECT_EQ(ran.json()["statements"].size(), 1U) << ran.out;
  }
}

TEST_F(DiffCache, AnAnswerThatIsWrongIsStillRefused) {
  ASSERT_EQ(diff("a.sql", "b.sql").status, 0);
  EXPECT_EQ(diff("a.sql", "b.sql", {"--rename", "users.nothing=name"}).status, 2);
}

TEST_F(DiffCache, WhatTheClockOrASecretDecidesIsNotKept) {
  file("clock.sql",
       "DO $$ BEGIN EXECUTE 'CREATE TABLE p_' || to_char(now(), 'YYYY') || ' (a int)'; "
       "END $$;\n");
  EXPECT_EQ(diff("clock.sql", "clock.sql").status, 0);
  file("secret.sql", "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;\n"
                     "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'hush-hush');\n");
  EXPECT_EQ(diff("secret.sql", "secret.sql").status, 0);
  EXPECT_TRUE(kept().empty());
  file("default.sql", "CREATE TABLE t (at timestamptz DEFAULT now());\n");
  EXPECT_EQ(diff("default.sql", "default.sql").status, 0);
  EXPECT_EQ(kept().size(), 1U) << "a default that asks the clock later is as good as any";
}

TEST_F(DiffCache, ACommandIsRunEachTimeUnlessItsFilesAreNamed) {
  file("fill.sh", "echo ran >> runs; exec psql -qX \"$DATABASE_URL\" -f entities/a.sql\n");
  file("entities/a.sql", k_users);
  const auto runs = [&] {
    const auto text = read_file(project_.file("runs"));
    return std::count(text.begin(), text.end(), '\n');
  };
  const std::string command = "command:sh fill.sh";
  for (int i = 1; i <= 2; ++i) {
    EXPECT_EQ(diff("a.sql", command).status, 0);
    EXPECT_EQ(runs(), i);
  }
  file("slipway.toml", "[diff]\ncommand_inputs = [\"entities/*.sql\", \"fill.sh\"]\n");
  EXPECT_EQ(diff("a.sql", command).status, 0);
  EXPECT_EQ(runs(), 3);
  EXPECT_EQ(diff("a.sql", command).status, 0);
  EXPECT_EQ(runs(), 3) << "looked up";
  file("entities/b.sql", "-- one more\n");
  EXPECT_EQ(diff("a.sql", command).status, 0);
  EXPECT_EQ(runs(), 4);
  file("entities/a.sql", std::string(k_users) + "CREATE TABLE more (id int);\n");
  EXPECT_EQ(diff("a.sql", command).status, 3);
  file("slipway.toml", "[diff]\ncommand_inputs = [\"nowhere/*.ts\"]\n");
  const auto wrong = diff("a.sql", command);
  EXPECT_EQ(wrong.status, 2) << wrong.err;
  EXPECT_TRUE(holds(wrong.err, "nowhere/*.ts")) << wrong.err;
}

TEST_F(DiffCache, TwoDatabasesThatAreEqualNeedNoServer) {
  exec(k_users);
  const auto ran = slipway({"diff", "target", "target"},
                           {.environment = {{"DATABASE_URL", url_}, {"SLIPWAY_PG_BIN", "/nowhere"}},
                            .working_directory = project_.path(),
                            .input = {}});
  EXPECT_EQ(ran.status, 0) << ran.err;
}

} // namespace
} // namespace slipway::test
