// Canaries: a password in the environment must be in no output of any command, whatever happens.
#include "built_program.hpp"

#include <gtest/gtest.h>

namespace slipway::test {
namespace {

constexpr const char* k_url_secret = "canary-in-url-7d1f";
constexpr const char* k_pg_secret = "canary-in-pgpassword-93ab";
constexpr const char* k_named_secret = "canary-named-55c0";

std::map<std::string, std::string> environment_with_secrets() {
  return {{"DATABASE_URL",
           std::string("postgresql://app:") + k_url_secret + "@127.0.0.1:1/app?connect_timeout=1"},
          {"PGPASSWORD", k_pg_secret},
          {"SLIPWAY_SECRETS", "DEPLOY_TOKEN"},
          {"DEPLOY_TOKEN", k_named_secret}};
}

void expect_no_secret(const Ran& ran, const std::string& what) {
  for (const char* secret : {k_url_secret, k_pg_secret, k_named_secret}) {
    EXPECT_EQ(ran.out.find(secret), std::string::npos) << what << "\n" << ran.out;
    EXPECT_EQ(ran.err.find(secret), std::string::npos) << what << "\n" << ran.err;
  }
}

// Every command there is, as it is called without arguments, with --json, and asked for help.
// Nothing listens where the connection string points, so whatever connects fails with an error that
// was made from it.
// Two safeguards overlap: `config` shows values masked, and the streams mask whatever passes. It
// fails when both are gone; each alone has its own test, below and in program_test.cpp.
TEST(Secrets, are_in_no_output_of_any_command) {
  const ProjectFolder project;
  ASSERT_EQ(slipway({"init"}, {.working_directory = project.path()}).status, 0);
  project.write("migrations/1_a.sql", "-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 1;\n");
  const RunOptions options{.environment = environment_with_secrets(),
                           .working_directory = project.path()};
  const auto commands = slipway({"help", "--json"}).json().at("commands");
  ASSERT_GT(commands.size(), 5U);
  for (const auto& command : commands) {
    const std::string name = command.at("name");
    // These start servers of their own, and never use the connection string.
    if (name == "demo" || name == "dev" || name == "drill") continue;
    for (const auto& extra : std::vector<std::vector<std::string>>{
             {}, {"--json"}, {"--verbose", "--log-format", "json"}, {"--help"}}) {
      std::vector<std::string> arguments{name, "--no-input"};
      arguments.insert(arguments.end(), extra.begin(), extra.end());
      expect_no_secret(slipway(arguments, options), name);
    }
  }
}

TEST(Secrets, config_shows_the_connection_string_without_its_password) {
  const ProjectFolder project;
  const RunOptions options{.environment = environment_with_secrets(),
                           .working_directory = project.path()};
  const Ran text = slipway({"config"}, options);
  const Ran json = slipway({"config", "target.url", "--json"}, options);
  expect_no_secret(text, "config");
  expect_no_secret(json, "config --json");
  const auto value = json.json().at("settings").at(0).at("value").get<std::string>();
  EXPECT_NE(value.find("app:***@127.0.0.1"), std::string::npos) << value;
  EXPECT_EQ(json.json().at("settings").at(0).at("where"), "DATABASE_URL");
}

TEST(Secrets, echoed_input_is_masked_in_errors) {
  const RunOptions options{.environment = environment_with_secrets()};
  expect_no_secret(slipway({std::string("nonsense-") + k_pg_secret}, options), "unknown command");
  expect_no_secret(slipway({"explain", std::string("/no/") + k_url_secret + ".sql"}, options),
                   "missing file");
  expect_no_secret(slipway({"explain", "-"}, {.environment = environment_with_secrets(),
                                              .input = std::string("ALTER ROLE a PASSWORD '") +
                                                       k_named_secret + "';"}),
                   "a password in SQL");
}

TEST(Secrets, a_password_on_the_command_line_is_refused_before_anything_is_done) {
  const ProjectFolder project;
  const Ran ran =
      slipway({"config", "--database-url", std::string("postgres://a:") + k_url_secret + "@h/d"},
              {.working_directory = project.path()});
  EXPECT_EQ(ran.status, 2);
  expect_no_secret(ran, "--database-url");
}

} // namespace
} // namespace slipway::test
