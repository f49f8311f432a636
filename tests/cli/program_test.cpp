// From an outcome to what is printed where, and to the exit status.
#include "captured_run.hpp"
#include "result_output.hpp"

#include "slipway/base/bug.hpp"

#include <gtest/gtest.h>
#include <new>
#include <nlohmann/json.hpp>

namespace slipway::cli {
namespace {

using test::acting;
using test::Captured;
using test::run_captured;
using Json = nlohmann::json;

std::vector<Command> failing(Error error) {
  return {acting([error](Invocation&) -> Result<int> { return fail(error); })};
}

std::vector<Command> saying(const std::string& text) {
  return {acting([text](Invocation& invocation) -> Result<int> {
    invocation.out.line(text);
    invocation.events.on_event(event::Warning{text, ""});
    return 0;
  })};
}

Error sample_error() {
  return Error(ErrorCode::sql, "the table is gone")
      .with_hint("look again")
      .with_state("nothing changed")
      .with_next("slipway status");
}

TEST(Program, the_status_of_a_command_is_the_exit_status) {
  EXPECT_EQ(run_captured({"act"}, {acting([](Invocation&) -> Result<int> { return 3; })}).status,
            3);
}

TEST(Program, every_error_code_has_its_exit_status) {
  const std::vector<std::pair<ErrorCode, int>> expected{
      {ErrorCode::usage, 2},      {ErrorCode::configuration, 2}, {ErrorCode::source, 2},
      {ErrorCode::io, 1},         {ErrorCode::unsupported, 1},   {ErrorCode::check_failed, 3},
      {ErrorCode::connection, 7}, {ErrorCode::lock_timeout, 6},  {ErrorCode::sql, 1},
      {ErrorCode::part_way, 5},   {ErrorCode::cancelled, 1},     {ErrorCode::rolled_back, 4},
      {ErrorCode::internal, 70}};
  for (const auto& [code, status] : expected)
    EXPECT_EQ(run_captured({"act"}, failing(Error(code, "x"))).status, status)
        << error_code_name(code);
}

TEST(Program, an_error_goes_to_standard_error_and_nothing_to_standard_output) {
  const Captured run = run_captured({"act"}, failing(sample_error()));
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.err.find("the table is gone"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("slipway status"), std::string::npos) << run.err;
}

TEST(Program, with_json_an_error_is_the_one_document_on_standard_output) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"act", "--json"}, {"--json", "act"}}) {
    const Captured run = run_captured(arguments, failing(sample_error()));
    const Json document = Json::parse(run.out);
    EXPECT_EQ(document.at("schema"), 1);
    EXPECT_EQ(document.at("error").at("code"), "sql");
    EXPECT_EQ(document.at("error").at("message"), "the table is gone");
    EXPECT_EQ(document.at("error").at("next_command"), "slipway status");
    EXPECT_EQ(run.err, "");
  }
}

TEST(Program, with_json_a_wrong_command_line_is_a_document_too) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"act", "--jsn", "--json"}, {"--json", "akt"}}) {
    const Captured run = run_captured(arguments, saying("hello"));
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(Json::parse(run.out).at("error").at("code"), "usage");
  }
}

TEST(Program, with_a_json_log_a_failure_is_a_line_of_it) {
  const Captured run = run_captured({"act", "--log-format", "json"}, failing(sample_error()));
  EXPECT_EQ(run.out, "");
  const Json line = Json::parse(run.err);
  EXPECT_EQ(line.at("event"), "failed");
  EXPECT_NE(line.dump().find("the table is gone"), std::string::npos);
}

TEST(Program, a_broken_invariant_is_reported_and_ends_with_70) {
  const std::vector<Command> commands{
      acting([](Invocation&) -> Result<int> { throw Bug("the sum is odd"); })};
  const Captured text = run_captured({"act"}, commands);
  EXPECT_EQ(text.status, 70);
  EXPECT_NE(text.err.find("the sum is odd"), std::string::npos) << text.err;
  const Captured json = run_captured({"act", "--json"}, commands);
  EXPECT_EQ(json.status, 70);
  EXPECT_EQ(Json::parse(json.out).at("error").at("code"), "internal");
}

TEST(Program, any_other_exception_ends_with_70_as_well) {
  EXPECT_EQ(
      run_captured({"act"}, {acting([](Invocation&) -> Result<int> { throw std::bad_alloc(); })})
          .status,
      70);
}

// Fails when the masker is not given to either stream, or is not told of the environment's secrets.
TEST(Program, a_secret_of_the_environment_is_masked_on_both_streams) {
  const std::map<std::string, std::string, std::less<>> environment{
      {"PGPASSWORD", "swordfish-1"},
      {"DATABASE_URL", "postgres://u:swordfish-2@h/db"},
      {"SLIPWAY_SECRETS", "API_TOKEN"},
      {"API_TOKEN", "swordfish-3"}};
  auto commands = saying("swordfish-1 swordfish-2 swordfish-3");
  commands.front().needs = Needs::config;
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"act"}, {"act", "--log-format", "json"}}) {
    const Captured run = run_captured(arguments, commands, environment);
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "*** *** ***\n");
    EXPECT_NE(run.err.find("***"), std::string::npos);
    EXPECT_EQ(run.err.find("swordfish"), std::string::npos) << run.err;
  }
}

TEST(Program, a_secret_is_masked_where_the_program_itself_is_at_fault) {
  const std::vector<Command> commands{
      acting([](Invocation&) -> Result<int> { throw Bug("saw swordfish-1"); })};
  const Captured run = run_captured({"act"}, commands, {{"PGPASSWORD", "swordfish-1"}});
  EXPECT_EQ(run.err.find("swordfish"), std::string::npos) << run.err;
}

// Fails when refuse_secret_flags is not called.
TEST(Program, a_password_on_the_command_line_is_refused_and_not_repeated) {
  auto commands = saying("connected");
  commands.front().settings = {"target.url"};
  const Captured run =
      run_captured({"act", "--database-url", "postgres://u:swordfish@h/db"}, commands);
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err.find("swordfish"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("PGPASSWORD"), std::string::npos) << run.err;
  EXPECT_EQ(run_captured({"act", "--database-url", "postgres://u@h/db"}, commands).status, 0);
}

TEST(Program, a_command_that_needs_no_configuration_runs_beside_a_broken_one) {
  EXPECT_EQ(run_captured({"act", "--config", "/does/not/exist.toml"}, saying("fine")).out,
            "fine\n");
}

TEST(Program, a_command_that_needs_configuration_fails_without_it_before_it_runs) {
  auto commands = saying("ran");
  commands.front().needs = Needs::config;
  const Captured run = run_captured({"act", "--config", "/does/not/exist.toml"}, commands);
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
}

TEST(Program, a_mistyped_variable_is_warned_of_with_the_nearest_named) {
  auto commands = saying("ran");
  commands.front().needs = Needs::config;
  const Captured run = run_captured({"act"}, commands, {{"SLIPWAY_LOCK_TIMEOUTS", "1s"}});
  EXPECT_EQ(run.status, 0);
  EXPECT_NE(run.err.find("SLIPWAY_LOCK_TIMEOUTS"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("did you mean SLIPWAY_LOCK_TIMEOUT?"), std::string::npos) << run.err;
}

TEST(Program, quiet_keeps_warnings_and_drops_notes) {
  const std::vector<Command> commands{acting([](Invocation& invocation) -> Result<int> {
    invocation.events.on_event(event::Note{"by the way"});
    invocation.events.on_event(event::Warning{"look out", ""});
    return 0;
  })};
  const Captured normal = run_captured({"act"}, commands);
  EXPECT_NE(normal.err.find("by the way"), std::string::npos);
  const Captured quiet = run_captured({"act", "-q"}, commands);
  EXPECT_EQ(quiet.err.find("by the way"), std::string::npos);
  EXPECT_NE(quiet.err.find("look out"), std::string::npos);
}

TEST(Program, colour_is_used_when_asked_for_and_not_otherwise) {
  const std::vector<Command> commands{acting([](Invocation& invocation) -> Result<int> {
    invocation.out.line(invocation.out.paint(observe::Role::error, "red"));
    return 0;
  })};
  EXPECT_EQ(run_captured({"act"}, commands).out, "red\n");
  EXPECT_NE(run_captured({"act", "--color", "always"}, commands).out, "red\n");
  EXPECT_NE(run_captured({"act", "--color", "always"}, commands, {{"NO_COLOR", "1"}}).out, "red\n");
  EXPECT_EQ(run_captured({"act"}, commands, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).out,
            "red\n");
  EXPECT_EQ(run_captured({"act", "--no-color"}, commands, {{"FORCE_COLOR", "1"}}).out, "red\n");
}

TEST(Program, nobody_is_asked_where_there_is_no_terminal) {
  bool may_ask = true;
  const std::vector<Command> commands{acting([&may_ask](Invocation& invocation) -> Result<int> {
    may_ask = invocation.may_ask;
    return 0;
  })};
  run_captured({"act"}, commands);
  EXPECT_FALSE(may_ask);
}

TEST(Program, json_with_bytes_that_are_not_utf8_is_still_json) {
  const std::vector<Command> commands{acting([](Invocation& invocation) -> Result<int> {
    print_json(invocation.out, {{"name", "a\xff"
                                         "b"}});
    return 0;
  })};
  EXPECT_EQ(Json::parse(run_captured({"act", "--json"}, commands).out).at("schema"), 1);
}

} // namespace
} // namespace slipway::cli
