// The way back of `slipway diff --down` and of generated files.
#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

namespace slipway::test {
namespace {

constexpr const char* k_users = "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n";
constexpr const char* k_with_email =
    "CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\n";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class DiffDown : public RunnerTest {
protected:
  void file(const std::string& name, const std::string& text) { project_.write(name, text); }
  Ran down(const std::string& from, const std::string& to, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"diff", from, to, "--down"});
    return run(more);
  }
  nlohmann::json json(const std::string& from, const std::string& to,
                      std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    const auto ran = down(from, to, more);
    EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
    return ran.json()["down"];
  }
};

TEST_F(DiffDown, TheWayBackOfAnAdditionIsExactButForWhatIsWrittenSince) {
  file("a.sql", k_users);
  file("b.sql", k_with_email);
  const auto back = json("a.sql", "b.sql");
  EXPECT_EQ(back["class"], "exact");
  EXPECT_EQ(back["message"], "exact for the schema; values written to column public.users.email "
                             "since are lost");
  ASSERT_EQ(back["statements"].size(), 1U);
  EXPECT_EQ(back["statements"][0].size(), 3U);
  EXPECT_TRUE(holds(back["statements"][0]["sql"], "DROP COLUMN email")) << back;
}

TEST_F(DiffDown, NothingThatGoesIsExactAndSaysNoMore) {
  file("a.sql", k_users);
  file("b.sql", std::string(k_users) + "CREATE INDEX by_name ON users (name);\n");
  EXPECT_EQ(json("a.sql", "b.sql")["message"], "exact");
}

TEST_F(DiffDown, TheWayBackOfALossIsLossy) {
  file("a.sql", k_with_email);
  file("b.sql", k_users);
  file("seed.sql", "INSERT INTO users VALUES (1, 'a', 'b');\n");
  const auto back = json("a.sql", "b.sql", {"--seed", "seed.sql"});
  EXPECT_EQ(back["class"], "lossy");
  EXPECT_TRUE(holds(back["message"], "column public.users.email does not come back")) << back;
}

TEST_F(DiffDown, TheWayBackOfWhatCannotBeTakenBackSaysSo) {
  exec("CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1 password=hush-hush' PUBLICATION "
       "p WITH (connect = false, slot_name = NONE)");
  const auto back = json("target", "empty");
  EXPECT_EQ(back["class"], "impossible");
  EXPECT_TRUE(holds(back["message"], "impossible: subscription sub: ")) << back;
  EXPECT_TRUE(back["statements"].empty()) << back;
}

TEST_F(DiffDown, ItIsShownForPeopleAndItsScriptLeadsBack) {
  exec(std::string(k_users) + "INSERT INTO users VALUES (1, 'a')");
  file("to.sql", std::string(k_users) + "CREATE INDEX by_name ON users (name);\n"
                                        "CREATE VIEW names AS SELECT name FROM users;\n");
  const auto shown = down("target", "to.sql");
  EXPECT_TRUE(holds(shown.out, "the way back is exact")) << shown.out;
  EXPECT_TRUE(holds(shown.out, "proven on a copy both ways")) << shown.out;
  const auto script = down("target", "to.sql", {"--sql"});
  EXPECT_EQ(script.status, 3);
  EXPECT_TRUE(holds(script.out, "DROP VIEW")) << script.out;
  EXPECT_FALSE(holds(script.out, "CREATE")) << script.out;
  EXPECT_EQ(run({"diff", "target", "to.sql", "--json"}).json().count("down"), 0U);
}

TEST_F(DiffDown, RenamesAreTakenBackByRenames) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY, title text);\n");
  file("seed.sql", "INSERT INTO users VALUES (1, 'a');\n");
  const auto back = json("a.sql", "b.sql", {"--rename", "users.name=title", "--seed", "seed.sql"});
  EXPECT_EQ(back["class"], "exact");
  EXPECT_TRUE(holds(back["statements"][0]["sql"], "RENAME COLUMN title TO name")) << back;
}

TEST_F(DiffDown, AGeneratedFileSaysWhatItsWayBackLoses) {
  write("1_users.sql", k_users, "DROP TABLE users;");
  file("schema.sql", k_with_email);
  const auto ran = run({"generate", "add", "email", "--to", "schema.sql", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto report = ran.json();
  ASSERT_EQ(report["ways_back"].size(), 1U) << report;
  EXPECT_EQ(report["ways_back"][0]["file"], report["files"][0]);
  EXPECT_EQ(report["ways_back"][0]["class"], "exact");
  const std::string text = read_file(project_.file(report["files"][0]));
  EXPECT_TRUE(holds(text, "-- The way back is exact for the schema; values written to column "
                          "public.users.email since are lost\n"))
      << text;
}

} // namespace
} // namespace slipway::test
