#include "slipway/base/bug.hpp"
#include "slipway/config/config.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <gtest/gtest.h>

namespace slipway::config {
namespace {

using test::MemoryFileSystem;
using Files = std::map<std::string, std::string>;

Inputs in(const std::string& folder) {
  Inputs inputs;
  inputs.working_directory = folder;
  return inputs;
}

Config must_settle(const Inputs& inputs, const FileSystem& files) {
  auto config = settle(inputs, files);
  if (!config) throw std::runtime_error(config.error().message);
  return std::move(*config);
}

TEST(Settle, EverySettingHasItsBuiltInValueWhenNobodySaysAnything) {
  const Config config = must_settle(in("/app"), MemoryFileSystem());
  EXPECT_EQ(config.values().size(), settings().size());
  for (const auto& setting : settings()) {
    EXPECT_EQ(config.text(setting.key), setting.default_value);
    EXPECT_EQ(config.value(setting.key).origin, Origin::built_in);
    EXPECT_EQ(config.value(setting.key).where, "built in");
    EXPECT_FALSE(config.is_set(setting.key));
  }
  EXPECT_EQ(config.duration("apply.lock_timeout"), std::chrono::milliseconds(100));
  EXPECT_EQ(config.duration("apply.statement_timeout"), std::chrono::minutes(5));
  EXPECT_EQ(config.duration("apply.lock_budget"), std::chrono::minutes(1));
  EXPECT_EQ(config.duration("run.lock_wait"), std::chrono::minutes(10));
  EXPECT_EQ(config.duration("run.deadline"), std::chrono::milliseconds(0));
  EXPECT_EQ(config.text("connection.tls"), "verify-full");
  EXPECT_FALSE(config.boolean("apply.allow_out_of_order"));
  EXPECT_EQ(config.file_path(), "");
  EXPECT_EQ(config.folder(), "/app");
}

TEST(Settle, FlagsWinOverEnvironmentOverFileOverBuiltIn) {
  const MemoryFileSystem files(Files{{"/app/slipway.toml", "\n[apply]\nlock_timeout = \"3s\"\n"}});
  Inputs inputs = in("/app");
  EXPECT_EQ(must_settle(inputs, files).text("apply.lock_timeout"), "3s");
  EXPECT_EQ(must_settle(inputs, files).value("apply.lock_timeout").where, "slipway.toml:3");
  inputs.environment["SLIPWAY_LOCK_TIMEOUT"] = "4s";
  EXPECT_EQ(must_settle(inputs, files).text("apply.lock_timeout"), "4s");
  EXPECT_EQ(must_settle(inputs, files).value("apply.lock_timeout").where, "SLIPWAY_LOCK_TIMEOUT");
  EXPECT_EQ(must_settle(inputs, files).value("apply.lock_timeout").origin, Origin::environment);
  inputs.flags["apply.lock_timeout"] = "5s";
  EXPECT_EQ(must_settle(inputs, files).text("apply.lock_timeout"), "5s");
  EXPECT_EQ(must_settle(inputs, files).value("apply.lock_timeout").where, "--lock-timeout");
  EXPECT_TRUE(must_settle(inputs, files).is_set("apply.lock_timeout"));
}

TEST(Settle, EverySettingWithAVariableReadsIt) {
  for (const auto& setting : settings()) {
    if (setting.environment.empty()) continue;
    Inputs inputs = in("/app");
    const std::string value =
        setting.type == ValueType::duration  ? "7s"
        : setting.type == ValueType::boolean ? "yes"
        : setting.choices.empty()
            ? "x"
            : std::string(setting.choices.substr(setting.choices.rfind('|') + 1));
    inputs.environment[std::string(setting.environment)] = value;
    const Config config = must_settle(inputs, MemoryFileSystem());
    EXPECT_EQ(config.text(setting.key), setting.type == ValueType::boolean ? "true" : value);
    EXPECT_EQ(config.value(setting.key).where, setting.environment);
  }
}

TEST(Settle, DatabaseUrlIsTheFallbackOfSlipwayDatabaseUrl) {
  Inputs inputs = in("/app");
  inputs.environment["DATABASE_URL"] = "postgresql://u:secret@h/common";
  EXPECT_EQ(must_settle(inputs, MemoryFileSystem()).text("target.url"),
            "postgresql://u:secret@h/common");
  EXPECT_EQ(must_settle(inputs, MemoryFileSystem()).value("target.url").where, "DATABASE_URL");
  inputs.environment["SLIPWAY_DATABASE_URL"] = "postgresql://h/own";
  EXPECT_EQ(must_settle(inputs, MemoryFileSystem()).text("target.url"), "postgresql://h/own");
  EXPECT_EQ(must_settle(inputs, MemoryFileSystem()).value("target.url").where,
            "SLIPWAY_DATABASE_URL");
}

TEST(Settle, AnEmptyVariableCountsAsNotSet) {
  Inputs inputs = in("/app");
  inputs.environment = {{"SLIPWAY_LOCK_TIMEOUT", ""},
                        {"SLIPWAY_DATABASE_URL", ""},
                        {"DATABASE_URL", "postgresql://h/d"}};
  const Config config = must_settle(inputs, MemoryFileSystem());
  EXPECT_FALSE(config.is_set("apply.lock_timeout"));
  EXPECT_EQ(config.text("target.url"), "postgresql://h/d");
}

TEST(Settle, TheFileIsFoundInTheNearestParent) {
  const MemoryFileSystem files(
      Files{{"/app/slipway.toml", "[history]\nschema = \"ops\"\n"}, {"/slipway.toml", "broken"}});
  const Config config = must_settle(in("/app/services/users"), files);
  EXPECT_EQ(config.text("history.schema"), "ops");
  EXPECT_EQ(config.value("history.schema").where, "../../slipway.toml:2");
  EXPECT_EQ(config.file_path(), "/app/slipway.toml");
  EXPECT_EQ(config.folder(), "/app");
}

TEST(Settle, AFolderNamedLikeTheFileIsNotTheFile) {
  MemoryFileSystem files;
  files.add_folder("/app/slipway.toml");
  EXPECT_EQ(must_settle(in("/app"), files).file_path(), "");
}

TEST(Settle, TheNamedFileIsReadAndMustExist) {
  const MemoryFileSystem files(Files{{"/app/conf/prod.toml", "[history]\nschema = \"ops\"\n"},
                                     {"/app/slipway.toml", "[history]\nschema = \"other\"\n"}});
  Inputs inputs = in("/app");
  inputs.file_path = "conf/prod.toml";
  const Config config = must_settle(inputs, files);
  EXPECT_EQ(config.text("history.schema"), "ops");
  EXPECT_EQ(config.value("history.schema").where, "conf/prod.toml:2");
  EXPECT_EQ(config.folder(), "/app/conf");

  inputs.file_path = "conf/absent.toml";
  const auto absent = settle(inputs, files);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::configuration);
  EXPECT_NE(absent.error().message.find("/app/conf/absent.toml"), std::string::npos);
  EXPECT_EQ(absent.error().place->file, "conf/absent.toml");
}

TEST(Settle, AFileThatCannotBeReadIsAnErrorNotAnAbsentFile) {
  MemoryFileSystem files(Files{{"/app/slipway.toml", ""}});
  files.break_file("/app/slipway.toml", "Permission denied");
  const auto config = settle(in("/app"), files);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("Permission denied"), std::string::npos);
}

TEST(Settle, RelativePathsOfTheFileAreBesideItAndThoseOfAShellWhereTheShellIs) {
  const MemoryFileSystem files(
      Files{{"/app/slipway.toml",
             "[migrations]\nfolder = \"db/./up\"\n[dev]\nserver_bin = \"/opt/pg\"\n"}});
  Inputs inputs = in("/app/web");
  EXPECT_EQ(must_settle(inputs, files).path("migrations.folder"), "/app/db/up");
  EXPECT_EQ(must_settle(inputs, files).path("dev.server_bin"), "/opt/pg");
  EXPECT_EQ(must_settle(inputs, files).path("target.url_file"), "");
  inputs.environment["SLIPWAY_MIGRATIONS"] = "../other";
  EXPECT_EQ(must_settle(inputs, files).path("migrations.folder"), "/app/other");
  inputs.flags["migrations.folder"] = "mine";
  EXPECT_EQ(must_settle(inputs, files).path("migrations.folder"), "/app/web/mine");
}

TEST(Settle, ListsKeepItemsWithCommasFromTheFileAndSplitVariablesAtCommas) {
  const MemoryFileSystem files(
      Files{{"/app/slipway.toml", "[target]\nurl_command = [\"get\", \"a,b\"]\n"}});
  Inputs inputs = in("/app");
  inputs.environment["SLIPWAY_SECRETS"] = "TOKEN, ,KEY ,";
  const Config config = must_settle(inputs, files);
  EXPECT_EQ(config.text_list("target.url_command"), (std::vector<std::string>{"get", "a,b"}));
  EXPECT_EQ(config.text("target.url_command"), "get,a,b");
  EXPECT_EQ(config.text_list("output.secrets"), (std::vector<std::string>{"TOKEN", "KEY"}));
}

TEST(Settle, ATableOfTheUsersOwnKeysIsAList) {
  const MemoryFileSystem files(Files{
      {"/app/slipway.toml", "[renames]\n\"users.name\" = \"display_name\"\nusers.mail = \"email\"\n"
                            "users_old = \"users\"\n[history]\nschema = \"s\"\n"}});
  const Config config = must_settle(in("/app"), files);
  auto items = config.text_list("renames");
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, (std::vector<std::string>{"users.mail=email", "users.name=display_name",
                                             "users_old=users"}));
  EXPECT_EQ(config.text("history.schema"), "s");
  EXPECT_EQ(config.value("renames").where, "slipway.toml:1");
}

TEST(Settle, WhatIsNoTableOfTextsIsRefused) {
  for (const std::string text :
       {"renames = \"a=b\"", "[renames]\na = 1\n", "renames = [\"a=b\"]"}) {
    const MemoryFileSystem files(Files{{"/app/slipway.toml", text}});
    const auto config = settle(in("/app"), files);
    ASSERT_FALSE(config) << text;
    EXPECT_NE(config.error().message.find("table of texts"), std::string::npos)
        << config.error().message;
  }
}

TEST(Settle, ABadVariableOrFlagNamesItselfAndTheSetting) {
  Inputs inputs = in("/app");
  inputs.environment["SLIPWAY_LOCK_TIMEOUT"] = "5";
  const auto unitless = settle(inputs, MemoryFileSystem());
  ASSERT_FALSE(unitless);
  EXPECT_EQ(unitless.error().code, ErrorCode::configuration);
  EXPECT_EQ(unitless.error().message,
            "SLIPWAY_LOCK_TIMEOUT: apply.lock_timeout: \"5\" is not a duration");
  EXPECT_EQ(unitless.error().hint,
            "write a whole number and a unit, such as 500ms, 2s, 5min or 1h");

  inputs.environment.clear();
  inputs.flags["output.color"] = "alway";
  const auto misspelt = settle(inputs, MemoryFileSystem());
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().message, "--color: output.color cannot be \"alway\"");
  EXPECT_EQ(misspelt.error().hint, "did you mean always? It is one of auto, always, never");

  inputs.flags = {{"apply.allow_out_of_order", "maybe"}};
  EXPECT_EQ(
      settle(inputs, MemoryFileSystem()).error().message,
      "--allow-out-of-order: apply.allow_out_of_order: expected true or false, found \"maybe\"");
}

// A lock_timeout of 0 is "wait without limit" to PostgreSQL. Fails when check_duration no longer
// looks at zero_means.
TEST(Settle, ZeroIsRefusedWhereItWouldMeanToWaitWithoutLimit) {
  Inputs inputs = in("/app");
  inputs.flags["apply.lock_timeout"] = "0s";
  const auto refused = settle(inputs, MemoryFileSystem());
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message,
      "--lock-timeout: apply.lock_timeout cannot be 0, which would mean to wait without limit");
  inputs.flags = {{"run.lock_wait", "0"}, {"run.deadline", "0"}, {"apply.lock_budget", "0s"}};
  EXPECT_TRUE(settle(inputs, MemoryFileSystem()));
}

TEST(Settle, ASettingThatNeedsAValueCannotBeEmptied) {
  Inputs inputs = in("/app");
  inputs.flags["history.schema"] = " ";
  EXPECT_EQ(settle(inputs, MemoryFileSystem()).error().message,
            "--history-schema: history.schema cannot be empty");
  inputs.flags = {{"run.actor", ""}};
  EXPECT_TRUE(settle(inputs, MemoryFileSystem()));
}

TEST(Settle, AFlagOfNoSettingIsABug) {
  Inputs inputs = in("/app");
  inputs.flags["apply.nothing"] = "1";
  EXPECT_THROW((void)settle(inputs, MemoryFileSystem()), Bug);
}

TEST(UnknownEnvironment, ListsSlipwayVariablesThatNothingReads) {
  Inputs inputs = in("/app");
  inputs.environment = {{"SLIPWAY_LOCK_TIMOUT", "1s"},
                        {"SLIPWAY_LOCK_TIMEOUT", "1s"},
                        {"PGHOST", "h"},
                        {"SLIPWAY_", ""},
                        {"DATABASE_URL", "x"},
                        {"SLIPWAYS", "x"}};
  EXPECT_EQ(unknown_environment(inputs),
            (std::vector<std::string>{"SLIPWAY_", "SLIPWAY_LOCK_TIMOUT"}));
  EXPECT_TRUE(settle(inputs, MemoryFileSystem()).has_value());
}

TEST(ConfigValue, AnUnknownKeyIsABug) {
  const Config config = must_settle(in("/app"), MemoryFileSystem());
  EXPECT_THROW((void)config.value("apply.nothing"), Bug);
}

TEST(ConfigValue, IntegersAreReadFromTheirText) {
  const Config config({{"a", Value{.text = "-12"}}, {"b", Value{.text = "x"}}}, "", "/");
  EXPECT_EQ(config.integer("a"), -12);
  EXPECT_THROW((void)config.integer("b"), Bug);
}

TEST(Settle, AProgramMaySayThatNoFileIsLookedFor) {
  const MemoryFileSystem files(Files{{"/app/slipway.toml", "[apply]\nlock_timeout = \"9s\"\n"}});
  Inputs inputs = in("/app");
  EXPECT_EQ(must_settle(inputs, files).duration("apply.lock_timeout"), std::chrono::seconds(9));
  inputs.look_for_file = false;
  EXPECT_EQ(must_settle(inputs, files).duration("apply.lock_timeout"),
            std::chrono::milliseconds(100));
}

} // namespace
} // namespace slipway::config
