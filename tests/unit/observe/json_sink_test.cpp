#include "event_kinds.hpp"
#include "pipe_output.hpp"

#include "slipway/observe/sinks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace slipway;
using namespace slipway::observe;

namespace {

using Json = nlohmann::ordered_json;

const Masker k_masker;

std::vector<Json> logged(const std::vector<Event>& events) {
  PipeOutput pipe({}, k_masker);
  const auto sink = json_sink(pipe.output());
  for (const auto& event : events) sink->on_event(event);
  std::vector<Json> lines;
  std::istringstream in(pipe.take());
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

} // namespace

TEST(JsonSink, EveryKindOfEventIsALineWithItsFieldsInOrder) {
  for_each_event_kind([](const auto& event) {
    const auto lines = logged({event});
    ASSERT_EQ(lines.size(), 1U);
    std::vector<std::string> expected{"schema", "time", "event"};
    event.fields([&](const char* name, const auto&) { expected.emplace_back(name); });
    EXPECT_EQ(keys(lines[0]), expected);
    EXPECT_EQ(lines[0]["schema"], 1);
    EXPECT_EQ(lines[0]["event"], event.name);
  });
}

TEST(JsonSink, NumbersAreNumbersAndErrorsAreObjects) {
  const auto lines = logged({event::StatementFinished{.version = 20261120103000,
                                                      .statement = 1,
                                                      .total = 2,
                                                      .rows = 3,
                                                      .duration_ms = 1.23456},
                             event::MigrationStarted{.direction = Direction::down},
                             event::Failed{Error(ErrorCode::io, "no space").with_next("df")}});
  EXPECT_EQ(lines[0]["version"], 20261120103000);
  EXPECT_EQ(lines[0]["duration_ms"], 1.235);
  EXPECT_EQ(lines[1]["direction"], "down");
  EXPECT_EQ(lines[2]["error"]["code"], "io");
  EXPECT_EQ(lines[2]["error"]["next_command"], "df");
}

TEST(JsonSink, TheTimeIsUtcWithMilliseconds) {
  const std::string time = logged({event::Note{"x"}})[0]["time"];
  ASSERT_EQ(time.size(), std::string("2026-11-20T10:30:00.123Z").size());
  for (std::size_t i = 0; i < time.size(); ++i) {
    const char shape = "dddd-dd-ddTdd:dd:dd.dddZ"[i];
    if (shape == 'd')
      EXPECT_TRUE(time[i] >= '0' && time[i] <= '9') << time;
    else
      EXPECT_EQ(time[i], shape) << time;
  }
  EXPECT_GE(time, "2020");
}

TEST(JsonSink, ALineStaysOneLineWhateverTheTextHolds) {
  const auto lines = logged({event::Note{"a\nb\x1b[2J\xFF \"quoted\" \\"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["message"], "a\nb\x1b[2J\xEF\xBF\xBD \"quoted\" \\");
}

TEST(JsonSink, ASecretIsTakenOutWithoutBreakingTheLine) {
  const auto lines = logged({event::StatementStarted{.sql = "ALTER ROLE a PASSWORD 'cut sho"},
                             event::Note{R"({"password": "a\"b", "user": "x"})"}});
  EXPECT_EQ(lines[0]["sql"], "ALTER ROLE a PASSWORD '***'");
  EXPECT_EQ(lines[1]["message"], R"({"password": "***", "user": "x"})");
}
