#include "slipway/config/config.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::config {
namespace {

Result<Config> read(const std::string& text) {
  const test::MemoryFileSystem files({{"/app/slipway.toml", text}});
  Inputs inputs;
  inputs.working_directory = "/app";
  return settle(inputs, files);
}

Error refused(const std::string& text) {
  auto config = read(text);
  if (config) throw std::runtime_error("was accepted: " + text);
  return config.error();
}

struct Refusal {
  std::string text;
  std::size_t line;
  std::size_t column;
  std::size_t width;
  std::string message;
  std::string hint;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.text; }
};

class TomlRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(TomlRefusals, NameThePlaceAndWhatWasMeant) {
  const Refusal& expected = GetParam();
  const Error error = refused(expected.text);
  EXPECT_EQ(error.code, ErrorCode::configuration);
  EXPECT_EQ(error.message, expected.message);
  EXPECT_EQ(error.hint, expected.hint);
  ASSERT_TRUE(error.place);
  EXPECT_EQ(error.place->file, "slipway.toml");
  EXPECT_EQ(error.place->line, expected.line);
  EXPECT_EQ(error.place->column, expected.column);
  EXPECT_EQ(error.place->width, expected.width);
}

INSTANTIATE_TEST_SUITE_P(
    Each, TomlRefusals,
    testing::Values(
        Refusal{"[apply]\n  lock_timout = \"2s\"\n", 2, 3, 11,
                "there is no setting apply.lock_timout", "did you mean apply.lock_timeout?"},
        Refusal{"lock_timeout = \"2s\"\n", 1, 1, 12, "there is no setting lock_timeout",
                "did you mean apply.lock_timeout?"},
        Refusal{"[run]\nlock_timeout = \"2s\"\n", 2, 1, 12, "there is no setting run.lock_timeout",
                "did you mean apply.lock_timeout?"},
        Refusal{"[apply]\nzzzzzzzzzzzzzzzzzzzzzz = 1\n", 2, 1, 22,
                "there is no setting apply.zzzzzzzzzzzzzzzzzzzzzz", ""},
        Refusal{"[aply]\nlock_timeout = \"2s\"\n", 1, 2, 4, "there is no table [aply]",
                "did you mean [apply]?"},
        Refusal{
            "[zzzzzzzzzzzz]\n", 1, 2, 12, "there is no table [zzzzzzzzzzzz]",
            "the tables are target, connection, migrations, history, schema, snapshot, drift, "
            "diff, generate, renames, apply, preflight, backup, deploy, runbook, rollback, trash, run, dev, output"},
        Refusal{"apply = 3\n", 1, 1, 5, "apply is a table of settings, not a number",
                "write [apply] on a line of its own and its settings below"},
        Refusal{"[apply]\nlock_timeout = true\n", 2, 16, 4,
                "apply.lock_timeout: expected a duration, found true or false",
                "write a number and a unit in quotes, such as \"2s\" or \"5min\""},
        Refusal{"[apply]\nlock_timeout = 1.5\n", 2, 16, 3,
                "apply.lock_timeout: expected a duration, found a fraction",
                "write a number and a unit in quotes, such as \"2s\" or \"5min\""},
        Refusal{"[apply]\nlock_timeout = 5\n", 2, 16, 1,
                "apply.lock_timeout: \"5\" is not a duration",
                "write a whole number and a unit, such as 500ms, 2s, 5min or 1h"},
        Refusal{"[apply]\r\nlock_timeout = \"2 fortnights\"\r\n", 2, 16, 14,
                "apply.lock_timeout: \"2 fortnights\" is not a duration",
                "write a whole number and a unit, such as 500ms, 2s, 5min or 1h"},
        Refusal{"[apply]\nallow_out_of_order = \"true\"\n", 2, 22, 6,
                "apply.allow_out_of_order: expected true or false, found a string",
                "write true or false, without quotes"},
        Refusal{"[history]\nschema = 2026-11-20\n", 2, 10, 10,
                "history.schema: expected a text, found a date or time",
                "write it in quotes: key = \"value\""},
        Refusal{"[history]\nschema = \"a\\u0000b\"\n", 2, 10, 10, "history.schema holds a NUL byte",
                ""},
        Refusal{"[output]\nsecrets = \"TOKEN\"\n", 2, 11, 7,
                "output.secrets: expected a list of texts, found a string",
                "write an array of strings: key = [\"one\", \"two\"]"},
        Refusal{"[output]\nsecrets = [\"A\", 1]\n", 2, 11, 8,
                "output.secrets: expected a list of texts, found an array",
                "write an array of strings: key = [\"one\", \"two\"]"},
        Refusal{"[apply.lock_timeout]\n", 1, 1, 20,
                "apply.lock_timeout: expected a duration, found a table",
                "write a number and a unit in quotes, such as \"2s\" or \"5min\""},
        Refusal{
            "[connection]\ntls = \"verify_full\"\n", 2, 7, 13,
            "connection.tls cannot be \"verify_full\"",
            "did you mean verify-full? It is one of verify-full, verify-ca, require, prefer, disable, from-connection-string"}));

TEST(Toml, TheLineOfTheMistakeTravelsWithTheError) {
  EXPECT_EQ(refused("[apply]\r\n  lock_timout = \"2s\"\r\n").place->source_line,
            "  lock_timout = \"2s\"");
}

TEST(Toml, ColumnsCountCodePoints) {
  EXPECT_EQ(refused("run = { actor = \"é\", actr = \"x\" }\n").place->column, 22U);
}

TEST(Toml, OfSeveralMistakesTheFirstInTheFileIsNamed) {
  EXPECT_EQ(
      refused("[run]\nzzzzzzzzzzzzzzzzzz = 1\n[apply]\naaaaaaaaaaaaaaaaaaaa = 1\n").place->line,
      2U);
}

TEST(Toml, SyntaxErrorsHaveTheirPlace) {
  const Error error = refused("[apply]\nlock_timeout = \n");
  EXPECT_EQ(error.code, ErrorCode::configuration);
  EXPECT_EQ(error.message.rfind("slipway.toml cannot be read: ", 0), 0U);
  EXPECT_EQ(error.place->line, 2U);
  EXPECT_EQ(error.place->source_line, "lock_timeout = ");
}

TEST(Toml, AByteOrderMarkAndWindowsLineEndsAreFine) {
  const auto config = read("\xEF\xBB\xBF[apply]\r\nlock_timeout = \"9s\"\r\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->text("apply.lock_timeout"), "9s");
}

TEST(Toml, DottedKeysAndTablesMeanTheSame) {
  const auto config = read("apply.lock_timeout = \"9s\"\nrun = { actor = \"ci\", deadline = 0 }\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->text("apply.lock_timeout"), "9s");
  EXPECT_EQ(config->text("run.actor"), "ci");
  EXPECT_EQ(config->value("run.deadline").where, "slipway.toml:2");
}

// Fails when read_setting no longer asks holds_password.
TEST(Toml, APasswordInTheFileIsRefusedAndNotShown) {
  for (const std::string url :
       {"postgresql://app:hunter2@db/app", "postgres://app:hunter2@db:5432,db2/app?sslmode=require",
        "postgresql://db/app?user=app&password=hunter2", "postgresql://db/app?sslpassword=hunter2",
        "host=db user=app password=hunter2", "host=db PASSWORD = 'hunter2'",
        "postgresql://app:hunter2/x@db/app"}) {
    const Error error = refused("[target]\nurl = \"" + url + "\"\n");
    EXPECT_EQ(error.message, "target.url holds a password, and slipway.toml is no place for one")
        << url;
    EXPECT_NE(error.hint.find("PGPASSFILE"), std::string::npos);
    EXPECT_NE(error.hint.find("target.url_file"), std::string::npos);
    EXPECT_NE(error.hint.find("target.url_command"), std::string::npos);
    EXPECT_EQ(error.place->line, 2U);
    EXPECT_EQ(error.place->source_line, "");
  }
  EXPECT_EQ(refused("[target]\nurl_command = [\"env\", \"PGPASSWORD=hunter2\"]\n").message,
            "target.url_command holds a password, and slipway.toml is no place for one");
}

TEST(Toml, AConnectionStringWithoutAPasswordIsFine) {
  for (const std::string url :
       {"postgresql://app@db/app", "postgresql://db:5432/app", "postgresql://[::1]:5432/app",
        "postgresql://app:@db/app", "postgresql://app@h1:5432,h2:5433/app",
        "host=db user=app passfile=/run/pgpass", "postgresql://db/app?password=&user=x",
        "postgresql://db:5432/a@b", "service=app"}) {
    const auto config = read("[target]\nurl = \"" + url + "\"\n");
    ASSERT_TRUE(config) << url << ": " << config.error().message;
    EXPECT_EQ(config->text("target.url"), url);
  }
}

TEST(Toml, NoErrorShowsAPasswordWhateverElseIsWrong) {
  for (const std::string text :
       {"[target]\nurll = \"postgresql://app:hunter2@db/app\"\n",
        "[target]\nurl = \"postgresql://app:hunter2@db/app\n",
        "[target]\nurl = postgresql://app:hunter2@db/app\n", "password = \"hunter2\"\n",
        "[target]\npassword = hunter2\n",
        "[target]\nurl = \"a\"\nurl = \"postgresql://app:hunter2@db/app\"\n"}) {
    const Error error = refused(text);
    EXPECT_EQ((error.message + error.hint + error.place->source_line).find("hunter2"),
              std::string::npos)
        << text;
  }
}

RC_GTEST_PROP(TomlProperty, AnyBytesGiveAConfigurationOrAConfigurationErrorInTheFile,
              (const std::string& text)) {
  const auto config = read(text);
  if (config) return;
  RC_ASSERT(config.error().code == ErrorCode::configuration);
  RC_ASSERT(config.error().place.has_value());
  RC_ASSERT(config.error().message.find('\n') == std::string::npos);
}

} // namespace
} // namespace slipway::config
