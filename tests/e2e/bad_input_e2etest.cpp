#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <filesystem>
#include <fstream>

namespace slipway {
namespace {

class BadInput : public test::RunnerTest {
protected:
  void expect_error(const test::Ran& ran, int status, const std::string& text) {
    EXPECT_EQ(ran.status, status) << ran.out << ran.err;
    EXPECT_NE(ran.err.find(text), std::string::npos) << ran.err;
    std::size_t errors = 0;
    for (std::size_t at = ran.err.find("error: "); at != std::string::npos;
         at = ran.err.find("error: ", at + 1))
      ++errors;
    EXPECT_EQ(errors, 1U) << "one error, not several: " << ran.err;
  }
};

TEST_F(BadInput, AFolderThatIsNotThere) {
  expect_error(run({"up"}), 1, "migrations");
}

TEST_F(BadInput, AnEmptyFile) {
  project_.write("migrations/1_a.sql", "");
  expect_error(run({"up"}), 2, "migrations/1_a.sql");
}

TEST_F(BadInput, AFileWithOnlyComments) {
  project_.write("migrations/1_a.sql", "-- later\n/* or never */\n");
  expect_error(run({"up"}), 2, "migrations/1_a.sql");
}

TEST_F(BadInput, TwoFilesOfOneVersion) {
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  write("001_b.sql", "SELECT 1;", "SELECT 1;");
  const auto ran = run({"up"});
  expect_error(ran, 2, "1_a.sql");
  EXPECT_NE(ran.err.find("001_b.sql"), std::string::npos);
}

TEST_F(BadInput, AnUnknownDirectiveNamesTheNearest) {
  project_.write("migrations/1_a.sql", "-- slipway:up\nSELECT 1;\n-- slipway:dwon\nSELECT 1;\n");
  const auto ran = run({"up"});
  expect_error(ran, 2, "1_a.sql:3:");
  EXPECT_NE(ran.err.find("down"), std::string::npos);
}

TEST_F(BadInput, ACircleOfRequirements) {
  project_.write("migrations/1_a.sql",
                 test::migration_text("SELECT 1;", "SELECT 1;", "-- slipway:requires 2\n"));
  project_.write("migrations/2_b.sql",
                 test::migration_text("SELECT 1;", "SELECT 1;", "-- slipway:requires 1\n"));
  expect_error(run({"up"}), 3, "1 -> 2 -> 1");
}

TEST_F(BadInput, AnUnreadableFile) {
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  std::filesystem::remove(project_.file("migrations/1_a.sql"));
  std::filesystem::create_symlink("nowhere", project_.file("migrations/1_a.sql"));
  expect_error(run({"up"}), 1, "1_a.sql");
}

TEST_F(BadInput, NamesWithQuotesAndUnicodeAreOnlyNames) {
  write("1_it's_a_\"größe\"_表.sql", "CREATE TABLE \"o'dd \"\"größe\"\"\" (id int);",
        "DROP TABLE \"o'dd \"\"größe\"\"\";");
  const auto ran = run({"up"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(run({"status", "--exit-code"}).status, 0);
  EXPECT_EQ(run({"down"}).status, 0);
}

TEST_F(BadInput, ADatabaseThatIsNotThere) {
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  url_.replace(url_.find(value("SELECT current_database()")),
               value("SELECT current_database()").size(), "no_such_database");
  expect_error(run({"up"}), 7, "no_such_database");
}

TEST_F(BadInput, AFileOfAHundredMegabytesIsAppliedInBoundedMemory) {
  exec("CREATE TABLE big (v text)");
  std::filesystem::create_directories(project_.file("migrations"));
  {
    std::ofstream file(project_.file("migrations/1_big.sql"), std::ios::binary);
    file << "-- slipway:up\n";
    const std::string row = "INSERT INTO big VALUES ('" + std::string(1'000'000, 'x') + "');\n";
    for (int i = 0; i < 100; ++i) file << row;
    file << "-- slipway:down\nTRUNCATE big;\n";
  }
  const auto ran = run({"up"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(value("SELECT count(*) FROM big"), "100");
}

TEST_F(BadInput, FiftyThousandMigrationsAreListed) {
  std::filesystem::create_directories(project_.file("migrations"));
  constexpr int k_count = 50'000;
  for (int i = 1; i <= k_count; ++i) {
    std::ofstream file(project_.file("migrations/" + std::to_string(i) + "_m.sql"),
                       std::ios::binary);
    file << "-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 1;\n";
  }
  const auto ran = run({"status", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.json()["counts"]["pending"], k_count);
  EXPECT_EQ(run({"up", "--steps", "3"}).status, 0);
  EXPECT_EQ(value("SELECT count(*) FROM slipway.migration"), "3");
}

TEST_F(BadInput, ARoleThatMayNotCreateASchemaIsToldTheGrant) {
  const auto role = "weak_" + value("SELECT current_database()");
  exec("CREATE ROLE " + role + " LOGIN");
  url_ += "&user=" + role;
  write("1_a.sql", "SELECT 1;", "SELECT 1;");
  expect_error(run({"up"}), 3, "GRANT CREATE ON DATABASE");
  expect_error(run({"up", "--no-preflight"}), 1, "GRANT CREATE ON DATABASE");
}

TEST_F(BadInput, AWrongOptionNamesTheRightOne) {
  const auto ran = run({"up", "--stpes", "1"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("--steps"), std::string::npos) << ran.err;
}

} // namespace
} // namespace slipway
